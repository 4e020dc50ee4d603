"""How the cost of a migration grows with the graph: `python -m benchmarks.scale [FAMILY …] [--nodes N …]`.

Each graph is a stack of patterns as TensorFlow 1 writes them (most from `fixtures/small_graphs`), repeated under
prefixes, each copy reading what the one before gives. Told are the seconds of the processor for discovery, plan and
rewrite, and how much dearer a node is than in the smaller graphs of the family: 1 is linear growth. TensorFlow is not
imported.

Each figure is the median of several runs, each in a process of its own, as a migration is: what the first graph of a
process costs more than a second one counts at every size. The sizes take turns, so that whatever else the machine does
falls on all of them. A large graph does not fit into the processor's caches, and less so on a busy machine, so that
any work on it grows: the last column is the growth of a plain walk over the same nodes, by name, which is what linear
work comes to on this machine.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import cycle
from pathlib import Path
from statistics import median
from sys import intern
from types import MappingProxyType
from typing import TypeVar

from tabulate import tabulate

from tf1compat.discovery import discover
from tf1compat.graph.attributes import DType
from tf1compat.graph.model import Graph, Node, make_node
from tf1compat.graph.protos import BundleEntry
from tf1compat.graph.text import from_text
from tf1compat.graph.walk import ancestors
from tf1compat.names import TensorRef
from tf1compat.options import PlanOptions
from tf1compat.plan.make import make_plan
from tf1compat.rewrite import rewrite
from tf1compat.source import open_model
from tf1compat.source.model import LegacyModel

FIXTURES = Path(__file__).parent.parent / "fixtures" / "small_graphs" / "tf1.15.5"
Result = TypeVar("Result")
FLOAT = DType("float32")
SIZES = (1_000, 10_000, 100_000)
#: How often each size is measured, the smallest first: what takes least is least certain.
RUNS = (9, 5, 3)
_WALKS = 3  # of the yardstick
#: The patterns that each family repeats, in turn.
FAMILIES: Mapping[str, tuple[str, ...]] = {
    "mixed": ("loops_three_deep", "cond", "cond_in_while", "nested_cond", "scan", "while_in_cond", "gru"),
    "loops": ("while_with_invariants",),
    "nested loops": ("loops_three_deep",),
    "conds": ("cond", "nested_cond"),
    "conds in loops": ("cond_in_while",),
    "loops in conds": ("while_in_cond",),
    "TensorArrays": ("scan", "map_fn"),
    "networks": ("gru",),
    "chain": ("chain",),
    "inputs": ("input",),
}
#: What each pattern gives to the next copy.
RESULTS: Mapping[str, str] = {
    "while_with_invariants": "while/Exit_1", "loops_three_deep": "a/exit", "cond": "cond/Merge",
    "nested_cond": "cond/Merge", "cond_in_while": "while/Exit_1", "while_in_cond": "cond/Merge",
    "scan": "scan/TensorArrayStack/TensorArrayGatherV3", "map_fn": "map/TensorArrayStack/TensorArrayGatherV3",
    "gru": "rnn/transpose_1", "chain": "end", "input": "end",
}  # fmt: skip


@dataclass(frozen=True)
class Pattern:
    """A graph to be repeated, from its placeholder `x` to its result, with what the checkpoint holds of it."""

    nodes: tuple[Node, ...]
    result: str
    entries: Mapping[str, BundleEntry]


@dataclass(frozen=True)
class Cost:
    """The seconds that each stage took on a graph of so many nodes, and all of them together."""

    nodes: int
    discovery: float
    plan: float
    rewrite: float
    seconds: float
    walk: float  # of the yardstick

    @property
    def per_node(self) -> float:
        return self.seconds / self.nodes

    @property
    def walk_per_node(self) -> float:
        return self.walk / self.nodes


# ----------------------------------------------------------------------------------------------- the patterns


def _loop(scope: str, given: str, body: str) -> str:
    """A counted loop over a float value; `{~value}` in the body is the old one, `{~new}` what it has to define."""
    frame = f"{scope}/frame"
    text = f"""
        ~enter = Enter({given}) T=float32; frame_name={frame!r}; is_constant=False; parallel_iterations=10
        ~merge = Merge(~enter, ~next) T=float32; N=2
        ~limit = Enter(n) T=float32; frame_name={frame!r}; is_constant=True; parallel_iterations=10
        ~less = Less(~merge, ~limit) T=float32
        ~cond = LoopCond(~less)
        ~switch = Switch(~merge, ~cond) T=float32
        ~value = Identity(~switch:1) T=float32
        ~one = Const(^~value) dtype=float32; value=tensor(float32, 1.0)
        {body}
        ~next = NextIteration(~new) T=float32
        ~exit = Exit(~switch) T=float32
    """
    return text.replace("~", f"{scope}/")


def _three_deep() -> str:
    inner = _loop("a/b/c", "a/b/value", "~new = Add(~value, ~one) T=float32").replace(
        "Enter(n)", "Enter(a/b/limit)"
    )
    middle = _loop("a/b", "a/value", f"~new = Add(a/b/c/exit, ~one) T=float32\n{inner}")
    middle = middle.replace("Enter(n)", "Enter(a/limit)")
    outer = _loop("a", "x", f"~new = Mul(a/b/exit, ~one) T=float32\n{middle}")
    return f"x = Placeholder() dtype=float32; shape=shape()\nn = Placeholder() dtype=float32; shape=shape()\n{outer}"


def _chain() -> str:
    return """
        x = Placeholder() dtype=float32; shape=shape(None, 3)
        half = Const() dtype=float32; value=tensor(float32, 0.5)
        scaled = Mul(x, half) T=float32
        shaped = Tanh(scaled) T=float32
        end = Identity(shaped) T=float32
    """


def _input() -> str:
    return """
        x = Placeholder() dtype=float32; shape=shape(None, 3)
        own = Placeholder() dtype=float32; shape=shape(None, 3)
        scaled = Mul(own, own) T=float32
        end = Add(x, scaled) T=float32
    """


_WRITTEN: Mapping[str, Callable[[], str]] = {
    "loops_three_deep": _three_deep, "chain": _chain, "input": _input,
}  # fmt: skip


@cache
def pattern(name: str) -> Pattern:
    """A pattern by its name, with nothing in it that its result does not depend on."""
    if name in _WRITTEN:
        return _pruned(from_text(_WRITTEN[name]()), RESULTS[name], {})
    model = open_model(FIXTURES / name)
    return _pruned(model.meta_graph.graph, RESULTS[name], model.checkpoint.entries)


def _pruned(graph: Graph, result: str, entries: Mapping[str, BundleEntry]) -> Pattern:
    needed = ancestors(graph, [result])
    return Pattern(tuple(node for node in graph.nodes if node.name in needed), result, entries)


# ------------------------------------------------------------------------------------------------- the stacks


def stacked(family: str, nodes: int) -> tuple[LegacyModel, str]:
    """A model with at least so many nodes, and the signature from its first copy's inputs to its last one's result."""
    made: list[Node] = []
    entries: dict[str, BundleEntry] = {}
    outer: dict[str, str] = {}  # what a copy reads of those before, by placeholder
    for number, name in enumerate(cycle(FAMILIES[family])):
        if len(made) >= nodes:
            break
        each, prefix = pattern(name), f"copy_{number}/"
        made += _copy(each, prefix, outer)
        entries.update((prefix + key, entry) for key, entry in each.entries.items())
        outer["x"] = prefix + each.result
        if any(node.name == "n" for node in each.nodes):
            outer.setdefault("n", prefix + "n")
    given = outer["x"]
    model = open_model(FIXTURES / "cond")
    meta = replace(model.meta_graph, graph=Graph(tuple(made)), variables={}, node_collections={})
    checkpoint = replace(model.checkpoint, entries=MappingProxyType(entries))
    inputs = ", ".join(f"{_alias(node)}={node.name}:0" for node in made if node.op == "Placeholder")
    return replace(
        model, meta_graph=meta, checkpoint=checkpoint, saved_as={}
    ), f"serving_default({inputs}) -> y={given}:0"


def _alias(node: Node) -> str:
    return node.name.replace("/", "_")


def _copy(each: Pattern, prefix: str, outer: Mapping[str, str]) -> Iterator[Node]:
    """The pattern's nodes under a prefix; its placeholders pass on what is given for them, if anything is.

    There is one string for each name, and one mapping for equal attributes, as when a file is read.
    """
    for node in each.nodes:
        given = outer.get(node.name)
        yield _renamed(node, prefix) if given is None else _passing(node, prefix, given)


def _passing(node: Node, prefix: str, given: str) -> Node:
    return make_node(
        intern(prefix + node.name), "Identity", (TensorRef(intern(given)),), T=node.dtype("dtype") or FLOAT
    )


def _renamed(node: Node, prefix: str) -> Node:
    if "frame_name" in node.attrs:
        node = node.with_attrs(frame_name=(prefix + node.text("frame_name")).encode())
    return replace(
        node,
        name=intern(prefix + node.name),
        inputs=tuple(TensorRef(intern(prefix + ref.node), ref.index) for ref in node.inputs),
        control_inputs=tuple(intern(prefix + name) for name in node.control_inputs),
    )


# -------------------------------------------------------------------------------------------- what they cost


def cost(family: str, nodes: int) -> Cost:
    """The seconds of each stage on a stack of this family, and of the yardstick."""
    model, signature = stacked(family, nodes)
    graph = model.meta_graph.graph
    walking, _ = timed(lambda: walk(graph.nodes))
    discovery, findings = timed(lambda: discover(model))
    planning, plan = timed(lambda: make_plan(model, findings, PlanOptions([signature])))
    rewriting, _ = timed(lambda: rewrite(graph, plan))
    seconds = discovery + planning + rewriting
    return Cost(len(graph.nodes), discovery, planning, rewriting, seconds, walking)


def walk(nodes: Sequence[Node]) -> int:
    """The yardstick: index nodes by name, find what each reads, keep the names and a new node; of no use."""
    made = 0
    for _ in range(_WALKS):
        index = {node.name: node for node in nodes}
        readers: dict[str, list[str]] = {}
        for node in nodes:
            for ref in node.inputs:
                readers.setdefault(index[ref.node].name, []).append(node.name)
        made += len([replace(index[name], made_by="walk") for name in readers])
    return made


def timed(work: Callable[[], Result]) -> tuple[float, Result]:
    """How long one call takes, and what it gives; nothing that went before is collected meanwhile."""
    gc.collect()
    gc.freeze()
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def costs(families: Iterable[str], runs: Mapping[int, int]) -> dict[str, list[Cost]]:
    """For each family the median cost at each size of so many runs, each in a process of its own."""
    turns = [
        (family, nodes)
        for turn in range(max(runs.values()))
        for family in families
        for nodes, times in runs.items()
        if turn < times
    ]
    measured: dict[str, dict[int, list[Cost]]] = {}
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as process:
        for family, nodes in turns:
            each = process.apply(cost, (family, nodes))
            measured.setdefault(family, {}).setdefault(nodes, []).append(each)
    return {family: [_middle(each) for each in sizes.values()] for family, sizes in measured.items()}


def _middle(runs: Sequence[Cost]) -> Cost:
    """The median of each stage."""
    stages = (
        median(getattr(each, stage) for each in runs)
        for stage in ("discovery", "plan", "rewrite", "seconds", "walk")
    )
    return Cost(runs[0].nodes, *stages)


def table(family: str, sizes: Sequence[Cost]) -> Iterator[list[object]]:
    """A row for each size, with its growth over the smallest and over the one before, and that of the yardstick."""
    for before, each in zip([sizes[0], *sizes], sizes, strict=False):
        growth = [each.per_node / other.per_node for other in (sizes[0], before)]
        stages = [each.discovery, each.plan, each.rewrite, each.seconds]
        bare = each.walk_per_node / sizes[0].walk_per_node
        yield [family, each.nodes, *stages, 1e6 * each.per_node, *growth, bare]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("family", nargs="*", help=f"of {', '.join(FAMILIES)}; all, if none is named")
    parser.add_argument("--nodes", nargs="+", type=int, default=SIZES)
    parser.add_argument(
        "--runs", nargs="+", type=int, default=RUNS, help="for each size; the last for the rest"
    )
    wanted = parser.parse_args(arguments)
    times = [*wanted.runs, *[wanted.runs[-1]] * len(wanted.nodes)]
    found = costs(wanted.family or FAMILIES, dict(zip(wanted.nodes, times, strict=False)))
    rows = [row for family, sizes in found.items() for row in table(family, sizes)]
    headers = [
        "family",
        "nodes",
        "discovery s",
        "plan s",
        "rewrite s",
        "all s",
        "µs a node",
        "growth",
        "last step",
        "a walk's",
    ]
    print(tabulate(rows, headers, floatfmt=("", "", ".2f", ".2f", ".2f", ".2f", ".1f", ".2f", ".2f", ".2f")))


if __name__ == "__main__":
    main()
