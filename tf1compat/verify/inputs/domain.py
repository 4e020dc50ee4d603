"""What may be fed to a signature: for each input its element type, its sizes, and which values make sense."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tf1compat.discovery.findings import Findings
from tf1compat.graph.attributes import DType
from tf1compat.graph.model import Graph
from tf1compat.graph.walk import descendants
from tf1compat.names import TensorRef, leaf
from tf1compat.plan.model import ConstantPlan, InputBinding, SignaturePlan
from tf1compat.verify.inputs.composites import Composite, SparseInput, composites_of
from tf1compat.verify.inputs.dimensions import (
    BATCH,
    TIME,
    anchors_of,
    given_dims,
    live_part,
    names_of,
    time_of,
    walk_shapes,
)
from tf1compat.verify.inputs.serialized import Encoding, Part, encoding_of, leaves
from tf1compat.verify.inputs.shapes import Dim, Dims, Symbols, Walk
from tf1compat.verify.inputs.sparse import SparseShapes, chooses_entries
from tf1compat.verify.inputs.value_demands import demand_of
from tf1compat.verify.inputs.value_ranges import Usage, is_whole_shape, usage_of
from tf1compat.verify.inputs.vocabulary_inputs import words_of

Size = int | str  # a size, or the symbol of one

#: Inputs that have one right value at inference, by role; used where the plan leaves them open.
_NUMBERS = ("normal", "range", "mask", "probabilities", "one_hot")
_FIXED = {"keep_prob": 1.0, "noise": 0.0, "is_training": False, "learning_rate": 0.0}


@dataclass(frozen=True)
class Values:
    """Which values an input takes."""

    kind: str  # a key of `value_makers.MAKERS`
    below: int | None = None  # of ids; None when nothing bounds them
    upper: Size | None = None  # of lengths: the axis they count steps of
    value: Any = None  # the fixed one
    one_hot: bool = False  # the last axis may also select one of a fixed number
    encoding: Encoding | None = None  # of what is serialized, with the domain of each of its parts
    parts: tuple[Domain, ...] = ()
    words: tuple[bytes, ...] = ()  # texts that a table knows
    low: float = 0.0  # of a range
    high: float = 1.0
    entries_of: str | None = None  # of a size: it is the number of entries that this input has


@dataclass(frozen=True)
class Domain:
    """One input of a signature, and what may be fed to it."""

    alias: str
    tensor: TensorRef
    dtype: DType
    dims: tuple[Size, ...]
    values: Values
    any_rank: bool = False  # nothing says how many axes it has


@dataclass(frozen=True)
class SignatureDomain:
    """All inputs of a signature; a symbol has one size in all of them."""

    signature: str
    inputs: tuple[Domain, ...]
    composites: tuple[Composite, ...] = ()  # inputs that are made together, each with a row an example

    @property
    def symbols(self) -> frozenset[str]:
        sparse = (each.dims for each in self.composites if isinstance(each, SparseInput))
        found = (
            dim
            for dims in (*(each.dims for each in self.inputs), *sparse)
            for dim in dims
            if isinstance(dim, str)
        )
        return frozenset((*found, *([BATCH] if self.composites else [])))

    @property
    def is_scalable(self) -> bool:
        """Whether some input takes any numbers."""
        return any(each.values.kind == "normal" for each in self.inputs)


def domains_of(
    graph: Graph,
    findings: Findings,
    signature: SignaturePlan,
    constants: tuple[ConstantPlan, ...] = (),
) -> tuple[SignatureDomain, ...]:
    """What may be fed to a signature; the likeliest reading of the graph first, then others worth trying."""
    fed = [binding.tensor for binding in signature.inputs] + [each.tensor for each in constants]
    outputs = [piece.tensor for output in signature.outputs for piece in output.pieces]
    live = live_part(graph, fed, outputs)
    anchors = anchors_of(graph, findings)
    symbols = Symbols()
    given = {each.tensor: given_dims(live, each, anchors) for each in signature.inputs}
    composites = tuple(map(_with_symbols, composites_of(graph, signature.inputs)))
    sparse = _sparse_shapes(live, signature, composites)
    walk = walk_shapes(live, {**given, **sparse.results()}, anchors, symbols)
    sparse.demand(walk)
    reading = _Reading(graph, walk, findings, given, _lengths(findings), composites)
    return tuple(dict.fromkeys(reading.alternatives(signature)))


def _with_symbols(composite: Composite) -> Composite:
    """The composite with a symbol for each size that is open."""
    if not isinstance(composite, SparseInput):
        return composite
    dims = (
        f"{composite.indices}.dense.{axis}" if dim is None else dim for axis, dim in enumerate(composite.dims)
    )
    return replace(composite, dims=tuple(dims))


def _sparse_shapes(graph: Graph, signature: SignaturePlan, composites: Iterable[Composite]) -> SparseShapes:
    tensors = {each.alias: each.tensor for each in signature.inputs}
    dims = {tensors[each.indices]: each.dims for each in composites if isinstance(each, SparseInput)}
    return SparseShapes(graph, {each.tensor: each for each in signature.inputs}, dims)


def _lengths(findings: Findings) -> dict[TensorRef, Dim]:
    return {rnn.sequence_length: time_of(rnn) for rnn in findings.rnns if rnn.sequence_length is not None}


@dataclass(frozen=True)
class _Reading:
    """A finished walk, from which domains are read."""

    graph: Graph  # whole, with what fills tables
    walk: Walk
    findings: Findings
    given: Mapping[TensorRef, Dims]
    lengths: Mapping[TensorRef, Dim]
    composites: tuple[Composite, ...] = ()

    def alternatives(self, signature: SignaturePlan) -> Iterator[SignatureDomain]:
        names = self._names(one_time=False)
        yield self._domain(signature, names)
        joined = {symbol: TIME if name.endswith(".1") else name
                  for symbol, name in self._names(one_time=True).items()}  # fmt: skip
        yield self._domain(signature, joined)
        swapped = {symbol: {BATCH: TIME, TIME: BATCH}.get(name, name) for symbol, name in joined.items()}
        yield self._domain(signature, swapped)

    def _names(self, *, one_time: bool) -> dict[str, str]:
        sparse = [each.dims for each in self.composites if isinstance(each, SparseInput)]
        used = {dim for dims in (*self.given.values(), *sparse) for dim in dims or () if isinstance(dim, str)}
        known = {BATCH, *(time_of(rnn) for rnn in self.findings.rnns)}
        return names_of(self.walk.symbols, used, known, one_time=one_time)

    def _domain(self, signature: SignaturePlan, names: Mapping[str, str]) -> SignatureDomain:
        inputs = tuple(self._input(binding, names) for binding in signature.inputs)
        parts = {alias for each in self.composites for alias in each.aliases}
        inputs = tuple(replace(each, dims=()) if each.alias in parts else each for each in inputs)
        bounded = tuple(_with_upper(each, inputs) for each in inputs)
        bounded = tuple(
            _counting_entries(self.walk.graph, each, self.composites, signature) for each in bounded
        )
        return SignatureDomain(
            signature.name, bounded, tuple(self._sized(each, names) for each in self.composites)
        )

    def _sized(self, composite: Composite, names: Mapping[str, str]) -> Composite:
        if not isinstance(composite, SparseInput):
            return composite
        return replace(composite, dims=tuple(self._size(dim, names) for dim in composite.dims))

    def _input(self, binding: InputBinding, names: Mapping[str, str]) -> Domain:
        usage = usage_of(self.walk, binding.tensor, self.lengths)
        role = self._role(binding.tensor)
        upper = self._size(usage.length, names)
        if usage == Usage() and _names_length(leaf(binding.tensor.node)):
            role = "sequence_length"
        values = self._demanded(_values(binding.dtype, role, usage, upper), binding, role)
        values = self._with_words(values, binding.tensor)
        dims = self.given[binding.tensor]
        any_rank = dims is None and values.kind in (*_NUMBERS, "ids", "boolean", "text")
        values = self._serialized(binding) or values
        if dims is None:
            dims = (BATCH,) if values.kind == "lengths" else ()
        sizes = tuple(1 if (size := self._size(dim, names)) is None else size for dim in dims)
        refined = _refined(values, sizes, role)
        return Domain(binding.alias, binding.tensor, binding.dtype, sizes, refined, any_rank)

    def _demanded(self, values: Values, binding: InputBinding, role: str) -> Values:
        """The values of numbers that nothing bounds yet, as the ops that read them need them."""
        whole = values.kind == "ids" and values.below is None and binding.dtype.is_integer
        if role == "state" or not (whole or values.kind == "normal"):
            return values
        read = binding.tensor.node in self.walk.graph  # and not only waited for
        demand = demand_of(self.walk.graph, binding.tensor, whole=whole) if read else None
        if demand is None:
            return values
        if whole and demand.kind == "range":
            return replace(values, below=max(int(demand.high), 1) + 1)
        return Values(demand.kind, low=demand.low, high=demand.high)

    def _with_words(self, values: Values, tensor: TensorRef) -> Values:
        """The values of strings with words that a table knows."""
        if values.kind != "text":
            return values
        return replace(values, words=words_of(self.graph, tensor, self.findings.tables))

    def _serialized(self, binding: InputBinding) -> Values | None:
        """What must be in strings that the graph takes apart; None where it does not."""
        encoding = encoding_of(self.walk, binding.tensor) if binding.dtype == "string" else None
        if encoding is None:
            return None
        parts = tuple(self._part(each) for each in leaves(encoding))
        return Values("serialized", encoding=encoding, parts=parts)

    def _part(self, part: Part) -> Domain:
        usage = usage_of(self.walk, part.tensor, self.lengths)
        role = "sequence_length" if usage == Usage() and _names_length(part.key) else "data"
        values = self._with_words(_values(part.dtype, role, usage, None), part.tensor)
        return Domain(part.key, part.tensor, part.dtype, (), values)

    def _role(self, tensor: TensorRef) -> str:
        if any(each.placeholder == tensor for each in self.findings.pairings) or tensor in self._states():
            return "state"
        return next((each.role for each in self.findings.inputs if each.tensor == tensor), "other")

    def _states(self) -> set[TensorRef | None]:
        layers = (layer for rnn in self.findings.rnns for layer in rnn.layers)
        return {ref for layer in layers for ref in layer.initial_state.values()}

    def _size(self, dim: Dim, names: Mapping[str, str]) -> Size | None:
        """A fixed size, or the name of the symbol."""
        root = self.walk.symbols.find(dim)
        if not isinstance(root, str):
            return root
        name = self.walk.symbols.at_least.get(root) or names.get(root, root)
        batch = self.walk.symbols.find(BATCH)  # a size, where the graph has one baked in
        return batch if name == BATCH and isinstance(batch, int) else name


def _names_length(name: str) -> bool:
    return "len" in name.lower()


def _values(dtype: DType, role: str, usage: Usage, upper: Size | None) -> Values:
    if role in _FIXED:
        return Values("fixed", value=_FIXED[role])
    if dtype == "bool":
        return Values("boolean")
    if dtype == "string":
        return Values("text")
    if dtype.base.startswith(("qint", "quint")):
        return Values("ids")
    if usage.length is not None or (dtype.is_integer and role == "sequence_length"):
        return Values("lengths", upper=upper)
    if dtype.is_integer:
        bounded = usage.below is not None or not usage.size
        return Values("ids", below=usage.below) if bounded else Values("size", upper=BATCH)
    if usage.below is not None and dtype.numpy is not None:
        return Values("ids", below=usage.below)  # numbers that are cast to ids
    return Values("normal")


def _refined(values: Values, sizes: tuple[Size, ...], role: str) -> Values:
    if not sizes and values.kind in _NUMBERS:
        return Values("fraction")
    if values.kind != "normal":
        return values
    chosen = len(sizes) > 1 and isinstance(sizes[-1], int) and sizes[-1] > 1 and role != "state"
    return replace(values, one_hot=chosen)


def _counting_entries(
    graph: Graph, domain: Domain, composites: Iterable[Composite], signature: SignaturePlan
) -> Domain:
    """A size that says how many entries a sparse input has, where what it sizes chooses among these."""
    if domain.values.kind != "size":
        return domain
    inputs = {each.tensor: each for each in signature.inputs}
    sized = descendants(graph, [domain.tensor.node])
    for each in composites:
        if isinstance(each, SparseInput) and any(
            chooses_entries(graph, node, inputs, each.indices) for node in graph.nodes if node.name in sized
        ):
            whole = domain.tensor.node in graph and is_whole_shape(graph, domain.tensor)
            sized_by = replace(domain.values, entries_of=each.indices)
            return replace(domain, dims=(1,) if whole else (), values=sized_by)
    return domain


def _with_upper(domain: Domain, inputs: tuple[Domain, ...]) -> Domain:
    """Lengths that no input is known to have the steps of count the second axis of the first input that has one."""
    known = {dim for each in inputs for dim in each.dims}
    upper = domain.values.upper
    if domain.values.kind != "lengths" or isinstance(upper, int) or upper in known:
        return domain
    axes = (each.dims[1] for each in inputs if len(each.dims) > 1)
    return replace(domain, values=replace(domain.values, upper=next(axes, 1)))
