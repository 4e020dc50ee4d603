"""Nodes that TensorFlow 2 cannot run on this machine become calls of numpy, in place and under their own names.

`GatherTree` and some of tf.contrib are not in TensorFlow 2; `CudnnRNN` runs on GPUs alone. A call of Python may stand
wherever they stood, in loops and branches of v1 too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np
import tensorflow as tf

from tf1compat.discovery.rnn.cudnn_weights import PARAMS, CudnnWeights, cudnn_weights, directions_of, mode_of
from tf1compat.graph.attributes import Array, DType
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.ops import families
from tf1compat.ops.replicas import ANNOUNCEMENTS, value_on_one_replica
from tf1compat.restore.reachable import tensorflow_path
from tf1compat.restore.reference_kernels.contrib_ops import (
    image_projective_transform,
    masked_matmul,
    resampler,
)
from tf1compat.restore.reference_kernels.cudnn import cudnn_rnn
from tf1compat.restore.reference_kernels.cudnn_gates import buffer_gates, by_layer, canonical_gates
from tf1compat.restore.reference_kernels.gather_tree import gather_tree
from tf1compat.source.model import Checkpoint, LegacyModel

_INT8 = DType("int8")
_FLOAT, _BOOL = DType("float32"), DType("bool")
#: Ops of tf.contrib: what computes them, and the types of their inputs; None is the op's own.
_CONTRIB: Mapping[str, tuple[Callable[..., Any], tuple[DType | None, ...]]] = families.by_op({
    families.RESAMPLING: (resampler, (None, None)),
    families.PROJECTION: (image_projective_transform, (None, _FLOAT)),
    families.MASKED_PRODUCT: (masked_matmul, (_FLOAT, _FLOAT, DType("int64"), _BOOL, _BOOL)),
})  # fmt: skip
#: Of these several outputs are read, each the same.
_REPEATED = "TPUReplicatedOutput"


class PythonOps:
    """A model's graph with such nodes replaced.

    `replaced` has a line for each type of op; `buffers` are the variables whose values no canonical weights' Saver can
    restore here. Keep the object: the functions live as long as it does.
    """

    def __init__(self, model: LegacyModel) -> None:
        self._functions = tf.Graph()
        graph = model.meta_graph.graph
        weights = cudnn_weights(graph, model.checkpoint.entries)
        calls = {
            node.name: call for node in graph.nodes if (call := self._call(model, node, weights)) is not None
        }
        self.buffers = frozenset(each.opaque for each in weights.values())
        self.graph: Graph = (
            graph.replacing(calls.get(node.name, node) for node in graph.nodes) if calls else graph
        )
        counts = Counter(graph[name].op for name in calls)
        past_saver = bool(self.buffers) and model.meta_graph.saver is not None
        self.replaced = (
            *(f"{op} {_instead(calls, graph, op)} ({count})" for op, count in sorted(counts.items())),
            *["variables are restored by their keys, past a Saver that needs a GPU"] * past_saver,
        )

    def _call(self, model: LegacyModel, node: Node, weights: Mapping[str, CudnnWeights]) -> Node | None:
        if node.op in families.GATHER_TREE:
            dtype = node.dtype() or DType("int32")
            types = (dtype, dtype, DType("int32"), dtype)[: len(node.inputs)]
            return self._python(node, gather_tree, node.inputs, types, (dtype,))
        if node.op in families.CUDNN_RNN:
            return self._cudnn(model, node, weights.get(node.name))
        if node.op in _CONTRIB:
            return self._contrib(node)
        return _alone(node)

    def _contrib(self, node: Node) -> Node:
        dtype = node.dtype() or node.dtype("dtype") or DType("float32")
        function, types = _CONTRIB[node.op]
        if node.op in families.PROJECTION:
            function = partial(function, bilinear=node.text("interpolation") == "BILINEAR")
        return self._python(node, function, node.inputs, tuple(each or dtype for each in types), (dtype,))

    def _cudnn(self, model: LegacyModel, node: Node, weights: CudnnWeights | None) -> Node:
        dtype = node.dtype() or DType("float32")
        given = node.inputs if weights is None else (*node.inputs[:PARAMS], *node.inputs[PARAMS + 1 :])
        types = (dtype,) * (PARAMS if weights else PARAMS + 1)
        types += (DType("int32"),) * (node.op in families.CUDNN_RNN_V3)
        results = (dtype,) * 4 + (_INT8,) * (node.op not in families.CUDNN_RNN_V1)
        function = _CudnnFunction(node, None if weights is None else (model.checkpoint, weights))
        return self._python(node, function, given, types, results)

    def _python(
        self,
        node: Node,
        function: Callable[..., Any],
        inputs: tuple[TensorRef, ...],
        types: tuple[DType, ...],
        results: tuple[DType, ...],
    ) -> Node:
        """The node as a call of `function`."""
        with self._functions.as_default():
            arguments = [tf.compat.v1.placeholder(str(each)) for each in types]
            made = tf.numpy_function(function, arguments, [str(each) for each in results], stateful=False)
        made = made if isinstance(made, (list, tuple)) else [made]
        token = made[0].op.get_attr("token")
        attrs = MappingProxyType({"token": token, "Tin": types, "Tout": results})
        return replace(node, op=made[0].op.type, inputs=inputs, attrs=attrs)


def _instead(calls: Mapping[str, Node], graph: Graph, op: str) -> str:
    """What was done with the nodes of an op."""
    made = {each.op for name, each in calls.items() if graph[name].op == op}
    computed = not made.isdisjoint(families.PYTHON_FUNCTION)
    return "is computed by numpy" if computed else "is run as on one replica"


def _alone(node: Node) -> Node | None:
    """What speaks to other replicas as what is left of it on one; None for any other node."""
    if node.op in ANNOUNCEMENTS:
        return replace(node, op="NoOp", inputs=(), attrs=MappingProxyType({}))
    value, dtype = value_on_one_replica(node), node.dtype() or _FLOAT
    if value is None:
        return None
    count = node.integer("num_replicas", 1) if node.op == _REPEATED else 1
    if count == 1:
        return replace(node, op="Identity", inputs=(value,), attrs=MappingProxyType({"T": dtype}))
    attrs = MappingProxyType({"T": (dtype,) * count})
    return replace(node, op="IdentityN", inputs=(value,) * count, attrs=attrs)


class _CudnnFunction:
    """Computes a CudnnRNN node; canonical weights are read from the checkpoint when they are first needed."""

    def __init__(self, node: Node, canonical: tuple[Checkpoint, CudnnWeights] | None) -> None:
        self._mode, self._directions = mode_of(node), len(directions_of(node))
        self._time_major = node.attrs.get("time_major") is not False
        self._input_mode = node.text("input_mode", "linear_input")
        self._bounded, self._outputs = (
            node.op in families.CUDNN_RNN_V3,
            4 if node.op in families.CUDNN_RNN_V1 else 5,
        )
        self._canonical = canonical
        self._values: dict[str, Array] = {}

    def __call__(self, values: Array, hidden: Array, cell: Array, *rest: Array) -> tuple[Array, ...]:
        lengths = rest[-1] if self._bounded else None
        skips = self._skips(values, hidden)
        gates = (
            self._canonical_gates(skips)
            if self._canonical
            else self._buffer_gates(rest[0], values, hidden, skips)
        )
        states = (hidden, cell) if self._mode == "lstm" else (hidden,)
        found = cudnn_rnn(
            self._mode,
            by_layer(gates, self._directions),
            values,
            states,
            lengths,
            time_major=self._time_major,
        )
        nothing = np.zeros(0, values.dtype)
        whole = (*found, *[nothing] * (4 - len(found)), np.zeros(0, np.int8))
        return whole[: self._outputs]

    def _skips(self, values: Array, hidden: Array) -> bool:
        fits = values.shape[-1] == hidden.shape[-1]
        return self._input_mode == "skip_input" or (self._input_mode == "auto_select" and fits)

    def _canonical_gates(self, skips: bool) -> tuple[Any, ...]:
        if self._canonical is None:
            return ()
        checkpoint, weights = self._canonical
        if not self._values:
            reader = tf.train.load_checkpoint(tensorflow_path(checkpoint))
            self._values = {key: reader.get_tensor(key) for key in weights.keys}
        return tuple(
            canonical_gates(
                self._mode,
                {role: self._values[key] for role, key in each.keys.items()},
                skips_input=skips and each.layer == 0,
            )
            for each in weights.layers
        )

    def _buffer_gates(self, buffer: Array, values: Array, hidden: Array, skips: bool) -> tuple[Any, ...]:
        return buffer_gates(
            self._mode, buffer, rows=hidden.shape[0 if self._time_major else 1], directions=self._directions,
            units=hidden.shape[-1], inputs=values.shape[-1], skips_input=skips,
        )  # fmt: skip
