"""What a functional loop or conditional of a file says: its functions, what it hands them, what it gives."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from tf1compat.graph.attributes import Attr, DType, FunctionRef, Shape
from tf1compat.graph.model import Function, Graph, Node, make_node
from tf1compat.graph.walk import ancestors
from tf1compat.names import TensorRef
from tf1compat.ops.families import WHILE
from tf1compat.ops.library import CALLEES
from tf1compat.rewrite.cleanup.control_edges import effectful_functions, has_effect

_UNKNOWN = DType.of_number(0)

Library = Mapping[str, Function]


@dataclass(frozen=True)
class Form:
    """A `While` or `If`: `arguments` are the tensors that its functions get, `results` how many it gives."""

    node: Node
    op: str
    callees: Mapping[str, str]  # the names of its functions, by attribute
    arguments: tuple[TensorRef, ...]
    results: int

    @property
    def types(self) -> tuple[DType, ...]:
        return _types(self.node, "T" if self.op in WHILE else "Tin")

    @property
    def result_types(self) -> tuple[DType, ...]:
        return _types(self.node, "T" if self.op in WHILE else "Tout")[: self.results]

    def gives(self, key: str) -> bool:
        """Whether what the function in this attribute returns is what the node gives."""
        return key != "cond"

    def node_with(
        self,
        arguments: Sequence[TensorRef],
        values: Mapping[int, DType],
        functions: Mapping[str, str],
        made_by: str,
    ) -> Node:
        """The node for these functions, with the types of the handles at these places that became `values`."""
        types = tuple(values.get(place, each) for place, each in enumerate(self.types[: len(arguments)]))
        attrs: dict[str, Attr] = {key: FunctionRef(name) for key, name in functions.items()}
        if self.op in WHILE:
            inputs, own = tuple(arguments), self._of_loop(types, values)
        else:
            inputs, own = (self.node.inputs[0], *arguments), self._of_conditional(types)
        name, waits = self.node.name, self.node.control_inputs
        return make_node(name, self.op, inputs, control_inputs=waits, made_by=made_by, **attrs, **own)

    def _of_loop(self, types: tuple[DType, ...], values: Collection[int]) -> dict[str, Attr]:
        said = self._shapes or (Shape(),) * self.results
        shapes = tuple(Shape() if place in values else each for place, each in enumerate(said))
        turns = self.node.integer("parallel_iterations", 10)
        return {"T": types, "output_shapes": shapes, "parallel_iterations": turns}

    def _of_conditional(self, types: tuple[DType, ...]) -> dict[str, Attr]:
        condition = self.node.dtype("Tcond") or DType("bool")
        given = _types(self.node, "Tout")[: self.results]
        return {"Tcond": condition, "Tin": types, "Tout": given, "output_shapes": self._shapes}

    @property
    def _shapes(self) -> tuple[Shape, ...]:
        """The shapes of the results as far as the node says them; none at all where it says none."""
        listed = self.node.attrs.get("output_shapes", ())
        shapes = (
            tuple(each for each in listed if isinstance(each, Shape)) if isinstance(listed, tuple) else ()
        )
        return shapes[: self.results]

    # ------------------------------------------------------------------------------------- what training added

    def without_idle_lists(self, graph: Graph, library: Library) -> Form:
        """The form less the lists at its end that only a gradient would read: of what each turn or branch computed."""
        kinds = self.types if self.op in WHILE else _types(self.node, "Tout")
        read = {ref.index for ref in graph.uses if ref.node == self.node.name}
        needed = {place for place, kind in enumerate(kinds) if kind != "variant" or place in read}
        if self.op in WHILE:
            needed = self._with_dependencies(needed, library)
        results = 1 + max(needed, default=-1)
        return replace(
            self,
            results=results,
            arguments=self.arguments[:results] if self.op in WHILE else self.arguments,
        )

    def _with_dependencies(self, needed: set[int], library: Library) -> set[int]:
        """These places of a loop and all that their values, its condition and its effects are computed from."""
        test, body = (library[self.callees[key]] for key in CALLEES[self.op])
        effectful = effectful_functions(library)
        effects = [each.name for each in body.graph.nodes if has_effect(each, effectful)]
        needed = needed | _read_by(test, [ref.node for ref in test.outputs]) | _read_by(body, effects)
        while True:
            more = needed | _read_by(body, [body.outputs[place].node for place in needed])
            if more == needed:
                return needed
            needed = more


def _read_by(function: Function, names: Sequence[str]) -> set[int]:
    """The places of the arguments that these nodes of a function depend on."""
    behind = ancestors(function.graph, names)
    return {place for place, name in enumerate(function.inputs) if name in behind}


def form_of(node: Node, library: Library) -> Form | None:
    """The form of a functional loop or conditional with functions of the library; None for other nodes."""
    op = node.op.removeprefix("Stateless")
    keys = CALLEES.get(op, ())
    refs = {key: node.attrs.get(key) for key in keys}
    names = {
        key: ref.name for key, ref in refs.items() if isinstance(ref, FunctionRef) and ref.name in library
    }
    if not keys or len(names) != len(keys):
        return None
    if op in WHILE:
        return Form(node, op, names, node.inputs, len(node.inputs))
    return Form(node, op, names, node.inputs[1:], len(_types(node, "Tout")))


def _types(node: Node, attr: str) -> tuple[DType, ...]:
    listed = node.attrs.get(attr, ())
    listed = listed if isinstance(listed, tuple) else ()
    return tuple(each if isinstance(each, DType) else _UNKNOWN for each in listed)
