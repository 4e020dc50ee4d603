"""What turns noise off: the scalar that an author would set, or, where there is none, the noise itself.

    x / keep * floor(keep + uniform)        keep, which is 1 where nothing is dropped
    x + normal(shape, stddev=0.1)           stddev, which is 0 where nothing is added
    x * round(uniform) * 2                  the mask itself, which is 1; and 2, which is the inverse of its chance

A mask that is scaled, or governed by what is fed, is dropout wherever it stands. Any other noise is one of training
where weights come after it: what is drawn at the end of a model is its result.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.analysis.idioms.noise.parts import scalars
from tf1compat.analysis.idioms.noise.quantiles import Quantiles
from tf1compat.analysis.idioms.noise.ranges import Ranges
from tf1compat.analysis.idioms.noise.samples import sampling_draws
from tf1compat.analysis.idioms.noise.scalars import is_scalar
from tf1compat.analysis.idioms.noise.scales import scales_of
from tf1compat.analysis.idioms.noise.sites import Noise, Site
from tf1compat.analysis.idioms.noise.uses import (
    bases_of,
    constants_before,
    depends_on_model,
    holds_scalars,
    is_learned,
    is_used_beside,
    only_governs,
)
from tf1compat.analysis.pattern import source
from tf1compat.analysis.value_sources import is_zero, value_sources
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef
from tf1compat.ops.families import PLACEHOLDERS, VARIABLES
from tf1compat.ops.registry import dtype_of
from tf1compat.ops.values import Assumed, known_scalar

NoiseRole = Literal["keep_prob", "noise"]

#: How many ops lie between what noise makes of a value and the noise itself.
_MASK_STEPS = 6
#: How far a mean may be from that of noise which changes nothing on average.
_NEAR = 1e-3
#: The standard deviation of uniform numbers between -1 and 1; normal ones that latent variables are have 1.
_LATENT = 3**-0.5


@dataclass(frozen=True)
class Governor:
    """A tensor and its value at which noise changes nothing.

    `follows` are constants worked out from it when the graph was built, with what they are then.
    """

    tensor: TensorRef
    value: bool | float
    role: NoiseRole
    follows: Mapping[TensorRef, bool | float]


def forward_noise(flow: ForwardGraph, noise: Iterable[Noise]) -> tuple[Noise, ...]:
    """The noise that is drawn for something else than training or samples, less the sites that only training has."""
    found = tuple(
        replace(each, sites=sites)
        for each in noise
        if (sites := tuple(site for site in each.sites if site.node not in flow.training))
        and not each.draws <= flow.training
    )
    sampling = sampling_draws(flow, found)
    return tuple(each for each in found if not each.draws & sampling)


def is_neutral(graph: Graph, noise: Noise, given: Assumed) -> bool:
    """Whether noise changes nothing once these tensors have these values."""
    ranges = Ranges(graph, given)
    return all(site.wanted is not None and ranges.point(site.drawn) == site.wanted for site in noise.sites)


def find_governor(flow: ForwardGraph, noise: Noise, near: frozenset[str]) -> Governor | None:
    """What turns noise off; None where it is the model's own, or where turning it off would change more.

    `near` are the nodes of `near_noise`.
    """
    return _Search(flow, noise, near).governor()


def near_noise(flow: ForwardGraph, noise: Iterable[Noise]) -> frozenset[str]:
    """The nodes of noise, and what is made of them in a few steps."""
    found = {name for each in noise for name in each.nodes}
    last = set(found)
    for _ in range(_MASK_STEPS):
        last = {use.node for name in last for use in flow.graph.uses_of_node.get(name, ())} - found
        found |= last
    return frozenset(found)


@dataclass(frozen=True)
class _Search:
    """One group of noise in the forward part, and what decides it."""

    flow: ForwardGraph
    noise: Noise
    near: frozenset[str]

    @property
    def graph(self) -> Graph:
        return self.flow.graph

    def governor(self) -> Governor | None:
        if any(site.wanted is None for site in self.noise.sites) or not self._may_go():
            return None
        for tensor in dict.fromkeys(self._candidates()):
            found = self._settling(tensor)
            if found is not None:
                return found if self._is_only_noise(found) else None
        return self._whole()

    @property
    def _role(self) -> NoiseRole:
        return "keep_prob" if self.noise.steps else "noise"

    def _candidates(self) -> Iterator[TensorRef]:
        """The scalars that decide, what is fed or kept before what is fixed."""
        deciding = scalars(self.graph, self.noise)
        bases = [base for each in deciding for base in reversed(bases_of(self.graph, each))]
        open_ones = [each for each in bases if not self._is_fixed(each)]
        yield from (fed for each in open_ones for fed in self._fed(each))
        yield from filter(self._is_figure, open_ones)
        yield from filter(self._is_figure, bases)
        yield from constants_before(self.graph, bases)

    def _is_figure(self, ref: TensorRef) -> bool:
        """Whether a tensor is not known to have axes: one that is filled with a number is none to set."""
        node = self.graph.producer(ref)
        dims = self.graph.static_shape(ref).dims
        return node.op in PLACEHOLDERS | VARIABLES or dims is None or all(size == 1 for size in dims)

    def _fed(self, ref: TensorRef) -> list[TensorRef]:
        """The one placeholder that a scalar is worked out from; none where it is an entry of a list of scalars."""
        names = value_sources(self.graph, ref)
        fed = [TensorRef(name) for name in names if self.graph[name].op in PLACEHOLDERS]
        listed = (
            len(fed) == 1
            and holds_scalars(self.graph, fed[0])
            and not is_scalar(self.graph, fed[0], threshold=True)
        )
        return fed if len(fed) == 1 and not listed else []

    def _is_fixed(self, ref: TensorRef) -> bool:
        """Whether a scalar is a constant, or worked out from constants alone."""
        return known_scalar(self.graph, ref) is not None

    # -------------------------------------------------------------------------------- one scalar that decides

    def _settling(self, tensor: TensorRef) -> Governor | None:
        """The scalar with a value at which the noise changes nothing, if it has one."""
        for number in (1.0, 0.0):
            value = bool(number) if dtype_of(self.graph, tensor) == "bool" else number
            scales = self._scales(tensor)
            for given in ({}, scales):
                if self._is_edge(tensor, value, given):
                    return Governor(tensor, value, self._role, scales)
        return None

    def _is_edge(self, tensor: TensorRef, value: bool | float, given: Mapping[TensorRef, Any]) -> bool:
        """Whether noise changes nothing just from a value on: one that lies beyond would scale by what is no chance."""
        if not is_neutral(self.graph, self.noise, {tensor: value, **given}):
            return False
        before = value if isinstance(value, bool) else abs(value - _NEAR)
        return before is value or not is_neutral(self.graph, self.noise, {tensor: before, **given})

    def _is_only_noise(self, found: Governor) -> bool:
        """Whether a scalar does nothing but govern noise, and is the author's to set."""
        node = self.graph.producer(found.tensor)
        if not is_scalar(self.graph, found.tensor, threshold=True):
            return False
        if node.op in PLACEHOLDERS | VARIABLES:
            return not is_learned(self.graph, node) and not self._may_be_learned(found)
        if not only_governs(self.flow, self.near, found.tensor):
            return False
        if self._is_fixed(found.tensor):
            return bool(found.follows) or self._is_used_beside(found.tensor) or self._needs_no_scale
        return not depends_on_model(self.graph, found.tensor) and not self._may_be_learned(found)

    def _may_be_learned(self, found: Governor) -> bool:
        """Whether the size of noise is kept in a variable of a graph that shows no training."""
        behind = value_sources(self.graph, found.tensor)
        kept = any(self.graph[name].op in VARIABLES for name in behind)
        return found.role == "noise" and kept and not self.flow.losses

    # ------------------------------------------------------------------------------ what noise does on average

    def _may_go(self) -> bool:
        """Whether noise is of a kind that only training needs, whatever governs it."""
        if self.noise.steps:
            choices = [site for site in self.noise.sites if site.kind in ("choice", "branch")]
            return self._regularises or all(self._is_nothing(site) for site in choices)
        return self._regularises and all(self._is_balanced(site) for site in self.noise.sites)

    def _is_nothing(self, site: Site) -> bool:
        return site.instead is not None and is_zero(self.graph, site.instead)

    @cached_property
    def _regularises(self) -> bool:
        """Whether weights come after the noise: what it changes is not a result."""
        return all(site.node in self.flow.before_parameters for site in self.noise.sites)

    @property
    def _needs_no_scale(self) -> bool:
        return self._regularises and all(site.kind != "selection" for site in self.noise.sites)

    def _is_balanced(self, site: Site) -> bool:
        """Whether noise leaves a value as it is on average, as far as that is known, and is narrower than what latent
        distributions are drawn from, which do so too."""
        numbers = self._quantiles.of(site.drawn)
        if numbers is None:
            return True
        spread = float(numbers.std())
        if abs(float(numbers.mean()) - (site.wanted or 0.0)) > max(_NEAR, _NEAR * spread):
            return False
        computed = site.kept is not None and site.kept.node in self.flow.computed
        return site.kind != "term" or not computed or spread < _LATENT - _NEAR

    @cached_property
    def _quantiles(self) -> Quantiles:
        return Quantiles(self.graph)

    def _scales(self, governor: TensorRef) -> dict[TensorRef, bool | float]:
        """The constants that scale what is kept, where a constant says how much that is."""
        if self.graph.producer(governor).op in PLACEHOLDERS | VARIABLES or self._is_shared(governor):
            return {}
        return {ref: one for ref, one in self._fixed_scales.items() if ref != governor}

    def _is_shared(self, ref: TensorRef) -> bool:
        return self._is_fixed(ref) and self._is_used_beside(ref)

    def _is_used_beside(self, ref: TensorRef) -> bool:
        """Whether a scalar is also what the kept are scaled by: dropout by a tensor uses it twice."""
        return is_used_beside(self.flow, self.noise, self.near, ref)

    @cached_property
    def _fixed_scales(self) -> dict[TensorRef, bool | float]:
        return dict(scales_of(self.graph, self.noise, self._quantiles))

    # --------------------------------------------------------------------------------------- the noise itself

    def _whole(self) -> Governor | None:
        """The noise itself, where no scalar governs it."""
        wanted: dict[TensorRef, Any] = {site.drawn: site.wanted for site in self.noise.sites}
        known = all(self._quantiles.of(ref) is not None for ref in wanted)
        scales = self._fixed_scales
        if not known or not (scales or self._needs_no_scale):
            return None
        typed = {
            ref: bool(value) if dtype_of(self.graph, ref) == "bool" else value
            for ref, value in wanted.items()
        }
        (first, value), *others = typed.items()
        outside = {ref: one for ref, one in scales.items() if ref.node not in self.near_sites}
        return Governor(first, value, self._role, {**dict(others), **outside})

    @property
    def near_sites(self) -> frozenset[str]:
        """The operands of the noise itself, which go with it."""
        return frozenset(
            source(self.graph, each).node
            for ref in self.noise.alone
            for each in self.graph.producer(ref).inputs
        )
