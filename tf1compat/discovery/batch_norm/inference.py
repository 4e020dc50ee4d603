"""The graph that normalises by moving averages, where it normalised by the statistics of the batch.

    y = FusedBatchNorm(x, gamma, beta, none, none) is_training=True
    →   y/average = Identity(moving_mean), y/average_1 = Identity(moving_variance)
        y = FusedBatchNorm(x, gamma, beta, y/average, y/average_1) is_training=False

    everyone who reads mean = Mean(x, axes)   →   reads mean/average = Identity(moving_mean)

    everyone who reads moved = AssignSub(low, delta)   →   reads moved/average = Identity(low)

Nothing waits for the updates of the averages any more: an inference changes none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from tf1compat.analysis.batch_norm.averages import UPDATES, variable_of
from tf1compat.discovery.findings import Average
from tf1compat.graph.attributes import Attr, DType, Shape, TensorValue
from tf1compat.graph.draft import Draft
from tf1compat.graph.frames import ENTER, frame_of_nodes
from tf1compat.graph.model import Graph, Node, make_node
from tf1compat.graph.walk import topological
from tf1compat.names import TensorRef
from tf1compat.ops.families import FUSED_BATCH_NORMALISATION, NO_OP, RESOURCE_UPDATES, VARIABLE_HANDLE
from tf1compat.ops.registry import dtype_of, value_type

_MADE_BY = "averages_for_batch_statistics"


def with_averages(graph: Graph, averages: Iterable[Average]) -> Graph:
    """The graph in which these statistics are read from the variables that average them."""
    wanted = tuple(averages)
    if not wanted:
        return graph
    edit = _Edit(graph)
    for each in wanted:
        edit.put_in_place(each)
    edit.release({each.variable for each in wanted})
    return edit.draft.graph()


class _Edit:
    """Puts averages in the place of statistics."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self.draft = Draft(graph)

    def put_in_place(self, average: Average) -> None:
        node = self.draft.producer(average.statistic)
        if node.op in RESOURCE_UPDATES:  # which nobody reads: others wait for it
            return
        value = self._value(average)
        if node.op in FUSED_BATCH_NORMALISATION:
            at = 2 + average.statistic.index
            inputs = (*node.inputs[:at], value, *node.inputs[at + 1 :])
            self.draft.put(replace(node, inputs=inputs).with_attrs(is_training=False))
        else:
            self.draft.redirect({average.statistic: value})

    def release(self, variables: set[str]) -> None:
        """Nothing but updates waits for updates of these variables."""
        updates = _updates(self._graph, variables)
        for node in list(self.draft.by_name.values()):
            if (
                node.op not in NO_OP
                and node.name not in updates
                and not updates.isdisjoint(node.control_inputs)
            ):
                waits = tuple(name for name in node.control_inputs if name not in updates)
                self.draft.put(replace(node, control_inputs=waits))

    def _value(self, average: Average) -> TensorRef:
        """The variable's value, in the shape and in the loop of the statistic."""
        read = self._read(average)
        dtype = value_type(self._graph, TensorRef(average.variable))
        for frame in self._frames(average.statistic.node):
            entered = replace(frame, inputs=(read,), control_inputs=()).without_attrs("_output_shapes")
            read = self._added(average, entered.with_attrs(T=dtype))
        taken = dtype_of(self._graph, average.statistic)
        if taken != dtype:
            read, dtype = self._made(average, "Cast", (read,), SrcT=dtype, DstT=taken), taken
        wanted = self._graph.static_shape(average.statistic).dims
        held = self._graph[average.variable].shape().dims
        reshaped = (
            self._graph.producer(average.statistic).op not in FUSED_BATCH_NORMALISATION and wanted != held
        )
        if reshaped and wanted is not None and None not in wanted:
            read = self._shaped(average, read, dtype, [size for size in wanted if size is not None])
        return read

    def _read(self, average: Average) -> TensorRef:
        variable = self._graph[average.variable]
        dtype = value_type(self._graph, TensorRef(variable.name))
        if variable.op in VARIABLE_HANDLE:
            return self._made(average, "ReadVariableOp", (TensorRef(variable.name),), dtype=dtype)
        return self._made(
            average, "Identity", (TensorRef(variable.name),), T=dtype, _output_shapes=(variable.shape(),)
        )

    def _shaped(self, average: Average, read: TensorRef, dtype: DType, sizes: list[int]) -> TensorRef:
        index = DType("int32")
        waits = (read.node,)  # so that it stands in the same loop
        value = TensorValue.of(sizes, index)
        node = make_node("", "Const", control_inputs=waits, made_by=_MADE_BY, dtype=index, value=value)
        shape = self._added(average, node)
        return self._made(
            average, "Reshape", (read, shape), T=dtype, Tshape=index, _output_shapes=(Shape(tuple(sizes)),)
        )

    def _frames(self, name: str) -> list[Node]:
        """For each loop around a node, outermost first, an op that takes a value in that does not change."""
        place = frame_of_nodes(self._graph)
        path = place.get(name, ())
        found = []
        for depth in range(1, len(path) + 1):
            enters = (
                node for node in self._graph.nodes if node.op in ENTER and place[node.name] == path[:depth]
            )
            found.append(replace(next(enters), op="Enter").with_attrs(is_constant=True))
        return found

    def _made(self, average: Average, op: str, inputs: tuple[TensorRef, ...], **attrs: Attr) -> TensorRef:
        return self._added(average, make_node("", op, inputs, made_by=_MADE_BY).with_attrs(**attrs))

    def _added(self, average: Average, node: Node) -> TensorRef:
        wanted = name = f"{average.statistic.node}/average"
        number = 0
        while name in self.draft:
            number += 1
            name = f"{wanted}_{number}"
        self.draft.put(replace(node, name=name))
        return TensorRef(name)


def _updates(graph: Graph, variables: set[str]) -> set[str]:
    """The updates of these variables, and the groups of such."""
    found: set[str] = set()
    for node in topological(graph):
        writes = UPDATES.fullmatch(node.op) and variable_of(graph, node.inputs[0]) in variables
        if writes or (node.op in NO_OP and not found.isdisjoint(node.control_inputs)):
            found.add(node.name)
    return found
