"""`Case` (`tf.switch_case`) as conditionals, each the other branch of the one before.

An index that no branch has takes the last one (tensorflow/core/kernels/functional_ops.cc).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from tf1compat.graph.attributes import DType, FunctionRef, TensorValue
from tf1compat.graph.model import Function, Graph, Node, make_node
from tf1compat.names import TensorRef
from tf1compat.ops.families import CASE
from tf1compat.rewrite.base import fresh_name, substitute

_MADE_BY = "functional_control_flow"
_INT = DType("int32")
Library = Mapping[str, Function]


def cases_to_conditionals(graph: Graph, library: Library) -> tuple[Graph, Library]:
    """The graph, and the functions, with an `If` for each `Case`, and the functions that these need."""
    made: dict[str, Function] = {}
    functions = {name: replace(each, graph=_converted(each.graph, made)) for name, each in library.items()}
    graph = _converted(graph, made)
    return graph, MappingProxyType({**functions, **made})


def _converted(graph: Graph, made: dict[str, Function]) -> Graph:
    changed, added = {}, []
    for node in graph.nodes:
        if node.op in CASE:
            case = _Case(node, made)
            nodes = case.test(node.inputs, 0, graph)
            changed[node.name] = replace(nodes[-1], name=node.name, control_inputs=node.control_inputs)
            added += nodes[:-1]
    return substitute(graph, changed, added) if changed else graph


@dataclass(frozen=True)
class _Case:
    node: Node
    made: dict[str, Function]

    @property
    def branches(self) -> Sequence[str]:
        listed = self.node.attrs.get("branches", ())
        listed = listed if isinstance(listed, tuple) else ()
        return [each.name for each in listed if isinstance(each, FunctionRef)]

    def test(self, inputs: Sequence[TensorRef], number: int, taken: Graph | set[str]) -> list[Node]:
        """The nodes that run branch `number` for its index, or else what comes after; the last gives the results."""
        prefix = f"{self.node.name}/is_{number}"
        index = make_node(
            fresh_name(taken, f"{prefix}/index"), "Const", made_by=_MADE_BY, dtype=_INT,
            value=TensorValue.of(number, _INT),
        )  # fmt: skip
        equal = make_node(
            fresh_name(taken, prefix), "Equal", (inputs[0], TensorRef(index.name)), made_by=_MADE_BY, T=_INT
        )
        passed, types, other = inputs[1:], self._types("Tin"), self.branches[-1]
        if number < len(self.branches) - 2:
            passed, types, other = inputs, (_INT, *types), self._otherwise(number + 1)
        return [index, equal, self._choice(equal, passed, types, number, other)]

    def _choice(
        self, equal: Node, passed: Sequence[TensorRef], types: tuple[DType, ...], number: int, other: str
    ) -> Node:
        branch = self.branches[min(number, len(self.branches) - 1)]
        if len(passed) > len(self._types("Tin")):
            branch = self._without_index(branch)
        return make_node(
            f"{self.node.name}/choice", "If", (TensorRef(equal.name), *passed), made_by=_MADE_BY,
            Tcond=DType("bool"), Tin=types, Tout=self._types("Tout"),
            output_shapes=self.node.attrs.get("output_shapes", ()),
            then_branch=FunctionRef(branch), else_branch=FunctionRef(other),
        )  # fmt: skip

    def _without_index(self, branch: str) -> str:
        """A function that runs a branch, given the index too."""
        graph, names = self._arguments()
        call = make_node("call", branch, [TensorRef(each) for each in names[1:]], made_by=_MADE_BY)
        return self._function(f"{branch}_of_case", graph, names, [], call)

    def _otherwise(self, number: int) -> str:
        """A function that chooses among the branches from `number` on."""
        graph, names = self._arguments()
        *before, choice = self.test([TensorRef(each) for each in names], number, set(names))
        return self._function(f"{self.branches[number]}_or_later", graph, names, before, choice)

    def _arguments(self) -> tuple[list[Node], list[str]]:
        types = (_INT, *self._types("Tin"))
        names = [f"argument_{place}" for place in range(len(types))]
        pairs = zip(names, types, strict=True)
        return [make_node(name, "_Arg", made_by=_MADE_BY, T=kind) for name, kind in pairs], names

    def _function(
        self, name: str, arguments: list[Node], names: list[str], before: list[Node], last: Node
    ) -> str:
        types = self._types("Tout")
        results = tuple(TensorRef(last.name, place) for place in range(len(types)))
        body = Graph((*arguments, *before, last))
        self.made[name] = Function(name, body, tuple(names), results, types)
        return name

    def _types(self, attr: str) -> tuple[DType, ...]:
        listed = self.node.attrs.get(attr, ())
        return tuple(each for each in listed if isinstance(each, DType)) if isinstance(listed, tuple) else ()
