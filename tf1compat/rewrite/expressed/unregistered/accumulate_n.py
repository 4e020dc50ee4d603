"""AccumulateNV2, which TensorFlow 2 registers but has no kernel for: the sum of its operands.

Source: tensorflow/core/kernels/accumulate_n_op.cc; the graph optimizer of TF1 took it apart, TF2 functions do not.
"""

from __future__ import annotations

from tf1compat.graph.attributes import DType
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.rewrite.emit import Emitter


def accumulated(emitter: Emitter, graph: Graph, node: Node) -> TensorRef:
    """The value of an AccumulateNV2(inputs)."""
    return emitter("AddN", *node.inputs, N=len(node.inputs), T=node.dtype() or DType("float32"))
