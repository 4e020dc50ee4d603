"""Sizes that the program feeds beside what has them: computed from it, so that nobody has to feed them.

batch_size = Placeholder()                 a state of zeros begins with as many rows as the network's input has,
state = Fill([batch_size, units], 0)       or else its first step cannot run
→   batch_size = Shape(inputs)[0]

max_len = Placeholder()                    a mask of so many steps is multiplied with the words' vectors
→   max_len = Shape(words)[1]
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tf1compat.analysis.pattern import source
from tf1compat.discovery.findings import Findings, Rnn
from tf1compat.discovery.size_equalities import FedSize, size_of_fed
from tf1compat.graph.attributes import DType, Shape, TensorValue
from tf1compat.graph.model import Graph, Node, make_node
from tf1compat.graph.walk import ancestors
from tf1compat.names import TensorRef
from tf1compat.ops import families
from tf1compat.ops.registry import data_operands, dtype_of
from tf1compat.source.model import LegacyModel

_MADE_BY = "computed_sizes"
_INT32, _INT64 = DType("int32"), DType("int64")
#: What the name of a node that takes the shape ends in, after the placeholder's.
_WHOLE = "/shape"
#: What a size goes through on its way into a shape.
_INTO_SHAPES = families.TRANSPARENT | families.RESHAPES


def with_computed_sizes(model: LegacyModel, findings: Findings) -> LegacyModel:
    """The model whose graph computes the sizes that were fed beside what has them."""
    graph = model.meta_graph.graph
    fed = {each.tensor for each in findings.inputs if each.live}
    sizes: dict[str, FedSize] = {}
    for rnn in findings.rnns:
        for name in _batches(graph, rnn):
            if TensorRef(name) in fed and rnn.inputs is not None and _is_apart(graph, rnn.inputs, name):
                sizes.setdefault(name, FedSize(rnn.inputs, 1 if rnn.time_major else 0))
    for ref in sorted(each for each in fed if each.node not in sizes and _is_number(graph, each)):
        others = fed - {ref} - {TensorRef(name) for name in sizes}
        found = size_of_fed(graph, ref.node, others, findings.training_nodes)
        sizes |= {} if found is None else {ref.node: found}
    if not sizes:
        return model
    made = graph.replacing(
        each
        for node in graph.nodes
        for each in (_computed(graph, node, sizes[node.name]) if node.name in sizes else (node,))
    )
    return replace(model, meta_graph=replace(model.meta_graph, graph=made))


def computed_sizes(graph: Graph) -> dict[str, TensorRef]:
    """The sizes that are computed though the program fed them, by name, and what each is the size of."""
    made = (node for node in graph.nodes if node.made_by == _MADE_BY and node.op in families.SHAPE)
    return {node.name.removesuffix(_WHOLE): node.inputs[0] for node in made}


def _is_number(graph: Graph, ref: TensorRef) -> bool:
    node = graph.producer(ref)
    return (
        node.op in families.PLACEHOLDER
        and node.dtype("dtype") in (_INT32, _INT64)
        and graph.static_shape(ref).dims == ()
    )


def _is_apart(graph: Graph, inputs: TensorRef, name: str) -> bool:
    """Whether a network's input is made without the size, and of something that is fed."""
    return name not in ancestors(graph, [inputs.node], control=False)


def _batches(graph: Graph, rnn: Rnn) -> Iterator[str]:
    """The placeholders that say how many rows the network's states of zeros have."""
    for layer in rnn.layers if rnn.time_major is not None else ():
        for state in layer.initial_state.values():
            zeros = None if state is None else graph.producer(source(graph, state))
            if zeros is not None and zeros.op in families.FILL:
                yield from _first(graph, zeros.inputs[0])


def _first(graph: Graph, shape: TensorRef) -> Iterator[str]:
    """The placeholder that a shape begins with."""
    node = graph.producer(shape)
    while node.op in families.JOINING | _INTO_SHAPES and node.inputs:
        operands = data_operands(node) if node.op in families.JOINING else node.inputs
        node = graph.producer(operands[0])
    if node.op in families.PLACEHOLDER and node.dtype("dtype") == _INT32:
        yield node.name


def _computed(graph: Graph, node: Node, size: FedSize) -> tuple[Node, ...]:
    """The nodes that compute a size, the last under the placeholder's name."""
    dtype = dtype_of(graph, TensorRef(node.name))
    shape, begin, end, one = (f"{node.name}{each}" for each in (_WHOLE, "/axis", "/end", "/one"))

    def at(name: str, value: int) -> Node:
        return make_node(
            name, "Const", made_by=_MADE_BY, dtype=_INT32, value=TensorValue.of([value], _INT32)
        ).with_attrs(_output_shapes=(Shape((1,)),))

    along = node.name if size.over is None else f"{node.name}/along"
    sliced = make_node(
        along, "StridedSlice", [TensorRef(each) for each in (shape, begin, end, one)], made_by=_MADE_BY,
        T=dtype, Index=_INT32, begin_mask=0, end_mask=0, ellipsis_mask=0, new_axis_mask=0, shrink_axis_mask=1,
    ).with_attrs(_output_shapes=(Shape(()),))  # fmt: skip
    whole = make_node(shape, "Shape", [size.of], made_by=_MADE_BY, T=dtype_of(graph, size.of), out_type=dtype)
    found = (whole, at(begin, size.axis), at(end, size.axis + 1), at(one, 1), sliced)
    if size.over is None:
        return found
    share = make_node(node.name, "FloorDiv", [TensorRef(along), size.over], made_by=_MADE_BY, T=dtype)
    return (*found, share.with_attrs(_output_shapes=(Shape(()),)))
