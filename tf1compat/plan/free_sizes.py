"""Any number of examples or steps in the place of the author's: where they lie in inputs, what shapes become."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from tf1compat.analysis.pattern import Mismatch
from tf1compat.analysis.shapes.dimensions import BATCH, TIME, Dims, open_sizes
from tf1compat.analysis.shapes.free import Axes, FreeSizes, Question, find_batch_size, find_free_sizes
from tf1compat.analysis.time.application import one_application
from tf1compat.discovery.findings import Findings
from tf1compat.graph.attributes import Shape
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef
from tf1compat.options import BatchChoice
from tf1compat.plan.judge.notes import Note
from tf1compat.plan.model import FreeSizePlan, InputBinding, MigrationPlan, OutputBinding, SignaturePlan
from tf1compat.plan.signatures.entering import with_choices

_KEEP = "leave out --batch free, and feed that many"


class Freed(NamedTuple):
    """The signatures with sizes open, what the rewrite needs to know of them, and what is to say."""

    signatures: tuple[SignaturePlan, ...]
    batch: FreeSizePlan | None = None
    hazards: tuple[Note, ...] = ()
    blockers: tuple[Note, ...] = ()
    time: FreeSizePlan | None = None


def batch_of(
    graph: Graph,
    findings: Findings,
    signatures: Sequence[SignaturePlan],
    cut: Sequence[TensorRef],
    batch: BatchChoice,
) -> Freed:
    """The signatures with the batch that is asked for; `cut` are tensors that are given, besides the inputs.

    A step is as its own planning left it. Data that the graph held has as many rows as it had by chance: they are free,
    if they can be.
    """
    if not signatures:
        return Freed(())
    known = KnownSizes(graph, findings, cut)
    if batch == "free":
        return _free_signatures(known, signatures)
    if known.is_held(signatures[0]):
        freed = _free_signatures(known, signatures)
        if not freed.blockers:
            return freed
    return Freed(tuple(signatures), hazards=_fixed(known, signatures[0]))


@dataclass(frozen=True)
class KnownSizes:
    """What tells where the batch lies in the inputs of a signature, and how many examples it was built for."""

    graph: Graph
    findings: Findings
    cut: Sequence[TensorRef]

    @cached_property
    def roles(self) -> Mapping[TensorRef, str]:
        return {each.tensor: each.role for each in self.findings.inputs}

    def is_held(self, signature: SignaturePlan) -> bool:
        """Whether a signature takes data that the graph itself held."""
        held = {each.tensor for each in self.findings.inputs if each.kind == "held"}
        return any(each.tensor in held for each in signature.inputs)

    @cached_property
    def of_states(self) -> int:
        """The rows that the recurrent networks' initial states have; 0 where they have no number of their own."""
        layers = (layer for rnn in self.findings.rnns for layer in rnn.layers)
        initial = (ref for layer in layers for ref in layer.initial_state.values() if ref is not None)
        shapes = (self.graph.static_shape(ref).dims for ref in initial)
        return next((dims[0] for dims in shapes if dims is not None and len(dims) == 2 and dims[0]), 0)

    def size_of_inputs(self, signature: SignaturePlan) -> int:
        """The number of examples that the inputs tell; 0 where they take any."""
        told = [each.shape.dims or () for each in signature.inputs if self.tells_batch(each)]
        if any(self.of_states in dims[:2] for dims in told if self.of_states):
            return self.of_states
        return next((dims[0] or 0 for dims in told), 0)

    def size_of_graph(self, signature: SignaturePlan) -> int:
        """The number of examples that the graph was built for though its inputs take any; 0 where none is seen."""
        axes = _of_batch(self.axes(signature, 0))
        return self.of_states or find_batch_size(
            self.graph, axes, [*_fed(signature), *self.cut], _outputs(signature)
        )

    def tells_batch(self, binding: InputBinding) -> bool:
        """Whether an axis of an input is a number of examples; that of a vector of measures is not."""
        dims = binding.shape.dims
        of_examples = dims is not None and (len(dims) > 1 or not binding.dtype.is_floating)
        return of_examples and self._role(binding) == "data" and bool(dims and dims[0])

    def axes(self, signature: SignaturePlan, size: int) -> dict[TensorRef, int]:
        """Where the batch lies in each input, as far as its shape tells."""
        found = {each.tensor: self._axis(each, size) for each in signature.inputs if not each.readers}
        return {tensor: axis for tensor, axis in found.items() if axis is not None}

    def found(self, signature: SignaturePlan, size: int) -> FreeSizes | Mismatch:
        """What has to change in the graph of a signature."""
        axes = _of_batch(self.axes(signature, size))
        return find_free_sizes(question_of(self.graph, signature, {BATCH: size}, axes, self.cut))

    def _axis(self, binding: InputBinding, size: int) -> int | None:
        dims = binding.shape.dims
        if not dims:
            return None
        if self._role(binding) == "state":
            return dims.index(None) if dims.count(None) == 1 else None
        first = next((axis for axis in (0, 1) if dims[axis : axis + 1] == (size,)), None)
        return first if first is not None else 0 if dims[0] is None else None

    def _role(self, binding: InputBinding) -> str:
        return self.roles.get(binding.tensor, "data")


