"""Tensor names, parsed in one place.

A tensor name is `scope/op:0`: a node name, a colon, and the index of one of the node's outputs
(`tf.Tensor.name`). In a GraphDef the index 0 is left out and a control input is written `^node`.
"""

from __future__ import annotations

import re
from sys import intern
from typing import NamedTuple

from tf1compat.errors import UnknownNameError

_NODE_NAME = re.compile(r"[A-Za-z0-9_.\\\-/>][A-Za-z0-9_.\\\-/>]*\Z")


class TensorRef(NamedTuple):
    """One output of one node; `str()` gives TensorFlow's name for it, index included."""

    node: str
    index: int = 0  # type: ignore[assignment]  # not that of tuple, which nobody asks a tensor's name for

    @classmethod
    def parse(cls, text: str) -> TensorRef:
        """Read `node` or `node:index`; raises UnknownNameError for anything else."""
        node, colon, index = text.strip().partition(":")
        if not _NODE_NAME.match(node) or (colon and not index.isdecimal()):
            raise UnknownNameError(f"'{text}' is not a tensor name; write 'scope/op' or 'scope/op:0'")
        return cls(intern(node), int(index) if index else 0)  # the same string as the node's own name

    def __str__(self) -> str:
        return f"{self.node}:{self.index}"

    @property
    def graph_def_name(self) -> str:
        """The form that a NodeDef's `input` field uses: without the index when it is 0."""
        return self.node if self.index == 0 else str(self)


def leaf(node: str) -> str:
    """The last path component of a node name: `a/b/c` gives `c`."""
    return node.rpartition("/")[2]


def scope_of(node: str) -> str:
    """The name scope of a node: `a/b/c` gives `a/b`, `c` gives the empty string."""
    return node.rpartition("/")[0]


def lies_in(node: str, scope: str) -> bool:
    """Whether a node, or a scope, lies in a name scope; all lie in the empty one."""
    return not scope or node.startswith(f"{scope}/")


def strip_number(component: str) -> str:
    """A path component without the `_N` that TensorFlow adds to make a name unique."""
    return re.sub(r"_\d+\Z", "", component)


#: Names that TF1's Python functions give to nodes of another op type, in lower case.
_DEFAULT_NAMES = {
    "RealDiv": {"truediv", "div"}, "Cast": {"toint32", "toint64", "tofloat", "todouble", "tobfloat16", "convert_image"},
    "SplitV": {"split"}, "BatchMatMul": {"matmul"}, "BatchMatMulV2": {"matmul"},
    "Pack": {"stack", "packed"}, "Unpack": {"unstack"}, "Gather": {"embedding_lookup"},
    "GatherV2": {"embedding_lookup"}, "DynamicStitch": {"embedding_lookup"},
    "ParallelDynamicStitch": {"embedding_lookup"}, "BiasAdd": {"xw_plus_b"}, "Neg": {"neg"},
    "Add": {"xw_plus_b", "random_normal", "random_uniform", "logistic_loss", "sampled_losses"},
    "AddV2": {"xw_plus_b", "random_normal", "random_uniform", "logistic_loss", "sampled_losses"},
    "Identity": {
        "control_dependency", "clip_by_norm", "clip_by_average_norm", "fraction", "pred_id", "switch_t", "switch_f",
    },
    "Maximum": {"clip_by_value", "leakyrelu"}, "Mean": {"variance"}, "Mul": {"l2_normalize"}, "Relu": {"relu_layer"},
    "Reshape": {"tensordot"}, "Conv2D": {"conv1d", "separable_conv2d"}, "Conv2DBackpropInput": {"conv2d_transpose"},
    "MatrixDiag": {"diag"}, "Sqrt": {"global_norm"}, "ConcatV2": {"crelu"}, "Fill": {"ones", "zeros"},
}  # fmt: skip
#: What distributions call the parameters that they are given, each in the scope that is named after its class.
_PARAMETER = re.compile(
    r"(.*/)?(MultivariateNormal\w*|Normal|LogNormal|Laplace|Beta|Gamma|Categorical|OneHotCategorical|Bernoulli|Uniform|"
    r"StudentT|Poisson|Dirichlet|Exponential|Logistic|Gumbel|Mixture\w*)(_\d+)?/"
    r"(loc|scale|probs|logits|rate|concentration[01]?|total_concentration|low|high|df)(_\d+)?"
)


def is_default_name(node: str, op: str) -> bool:
    """Whether TensorFlow, not the author, chose the last component of a node's name.

    Default names repeat the op's type (`Softmax`, `Placeholder_1`, `strided_slice_1`, `add_2` for `Add` or `AddV2`),
    or are those of the Python function that made the node (`truediv` for `RealDiv`).
    """
    bare = strip_number(leaf(node)).lower()
    kind = re.sub(r"v\d+\Z", "", op.lower())
    made = bare.replace("_", "") in {op.lower(), kind} or bare in _DEFAULT_NAMES.get(op, ())
    return made or is_parameter_name(node)


def is_parameter_name(node: str) -> bool:
    """Whether a distribution of TensorFlow's named a node, as one of the parameters that it was given."""
    return _PARAMETER.fullmatch(node) is not None
