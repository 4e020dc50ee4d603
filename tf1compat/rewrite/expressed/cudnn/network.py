"""The layers and directions of a CudnnRNN, each a functional loop over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tf1compat.discovery.findings import Direction
from tf1compat.graph.attributes import Shape
from tf1compat.graph.model import Node
from tf1compat.names import TensorRef
from tf1compat.ops.families import CUDNN_RNN_V3
from tf1compat.rewrite.emit import BOOL, INT, VARIANT, Emitter, LoopBody
from tf1compat.rewrite.expressed.cudnn.cells import STEPS, Step
from tf1compat.rewrite.expressed.cudnn.weights import GATES, CellWeights, Form, cell_weights

_MADE_BY = "portable_cudnn"


class _Sizes(NamedTuple):
    """Scalars: how many steps and examples there are."""

    steps: TensorRef
    batch: TensorRef


def network(emitter: Emitter, node: Node, form: Form) -> tuple[TensorRef, ...]:
    """What a CudnnRNN gives: the outputs, and the final state of each part, h first, in the node's own layout."""
    swaps = node.attrs.get("time_major") is False
    parts = 2 if form.mode == "lstm" else 1
    tensors = [emitter.swapped(ref, form.dtype) if swaps else ref for ref in node.inputs[: 1 + parts]]
    lengths = node.inputs[-1] if node.op in CUDNN_RNN_V3 else None
    results = _time_major(emitter, node, form, tensors, lengths)
    return tuple(emitter.swapped(ref, form.dtype) if swaps else ref for ref in results)


def _time_major(
    emitter: Emitter, node: Node, form: Form, tensors: Sequence[TensorRef], lengths: TensorRef | None
) -> tuple[TensorRef, ...]:
    values, *initial = tensors
    sizes = _Sizes(*(emitter.dimension(values, axis, form.dtype) for axis in range(2)))
    rows = form.layers * len(form.directions)
    states = [emitter.many("Unpack", each, outputs=rows, num=rows, axis=0, T=form.dtype) for each in initial]
    finals: list[tuple[TensorRef, ...]] = []
    weights = cell_weights(emitter, node, form)
    for layer in range(form.layers):
        outputs = []
        for direction in form.directions:
            row = len(finals)
            run = _Run(emitter, form, weights[row], sizes, lengths, direction)
            written, *final = run.over(values, layer, [each[row] for each in states])
            outputs.append(written)
            finals.append(tuple(final))
        values = emitter.concat(outputs, 2, form.dtype)
    packed = (emitter("Pack", *part, N=rows, axis=0, T=form.dtype) for part in zip(*finals, strict=True))
    return (values, *packed)


class _Run(NamedTuple):
    """One layer in one direction."""

    emitter: Emitter
    form: Form
    weights: CellWeights
    sizes: _Sizes
    lengths: TensorRef | None
    direction: Direction

    def over(self, values: TensorRef, layer: int, states: Sequence[TensorRef]) -> tuple[TensorRef, ...]:
        """The outputs [time, batch, units], and the final states, of a run over [time, batch, inputs]."""
        emitter, dtype = self.emitter, self.form.dtype
        gates = self._gates_of(values, self.form.input_size(layer))
        width = len(GATES[self.form.mode]) * self.form.units
        gates = emitter(
            "TensorListFromTensor",
            gates,
            self._pair(self.sizes.batch, width),
            element_dtype=dtype,
            shape_type=INT,
        )
        element = self._pair(self.sizes.batch, self.form.units)
        written = emitter("TensorListReserve", element, self.sizes.steps, element_dtype=dtype, shape_type=INT)
        extra = [each for each in (self.weights.hidden_bias, self.lengths) if each is not None]
        written, *final = emitter.loop(
            self.sizes.steps, self._body(len(states)), (written, *states),
            (gates, self.weights.hidden_kernel, *extra),
        )  # fmt: skip
        outputs = emitter("TensorListStack", written, element, element_dtype=dtype, num_elements=-1)
        return (outputs, *final)

    def _gates_of(self, values: TensorRef, width: int) -> TensorRef:
        """The input's share of all gates at all steps, in one product."""
        emitter, dtype = self.emitter, self.form.dtype
        gates = len(GATES[self.form.mode])
        if self.weights.input_kernel is None:
            shared = emitter.concat([values] * gates, 2, dtype)
        else:
            flat = emitter("Reshape", values, emitter.constant([-1, width]), T=dtype, Tshape=INT)
            flat = emitter("MatMul", flat, self.weights.input_kernel, T=dtype)
            shape = emitter(
                "Pack", *self.sizes, emitter.constant(gates * self.form.units), N=3, axis=0, T=INT
            )
            shared = emitter("Reshape", flat, shape, T=dtype, Tshape=INT)
        return emitter("AddV2", shared, self.weights.bias, T=dtype)

    def _pair(self, first: TensorRef, second: int) -> TensorRef:
        return self.emitter("Pack", first, self.emitter.constant(second), N=2, axis=0, T=INT)

    def _body(self, parts: int) -> LoopBody:
        dtype, units = self.form.dtype, self.form.units
        biased, bounded = self.weights.hidden_bias is not None, self.lengths is not None
        body = LoopBody(
            _MADE_BY,
            (VARIANT, *[dtype] * parts),
            (VARIANT, dtype, *[dtype] * biased, *[INT] * bounded),
            (Shape(()), *[Shape((None, units))] * parts),
        )
        written, *before = body.carried
        gates, kernel, *extra = body.invariants
        turn = body.turn
        if self.direction == "backward":
            last = body("Sub", body.turns, body.constant(1), T=INT)
            turn = body("Sub", last, turn, T=INT)
        shape = body.constant([-1, len(GATES[self.form.mode]) * units])
        now = body("TensorListGetItem", gates, turn, shape, element_dtype=dtype)
        step = Step(now, tuple(before), kernel, extra[0] if biased else None)
        after = STEPS[self.form.mode](body, step, dtype)
        output = after[0]
        if bounded:
            output, after = self._within(body, (turn, extra[-1]), before, after)
        written = body("TensorListSetItem", written, turn, output, element_dtype=dtype)
        body.results = (written, *after)
        return body

    def _within(
        self,
        body: LoopBody,
        clock: tuple[TensorRef, TensorRef],
        before: Sequence[TensorRef],
        after: Sequence[TensorRef],
    ) -> tuple[TensorRef, tuple[TensorRef, ...]]:
        """The output and the states where a sequence has ended: zeros, and the states as they were."""
        dtype = self.form.dtype
        running = body("Less", *clock, T=INT)
        running = body("ExpandDims", running, body.constant(1), T=BOOL, Tdim=INT)
        kept = tuple(
            body("SelectV2", running, new, old, T=dtype) for new, old in zip(after, before, strict=True)
        )
        return body("SelectV2", running, after[0], body.constant(0.0, dtype), T=dtype), kept