def _of_batch(axes: Mapping[TensorRef, int]) -> Axes:
    return {ref: {axis: BATCH} for ref, axis in axes.items()}


def question_of(
    graph: Graph,
    signature: SignaturePlan,
    numbers: Mapping[str, int],
    axes: Axes,
    cut: Iterable[TensorRef] = (),
    *,
    any_time: bool = False,
) -> Question:
    """What to ask for a signature to take any sizes in the place of these numbers."""
    application = None if signature.step is None else signature.step.application
    if application is not None:
        graph = one_application(graph, application)
    return Question(
        graph, numbers, axes, frozenset((*_fed(signature), *cut)), tuple(_outputs(signature)),
        frozenset(() if application is None else application.joined), any_time=any_time,
    )  # fmt: skip


def _fixed(known: KnownSizes, signature: SignaturePlan) -> tuple[Note, ...]:
    """That the model takes as many examples as the author fed, where it could take any."""
    size = known.size_of_inputs(signature)
    if size < 2 or isinstance(known.found(signature, size), Mismatch):
        return ()
    told = next(each for each in signature.inputs if known.tells_batch(each))
    return (
        Note(
            "fixed-batch",
            told.tensor.node,
            f"'{told.tensor}' was built for {size} examples, and the migrated model takes no other number",
            "to have it take any: --batch free",
        ),
    )


def _free_signatures(known: KnownSizes, signatures: Sequence[SignaturePlan]) -> Freed:
    """The signatures for any batch; a blocker with the reason where one of them has no such form."""
    told = known.size_of_inputs(signatures[0])
    size = told or known.size_of_graph(signatures[0])
    if not size:
        return Freed(tuple(signatures))
    freed, axes, notes = [], {}, []
    for signature in signatures:
        if signature.step is not None:
            freed.append(signature)
            continue
        found = known.found(signature, size)
        if isinstance(found, Mismatch):
            notes.append(_blocker(signature, size, found))
            continue
        freed.append(opened(signature, found))
        axes[signature.name] = symbol_axes(signature, found, BATCH)
    if notes:
        # A number that no input tells was a guess: what it would have to change is no batch, then.
        return Freed(tuple(signatures), blockers=tuple(notes) if told else ())
    return Freed(tuple(freed), FreeSizePlan(size, axes))


# ------------------------------------------------------------------------------------------- as a plan has it


def free_sizes_of(graph: Graph, plan: MigrationPlan, signature: SignaturePlan) -> FreeSizes | Mismatch:
    """Where batch and time lie in every tensor of the original behind a signature of a plan with free sizes."""
    cut = [*(each.tensor for each in plan.constants), *(each.statistic for each in plan.averages)]
    axes = {
        each.tensor: symbols
        for each in signature.inputs
        if not each.readers
        and (symbols := symbols_of(plan, signature, each.alias))
        and (graph.static_shape(each.tensor).rank is not None or not _is_state(signature, each.alias))
    }
    graph = with_choices(graph, plan.constants)
    return find_free_sizes(question_of(graph, signature, numbers_of(plan, signature), axes, cut))


def numbers_of(plan: MigrationPlan, signature: SignaturePlan) -> dict[str, int]:
    """The author's numbers in the place of which a signature takes any."""
    free = ((BATCH, plan.batch), (TIME, plan.time))
    return {symbol: each.size for symbol, each in free if each is not None and each.axes.get(signature.name)}


