"""What is known of a model whose file describes it, before there is a graph: its inputs, its variables and labels."""

from __future__ import annotations

from tf1compat.discovery.findings import Findings, InputFinding, VariableFinding
from tf1compat.discovery.labels import label_candidates
from tf1compat.names import TensorRef
from tf1compat.source.keras.description import KerasDescription
from tf1compat.source.model import LegacyModel


def findings_of(model: LegacyModel, description: KerasDescription) -> Findings:
    """The inputs under the names that Keras gives to their placeholders, and the variables under those in the file."""
    return Findings(
        inputs=tuple(
            InputFinding(TensorRef(each.name), each.dtype, each.shape, "data", live=True)
            for each in description.inputs
        ),
        variables=tuple(
            VariableFinding(
                weight.name, weight.dtype, weight.shape, layer.trainable and not _is_followed(weight.name),
                in_checkpoint=True, needed=True, key=weight.name,
            )
            for layer in description.layers
            for weight in layer.weights
        ),
        labels=label_candidates(model, ()),
    )  # fmt: skip


#: Of batch normalisation, what follows the batches: no training changes it by a gradient.
_FOLLOWED = ("moving_mean", "moving_variance", "running_mean", "running_std")


def _is_followed(name: str) -> bool:
    return name.endswith(_FOLLOWED)
