"""`AttentionCellWrapper` of `contrib.rnn`: attention over the last outputs of the cell itself.

    h = cell(linear([x, attention]))
    a = softmax(sum(v * tanh(conv(window) + linear(state))))
    attention' = sum(a * window)
    y = linear([h, attention'])
    window' = window without its first, and y

Source: `contrib/rnn/python/ops/rnn_cell.py` of TensorFlow 0.12 to 1.15.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from types import MappingProxyType

from tf1compat.analysis.pattern import Captures, Mismatch, capture, joined, linear, match, op, product, source
from tf1compat.discovery.rnn.wrappers.wrapper import Wrapped, WrapperKind, WrapperState, readers
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.ops import families

_WINDOW = op("Reshape", capture("window"), capture("window_shape"))
_WEIGHTS = op("Reshape", op("Softmax"), capture("weights_shape"))
_ATTENDED = op(
    "Reshape",
    op("Sum", product(_WEIGHTS, op("Reshape", _WINDOW, capture("hidden_shape"))), capture("axes")),
    capture("attention_shape"),
)
_OUTPUT = linear(joined(capture("h"), capture("attention", _ATTENDED)), "output_kernel")
_INPUT = linear(joined(capture("x"), capture("old_attention")), "input_kernel")
_SHIFTED = joined(op("Slice", _WINDOW), op("ExpandDims", capture("y"), capture("axis")))
_NEW_WINDOW = op("Reshape", _SHIFTED, capture("whole_shape"))


def judge(graph: Graph, inner: Wrapped, carried: Collection[TensorRef]) -> Wrapped | Mismatch:
    """The cell, or the cells of which this is the last, with attention over the last outputs."""
    around_all = isinstance(match(_INPUT, graph, inner.input), Mismatch)
    entrance = match(_INPUT, graph, inner.entrance if around_all else inner.input)
    if isinstance(entrance, Mismatch):
        return entrance
    for output in _projections(graph, inner.output):
        found = match(_OUTPUT, graph, output)
        window = _new_window(graph, output)
        if (
            not isinstance(found, Mismatch)
            and window is not None
            and found["h"] == source(graph, inner.output)
        ):
            whole = _wrapped(inner, entrance, output, found, window)
            return replace(whole, input=inner.input, made=(inner.entrance,)) if around_all else whole
    return Mismatch("the output is not joined with attention over the last ones", inner.output.node)


def _projections(graph: Graph, ref: TensorRef) -> Iterator[TensorRef]:
    """What is made by a matrix from the tensor joined with another."""
    for both in readers(graph, ref, families.CONCATENATIONS):
        for times in readers(graph, TensorRef(both.name), families.MATRIX_PRODUCT):
            for node in readers(graph, TensorRef(times.name), families.ADDITIONS | families.BIAS_ADDITION):
                yield TensorRef(node.name)


def _new_window(graph: Graph, output: TensorRef) -> TensorRef | None:
    for node in _windows(graph, output):
        found = match(_NEW_WINDOW, graph, TensorRef(node.name))
        if not isinstance(found, Mismatch) and found["y"] == source(graph, output):
            return TensorRef(node.name)
    return None


def _windows(graph: Graph, output: TensorRef) -> Iterator[Node]:
    for expanded in readers(graph, output, families.EXPAND_DIMS):
        for both in readers(graph, TensorRef(expanded.name), families.CONCATENATIONS):
            yield from readers(graph, TensorRef(both.name), families.RESHAPE)


def _wrapped(
    inner: Wrapped, entrance: Captures, output: TensorRef, found: Captures, window: TensorRef
) -> Wrapped:
    states = {
        **inner.states,
        "attention": WrapperState(entrance["old_attention"], found["attention"]),
        "attention_states": WrapperState(found["window"], window),
    }
    return replace(
        inner,
        input=entrance["x"],
        output=output,
        wrappers=(*inner.wrappers, "attention"),
        states=MappingProxyType(states),
    )


ATTENTION_CELL = WrapperKind("attention", judge)
