"""Which inputs a signature needs, and the second signature of a model that takes serialized values apart itself."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace

from tf1compat.analysis.dead import Dead, find_dead, live_behind
from tf1compat.analysis.entries import is_author_s, is_fed_by_pipeline
from tf1compat.discovery.findings import DEFAULT_SIGNATURE, Findings, InputFinding, SerializedFinding
from tf1compat.graph.attributes import TensorValue
from tf1compat.graph.model import Graph, Node, make_node
from tf1compat.graph.walk import ancestors
from tf1compat.names import TensorRef
from tf1compat.ops.families import PLACEHOLDER_WITH_DEFAULT, PLACEHOLDERS, SHAPES
from tf1compat.plan.model import ConstantPlan, InputBinding, SignaturePlan
from tf1compat.plan.signatures.aliases import Aliases, chosen_alias, input_aliases
from tf1compat.plan.signatures.example_features import example_features
from tf1compat.plan.signatures.reach import reached

_NOTHING_DEAD = Dead()
SERIALIZED_SIGNATURE = "serving_serialized"
#: Where the author fed the bytes of a file himself: the same from what is decoded of them.
DECODED_SIGNATURE = "serving_decoded"
#: Formats of one picture or one sound.
_OF_FILES = frozenset({"image", "gif", "bmp", "wav"})
#: What serialized values are called that nobody named, by their format.
_SPEAKING = {
    "example": "examples", "sequence_example": "examples", "json_example": "examples", "image": "image_bytes",
    "gif": "image_bytes", "bmp": "image_bytes", "wav": "audio_bytes", "csv": "csv_lines",
}  # fmt: skip


def needed_inputs(
    graph: Graph,
    findings: Findings,
    outputs: Sequence[TensorRef],
    given: Collection[TensorRef],
    dead: Dead = _NOTHING_DEAD,
) -> list[InputFinding]:
    """The inputs that outputs depend on besides what is given, the graph being cut where examples come in.

    Where serialized values are given, what is decoded of them is not needed; nor is what only `dead` branches read.
    """
    computed = {ref for each in findings.serialized if each.tensor in given for ref in each.decoded}
    inputs = [each for each in findings.inputs if each.tensor not in computed]
    ends = {each.tensor.node for each in inputs if _ends_walk(graph, each.tensor)}
    found = reached(graph, outputs, {*(each.node for each in given), *ends})
    readers = found - ends
    is_dead = _only_in_dead_branches(graph, outputs, readers, dead)
    return [
        each
        for each in inputs
        if each.tensor not in given
        and each.tensor.node in found
        and (each.tensor.node not in ends or _is_read(graph, each.tensor, readers, outputs))
        and not is_dead(each.tensor)
        and not _is_computed(graph, each, inputs)
    ]


def _is_computed(graph: Graph, finding: InputFinding, inputs: Iterable[InputFinding]) -> bool:
    """Whether a placeholder stands for what the model computes of another input, and only training fed it."""
    node = graph.producer(finding.tensor)
    if node.op not in PLACEHOLDER_WITH_DEFAULT:
        return False
    data = {each.tensor.node for each in inputs if each.role == "data" and each != finding}
    behind = ancestors(
        graph, [node.inputs[0].node], control=False, stop=lambda each: each.op in SHAPES or each.name in data
    )
    return not behind.isdisjoint(data) and not is_fed_by_pipeline(graph, finding.tensor)


def dead_under(graph: Graph, constants: Iterable[ConstantPlan]) -> Dead:
    """The branches that are not taken where these tensors are frozen."""
    scalars = (each for each in constants if isinstance(each.value, (bool, int, float)))
    return find_dead(graph, {each.tensor: each.value for each in scalars})


def with_choices(graph: Graph, constants: Iterable[ConstantPlan]) -> Graph:
    """The graph in which the predicates that are frozen are constants, so that what they choose is known."""
    frozen = {
        each.tensor.node: each for each in constants if isinstance(each.value, bool) and not each.tensor.index
    }
    if not frozen:
        return graph
    return graph.replacing(
        _constant(node, frozen[node.name]) if node.name in frozen else node for node in graph.nodes
    )


def _constant(node: Node, constant: ConstantPlan) -> Node:
    value = TensorValue.of(constant.value, constant.dtype)
    return make_node(node.name, "Const", dtype=constant.dtype, value=value)


def _only_in_dead_branches(
    graph: Graph, outputs: Sequence[TensorRef], readers: Collection[str], dead: Dead
) -> Callable[[TensorRef], bool]:
    """Tells of a tensor whether all that reads it for the outputs stands in branches that are not taken."""
    if dead == _NOTHING_DEAD:
        return lambda _: False
    alive = live_behind(graph, outputs, dead)

    def is_dead(ref: TensorRef) -> bool:
        reading = {use.node for use in graph.uses.get(ref, ())} & set(readers)
        return bool(reading) and reading.isdisjoint(alive) and ref not in outputs

    return is_dead


def _ends_walk(graph: Graph, ref: TensorRef) -> bool:
    """Whether the graph would compute an input itself, from what the pipeline gives or by decoding it."""
    return graph.producer(ref).op not in PLACEHOLDERS or is_fed_by_pipeline(graph, ref)


def _is_read(graph: Graph, ref: TensorRef, readers: Collection[str], outputs: Collection[TensorRef]) -> bool:
    return ref in outputs or any(use.node in readers for use in graph.uses.get(ref, ()))


def serialized_signature(graph: Graph, findings: Findings, signature: SignaturePlan) -> SignaturePlan | None:
    """The same signature from serialized values instead of what is decoded of them; None where nothing is."""
    fed = {each.tensor for each in signature.inputs}
    sources = [each for each in findings.serialized if not fed.isdisjoint(each.decoded)]
    if not sources:
        return None
    decoded = {ref for each in sources for ref in each.decoded}
    kept = tuple(each for each in signature.inputs if each.tensor not in decoded)
    return SignaturePlan(SERIALIZED_SIGNATURE, (*_bindings(graph, sources, kept), *kept), signature.outputs)


def decoded_signature(
    graph: Graph, findings: Findings, signature: SignaturePlan, frozen: Collection[TensorRef]
) -> SignaturePlan | None:
    """The same signature from what is decoded of serialized examples that it takes; None where it takes none."""
    fed = {each.tensor for each in signature.inputs}
    sources = {
        each.tensor for each in findings.serialized if each.tensor in fed and each.format not in _OF_FILES
    }
    if not sources:
        return None
    kept = tuple(each for each in signature.inputs if each.tensor not in sources)
    given = {*frozen, *(each.tensor for each in kept)}
    outputs = [piece.tensor for output in signature.outputs for piece in output.pieces]
    needed = [each for each in needed_inputs(graph, findings, outputs, given) if each.tensor not in sources]
    aliases = input_aliases(graph, needed)
    inputs = (InputBinding(aliases[each.tensor], each.tensor, each.dtype, each.shape) for each in needed)
    name = DECODED_SIGNATURE if signature.name == DEFAULT_SIGNATURE else f"{signature.name}_decoded"
    return replace(signature, name=name, inputs=(*inputs, *kept), method="")


def are_files_fed(graph: Graph, findings: Findings, serialized: SignaturePlan) -> bool:
    """Whether what a signature takes from serialized values are pictures and sounds that the author fed as files."""
    fed = {each.tensor for each in serialized.inputs}
    sources = [each for each in findings.serialized if each.tensor in fed]
    return all(
        each.format in _OF_FILES and graph.producer(each.tensor).op in PLACEHOLDERS for each in sources
    )


def _bindings(
    graph: Graph, sources: Iterable[SerializedFinding], kept: Iterable[InputBinding]
) -> list[InputBinding]:
    aliases = Aliases()
    for each in kept:
        aliases.take(each.alias)
    return [
        InputBinding(
            aliases.take(_author_s_alias(graph, each.tensor) or _SPEAKING.get(each.format, "serialized")),
            each.tensor,
            each.dtype,
            each.shape,
            features=example_features(graph, each.tensor),
        )
        for each in sources
    ]


def _author_s_alias(graph: Graph, tensor: TensorRef) -> str:
    node = graph.producer(tensor)
    return chosen_alias(graph, tensor) if node.op in PLACEHOLDERS or is_author_s(node) else ""
