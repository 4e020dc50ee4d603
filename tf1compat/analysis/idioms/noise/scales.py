"""The constants that make up for what a mask takes away, known by the chance with which it keeps.

x * mask / keep                                     1 / keep, or keep as a divisor, beside the mask or in it
a * (x * mask + value * (1 - mask)) + b             a and b, which restore mean and variance, as AlphaDropout has it
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from tf1compat.analysis.idioms.noise.parts import made_of
from tf1compat.analysis.idioms.noise.quantiles import Quantiles, values_at
from tf1compat.analysis.idioms.noise.sites import Noise, Site, is_drawn
from tf1compat.analysis.pattern import source
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.ops import families
from tf1compat.ops.pointwise import QUOTIENTS
from tf1compat.ops.values import scalar

_NEAR = 1e-3
_CHAIN = 3  # other factors between a mask and its scale
#: What stands between the places that a mask selects and the values there.
_SELECTING = families.GATHER | families.CAST | families.GATHER_ND | families.RESHAPE | families.SQUEEZE


def scales_of(graph: Graph, noise: Noise, quantiles: Quantiles) -> Iterator[tuple[TensorRef, float]]:
    """The constants that go with a group of masks, each with what it is where nothing is dropped."""
    for site in noise.sites:
        if site.kind == "term":
            yield from _restoring(graph, site, quantiles)
            continue
        keep = _chance_to_keep(site, quantiles)
        if keep is not None and 0 < keep < 1:
            for ref, exponent in _factors(graph, noise, site):
                value = scalar(graph, ref)
                if value is not None and _is_near(value, keep**exponent):
                    yield source(graph, ref), 1.0
                    break


def _restoring(graph: Graph, site: Site, quantiles: Quantiles) -> Iterator[tuple[TensorRef, float]]:
    """The factor and the term that restore variance and mean where a value stands in for what is dropped."""
    numbers = quantiles.of(site.drawn)
    values = {} if numbers is None else values_at(numbers)
    if len(values) != 2 or 0.0 not in values:
        return
    keep = values[0.0]
    (instead,) = values.keys() - {0.0}
    factor = (keep * (1 + (1 - keep) * instead**2)) ** -0.5
    for node in _readers(graph, TensorRef(site.node), families.TRANSPARENT):
        found = _near(graph, node, families.MULTIPLICATION, factor)
        if found is not None:
            yield found, 1.0
            for after in _readers(graph, TensorRef(node.name), families.TRANSPARENT):
                shift = _near(graph, after, families.ADDITIONS, -factor * instead * (1 - keep))
                if shift is not None:
                    yield shift, 0.0


def _near(graph: Graph, node: Node, ops: Collection[str], wanted: float) -> TensorRef | None:
    """The constant operand of a node of these ops that is about as large as wanted."""
    for each in node.inputs if node.op in ops else ():
        value = scalar(graph, each)
        if value is not None and _is_near(value, wanted):
            return source(graph, each)
    return None


def _is_near(value: float, wanted: float) -> bool:
    return abs(value - wanted) <= _NEAR * abs(wanted)


def _chance_to_keep(site: Site, quantiles: Quantiles) -> float | None:
    """With which chance a mask keeps a value; None where it is no mask, or nothing tells."""
    numbers = quantiles.of(site.drawn)
    values = {} if numbers is None else values_at(numbers)
    if len(values) != 2 or site.wanted is None:
        return None
    if site.kind != "factor" or site.wanted == 0:
        return values.get(site.wanted)
    return 1 - values[0.0] if 0.0 in values else None


def _factors(graph: Graph, noise: Noise, site: Site) -> Iterator[tuple[TensorRef, int]]:
    """The scalars near a mask that may scale, and the power of the chance to keep that each would be."""
    yield from _inside(graph, noise, site.drawn)
    if site.kept is not None:
        yield from _before(graph, site.kept)
    through = families.TRANSPARENT | (_SELECTING if site.kind == "selection" else frozenset())
    yield from _after(graph, TensorRef(site.node), through)


def _before(graph: Graph, ref: TensorRef, steps: int = _CHAIN) -> Iterator[tuple[TensorRef, int]]:
    """Those that a value was multiplied with or divided by before, other masks aside."""
    node = graph.producer(source(graph, ref))
    yield from _factor_of(node)
    if steps and (node.op in families.MULTIPLICATION or node.op in QUOTIENTS):
        for each in node.inputs:
            if scalar(graph, each) is None and not is_drawn(graph, each):
                yield from _before(graph, each, steps - 1)


def _after(
    graph: Graph, ref: TensorRef, through: frozenset[str], steps: int = _CHAIN
) -> Iterator[tuple[TensorRef, int]]:
    """Those that it is multiplied with or divided by afterwards, other masks aside."""
    for node in _readers(graph, ref, through):
        yield from _factor_of(node)
        factors = (
            node.inputs[1:]
            if node.op in QUOTIENTS
            else node.inputs
            if node.op in families.MULTIPLICATION
            else ()
        )
        masked = any(scalar(graph, each) is not None or is_drawn(graph, each) for each in factors)
        if steps and masked:
            yield from _after(graph, TensorRef(node.name), through, steps - 1)


def _inside(graph: Graph, noise: Noise, ref: TensorRef) -> Iterator[tuple[TensorRef, int]]:
    """Those that the mask itself is multiplied with or divided by."""
    for each in made_of(graph, noise, [ref], until=noise.steps):
        yield from _factor_of(graph.producer(each))


def _factor_of(node: Node) -> Iterator[tuple[TensorRef, int]]:
    if node.op in families.MULTIPLICATION:
        yield from ((each, -1) for each in node.inputs)
    elif node.op in QUOTIENTS and len(node.inputs) == 2:
        yield node.inputs[1], 1


def _readers(graph: Graph, ref: TensorRef, through: frozenset[str]) -> Iterator[Node]:
    """What reads a tensor, past the ops that hand it on."""
    todo = [ref]
    for each in todo:
        for use in graph.uses.get(each, ()):
            node = graph[use.node]
            if node.op not in through:
                yield node
            elif TensorRef(node.name) not in todo:
                todo.append(TensorRef(node.name))