def symbols_of(plan: MigrationPlan, signature: SignaturePlan, alias: str) -> dict[int, str]:
    """The symbols on the axes of an input: those that are freed, and those that a step tells of axes that are open."""
    found: dict[int, str] = {}
    for each in () if signature.step is None else signature.step.inputs:
        if each.alias == alias and numbers_of(plan, signature):
            sizes = next(other.shape.dims or () for other in signature.inputs if other.alias == alias)
            told = {each.batch: BATCH, each.time: TIME}
            found |= {
                axis: symbol for axis, symbol in told.items()
                if axis is not None and (axis >= len(sizes) or sizes[axis] is None)
            }  # fmt: skip
    if _is_state(signature, alias) and numbers_of(plan, signature):
        rows = rows_of_state(next(other for other in signature.inputs if other.alias == alias))
        found |= {} if rows is None else {rows: BATCH}
    for symbol, free in ((BATCH, plan.batch), (TIME, plan.time)):
        axis = None if free is None else free.axes.get(signature.name, {}).get(alias)
        if axis is not None:
            found[axis] = symbol
    return found


def _is_state(signature: SignaturePlan, alias: str) -> bool:
    """Whether a step takes its state under this alias, and its data's examples lie along an axis."""
    step = signature.step
    if step is None or all(each.batch is None for each in step.inputs):
        return False
    return any(each.alias == alias for each in step.states) and all(
        each.alias != alias for each in step.inputs
    )


def rows_of_state(binding: InputBinding, examples: int | None = None) -> int | None:
    """The axis of a state's rows; before its units, where their number is the same."""
    dims = binding.shape.dims
    if not dims:
        return None
    if dims.count(None) == 1:
        return dims.index(None)
    return next(
        (axis for axis, size in enumerate(dims) if size == examples and axis < max(1, len(dims) - 1)), None
    )


def with_fixed_sizes(plan: MigrationPlan, signature: SignaturePlan) -> SignaturePlan:
    """A signature with the author's sizes in the inputs that the plan opened."""
    for free in (plan.batch, plan.time):
        given = {} if free is None else free.axes.get(signature.name, {})
        inputs = (
            replace(each, shape=_closed(each.shape, given[each.alias], free.size))
            if free is not None and each.alias in given
            else each
            for each in signature.inputs
        )
        signature = replace(signature, inputs=tuple(inputs))
    return signature


def _closed(shape: Shape, axis: int, size: int) -> Shape:
    dims = shape.dims
    return shape if dims is None else Shape((*dims[:axis], size, *dims[axis + 1 :]))


def _fed(signature: SignaturePlan) -> list[TensorRef]:
    return [each.tensor for each in signature.inputs if not each.readers]


def _outputs(signature: SignaturePlan) -> list[TensorRef]:
    return [piece.tensor for each in signature.outputs for piece in each.pieces]


def symbol_axes(signature: SignaturePlan, found: FreeSizes, symbol: str) -> dict[str, int]:
    """The axis of each input that a symbol is the size of."""
    axes = {each.alias: _axis(found.dims.get(each.tensor), symbol) for each in signature.inputs}
    return {alias: axis for alias, axis in axes.items() if axis is not None}


def _axis(dims: Dims, symbol: str) -> int | None:
    return dims.index((symbol,)) if dims is not None and (symbol,) in dims else None


def opened(signature: SignaturePlan, found: FreeSizes) -> SignaturePlan:
    """A signature whose shapes are open wherever a symbol is a factor."""
    inputs = tuple(
        replace(each, shape=_open(each.shape, found.dims.get(each.tensor))) for each in signature.inputs
    )
    outputs = tuple(_open_output(each, found) for each in signature.outputs)
    return replace(signature, inputs=inputs, outputs=outputs)


def _open_output(output: OutputBinding, found: FreeSizes) -> OutputBinding:
    if output.tensor is None:
        sizes, size = output.shape.dims, found.numbers.get(BATCH)
        known = None if sizes is None else tuple(None if each == size else each for each in sizes)
        return replace(output, shape=Shape(known))
    return replace(output, shape=_open(output.shape, found.dims.get(output.tensor)))


def _open(shape: Shape, dims: Dims) -> Shape:
    return shape if dims is None else Shape(open_sizes(dims))


def _blocker(signature: SignaturePlan, size: int, found: Mismatch) -> Note:
    return Note(
        "batch-not-free",
        found.at,
        f"signature '{signature.name}' cannot take any other number of examples than {size}: {found.reason}",
        f"{_KEEP} ({size}), or name outputs that do not depend on it with --signature",
    )
