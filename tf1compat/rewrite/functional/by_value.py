"""Functional loops and conditionals of a file take variables by value, with functions of the rewritten graph.

TensorFlow hands a variable's handle to the functions of a `While` or `If`, which read it inside. No variable changes
while outputs are computed, so the value itself is handed over; a loop hands it on from turn to turn.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from tf1compat.errors import RewriteError
from tf1compat.graph.attributes import DType, FunctionRef
from tf1compat.graph.model import Function, Graph, Node, make_node
from tf1compat.graph.walk import ancestors, resolve
from tf1compat.names import TensorRef
from tf1compat.ops.families import IF, WHILE
from tf1compat.ops.library import library_of
from tf1compat.rewrite.base import ELSEWHERE, Outcome, fresh_name, redirect, substitute
from tf1compat.rewrite.cleanup.control_edges import effectful_functions, has_effect
from tf1compat.rewrite.control_flow.functions import named_by_content, with_functions
from tf1compat.rewrite.functional.calls import inlined
from tf1compat.rewrite.functional.cases import cases_to_conditionals
from tf1compat.rewrite.functional.counted import counted, is_counted
from tf1compat.rewrite.functional.form import Form, form_of
from tf1compat.rewrite.state.variables import handle_types, is_write, variable_types, with_values

_MADE_BY = "functional_control_flow"
_HANDLE = "resource"


def functional_control_flow(graph: Graph) -> Outcome:
    """Every functional loop and conditional of the file takes variables by value; the file's library is gone.

    Raises RewriteError where a function changes a variable, or is run by another kind of node.
    """
    if not graph.library:
        return Outcome(graph)
    graph, library = cases_to_conditionals(graph, library_of(graph))
    conversion = _Conversion(library)
    result = conversion.converted(graph, variable_types(graph), "")
    result = replace(with_functions(result, *conversion.made.values()), library=b"")
    return Outcome(result, conversion.count, "functional loops and conditionals take variables by value")


@dataclass
class _Conversion:
    """The functions of the rewritten graph, as they are made of those in the library."""

    library: Mapping[str, Function]
    made: dict[str, Function] = field(default_factory=dict)
    count: int = 0

    def converted(self, graph: Graph, handles: Mapping[str, DType], title: str) -> Graph:
        """The graph with its loops and conditionals converted; `handles` are those of variables, by node."""
        graph = redirect(graph, self.handed_on(graph))
        types = handle_types(graph, handles)
        reads: dict[TensorRef, Node] = {}
        changed: dict[str, Node] = {}
        for node in graph.nodes:
            form = form_of(node, self.library)
            if form is None:
                self._refuse_call(node)
            else:
                changed[node.name] = self._call(
                    form.without_idle_lists(graph, self.library), graph, types, reads, title
                )
        self.count += len(changed)
        graph = substitute(graph, changed, reads.values())
        for name in changed:
            graph = self._counted(graph, graph[name])
        return graph

    def _counted(self, graph: Graph, node: Node) -> Graph:
        """The graph with the turns of a loop counted, if it is a loop that does not count them itself."""
        if node.op not in WHILE:
            return graph
        condition, body = (self.made[name] for name in _functions_of(node))
        if is_counted(node, body):
            return graph
        graph, functions = counted(graph, node, condition, body)
        self.made |= {each.name: each for each in functions.values()}
        return graph

    def handed_on(self, graph: Graph) -> Mapping[TensorRef, TensorRef]:
        """What each handle that a loop gives was when it came in."""
        forms = [form for node in graph.nodes if (form := form_of(node, self.library)) and form.op in WHILE]
        given = {
            TensorRef(each.node.name, place): each.arguments[place]
            for each in forms
            for place in _handles(each)
        }
        return {ref: _first(ref, given) for ref in given}

    def _refuse_call(self, node: Node) -> None:
        name = next((name for name in _functions_of(node) if name in self.library), None)
        if name is not None:
            raise RewriteError(
                f"'{node.name}' ({node.op}) runs the function '{name}' in a way that has no form here; {ELSEWHERE}"
            )

    def _call(
        self, form: Form, graph: Graph, types: Mapping[str, DType], reads: dict[TensorRef, Node], title: str
    ) -> Node:
        values = {place: types[ref.node] for place, ref in enumerate(form.arguments) if ref.node in types}
        arguments = list(form.arguments)
        for place, dtype in values.items():
            arguments[place] = _read(graph, arguments[place], dtype, reads)
        functions = {}
        for key in form.callees:
            made = self._function_inside(form, key, values, f"{title}{form.node.name}_{key}")
            self.made[made.name] = made
            functions[key] = made.name
        return form.node_with(arguments, values, functions, _MADE_BY)

    def _function_inside(self, form: Form, key: str, values: Mapping[int, DType], title: str) -> Function:
        """The function in an attribute; raises RewriteError that says inside of which node it is."""
        try:
            return self._function(form, key, values, title)
        except RewriteError as error:
            raise RewriteError(f"inside '{form.node.name}' ({form.node.op}): {error}") from error

    def _function(self, form: Form, key: str, values: Mapping[int, DType], title: str) -> Function:
        source = self.library[form.callees[key]]
        inputs = source.inputs[: len(form.arguments)]
        types = {inputs[place]: dtype for place, dtype in values.items()}
        graph, _ = inlined(source.graph, self.library)
        handed_on = self.handed_on(graph)
        outputs = [handed_on.get(ref, ref) for ref in source.outputs]
        if form.gives(key):
            outputs = self._checked(form, graph, inputs, outputs[: form.results])
        graph = self._needed(graph, [*inputs, *(ref.node for ref in outputs)])
        graph = self.converted(graph, types, f"{title}_")
        graph, _ = with_values(_typed(graph, types), handle_types(graph, types))
        return Function(named_by_content(title, graph, outputs), graph, inputs, tuple(outputs))

    def _checked(
        self, form: Form, graph: Graph, inputs: Sequence[str], outputs: Sequence[TensorRef]
    ) -> list[TensorRef]:
        """The outputs, each handle the argument itself; raises RewriteError for a handle that is made or chosen."""
        checked = list(outputs)
        for place in _handles(form) if form.op in WHILE else ():
            checked[place] = resolve(graph, outputs[place])
            if checked[place] != TensorRef(inputs[place]):
                raise _another(form)
        if form.op in IF and _HANDLE in form.result_types:
            raise _another(form)
        return checked

    def _needed(self, graph: Graph, keep: Sequence[str]) -> Graph:
        """What a function needs for its outputs and its effects."""
        effectful = effectful_functions(self.library)
        effects = (node.name for node in graph.nodes if has_effect(node, effectful) or is_write(node))
        needed = ancestors(graph, [*keep, *effects])
        return graph.replacing(node for node in graph.nodes if node.name in needed)


def _another(form: Form) -> RewriteError:
    return RewriteError(
        f"'{form.node.name}' ({form.node.op}) gives another handle than it was given, so which variable or table it is "
        f"is not known; {ELSEWHERE}"
    )


def _handles(form: Form) -> Iterator[int]:
    """The places of a loop at which there are handles."""
    return (place for place, kind in enumerate(form.types[: len(form.arguments)]) if kind == _HANDLE)


def _first(ref: TensorRef, given: Mapping[TensorRef, TensorRef]) -> TensorRef:
    while ref in given:
        ref = given[ref]
    return ref


def _functions_of(node: Node) -> Iterator[str]:
    values = (value if isinstance(value, tuple) else (value,) for value in node.attrs.values())
    return (each.name for each in chain.from_iterable(values) if isinstance(each, FunctionRef))


def _read(graph: Graph, handle: TensorRef, dtype: DType, reads: dict[TensorRef, Node]) -> TensorRef:
    """The variable's value beside its handle, one for all that take it."""
    if handle not in reads:
        name = fresh_name(graph, f"{handle.node}/value")
        reads[handle] = make_node(name, "ReadVariableOp", (handle,), made_by=_MADE_BY, dtype=dtype)
    return TensorRef(reads[handle].name)


def _typed(graph: Graph, types: Mapping[str, DType]) -> Graph:
    """The graph of a function with arguments of these types."""
    return graph.replacing(
        node.with_attrs(T=types[node.name]) if node.name in types else node for node in graph.nodes
    )
