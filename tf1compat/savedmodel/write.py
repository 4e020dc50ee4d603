"""TensorFlow door 2: the rewritten graphs and the variables' values become a TF2 SavedModel on disk."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tf1compat.graph.attributes import Array, Shape
from tf1compat.plan.model import InputBinding, LabelPlan, MigrationPlan, VariablePlan
from tf1compat.restore.contents import Content
from tf1compat.rewrite.result import Rewritten, SignatureGraph
from tf1compat.savedmodel.eager import eagerly
from tf1compat.savedmodel.graph_def import graph_def_of
from tf1compat.savedmodel.methods import set_methods
from tf1compat.savedmodel.start import Run, add_start
from tf1compat.savedmodel.strings import Apart, apart
from tf1compat.savedmodel.tables import NO_TABLES, handle_of, tables_of


class Held(NamedTuple):
    """What the signatures share, by name: `tf.Variable`s and lookup tables."""

    variables: Mapping[str, Any]
    tables: Mapping[str, Any]


def write_saved_model(
    rewritten: Rewritten,
    plan: MigrationPlan,
    values: Mapping[str, Array],
    directory: Path,
    contents: Mapping[str, Content] = NO_TABLES,
) -> None:
    """A TF2 SavedModel in `directory` (new or empty): variables, lookup tables, signatures, labels.

    `values` gives each variable of the plan by name, `contents` what is in each table. Every signature
    is also an attribute of the loaded object (`model.step`), so that saving the loaded object again keeps it.
    """
    with eagerly():
        _write(rewritten, plan, values, directory, contents)


def _write(
    rewritten: Rewritten,
    plan: MigrationPlan,
    values: Mapping[str, Array],
    directory: Path,
    contents: Mapping[str, Content],
) -> None:
    import tensorflow as tf

    module = _module_type(tf)()
    variables = {each.name: _variable(tf, each, values[each.name]) for each in plan.variables}
    module.variables = list(variables.values())
    module.trainable_variables = [each for each in variables.values() if each.trainable]
    tables = tables_of(tf, contents)
    module.lookup_tables = list(tables.values())
    held = Held(variables, tables)
    signatures = {}
    for graph, signature in zip(rewritten.signatures, plan.signatures, strict=True):
        function = _function(tf, graph, signature.inputs, held, jit=plan.jit)
        setattr(module, _attribute(signature.name), function)
        signatures[signature.name] = function  # not traced: a trace made outside of saving is made again
    module._default_save_signature = getattr(module, _attribute("serving_default"))
    if plan.step is not None and plan.step.step is not None:
        add_start(tf, module, plan.step, _start_call(tf, rewritten.zero_state, held))
    if plan.labels is not None:
        module.labels = _labels(tf, plan.labels)
    # TensorFlow's own wrappers of the signatures need no conversion of their source.
    save = tf.autograph.experimental.do_not_convert(tf.saved_model.save)
    save(module, str(directory), signatures=signatures)
    set_methods(directory, {each.name: each.method for each in plan.signatures if each.method})


def _attribute(signature: str) -> str:
    """The name under which a signature is an attribute of the module."""
    plain = "".join(character if character.isalnum() else "_" for character in signature)
    return plain if plain.isidentifier() else f"signature_{plain}"


def _module_type(tf: Any) -> Any:
    """A module whose `variables` are plain tracked lists, so that the loaded object has them too."""
    return type("MigratedModule", (tf.Module,), {"variables": (), "trainable_variables": ()})


def _variable(tf: Any, plan: VariablePlan, value: Array) -> Any:
    return tf.Variable(value, trainable=plan.trainable, name=plan.name, dtype=plan.dtype.base)


def _function(
    tf: Any, graph: SignatureGraph, inputs: Sequence[InputBinding], held: Held, *, jit: bool
) -> Any:
    """A tf.function that takes the signature's inputs by alias and gives its outputs by alias."""
    parts = apart(graph) if jit else None
    run = _run(tf, graph, held) if parts is None else _compiled_but_for_strings(tf, parts, held)
    aliases = [alias for alias, _ in graph.inputs]
    specs = [tf.TensorSpec(_dimensions(each.shape), each.dtype.base, name=each.alias) for each in inputs]

    def call(*tensors: Any, **named: Any) -> dict[str, Any]:
        return run(dict(zip(aliases, tensors, strict=False)) | named)

    call.__name__ = _attribute(graph.name)
    call.__signature__ = _python_signature(inputs)  # type: ignore[attr-defined]
    compiled = True if jit and parts is None else None
    return tf.function(call, input_signature=specs, autograph=False, jit_compile=compiled)


def _compiled_but_for_strings(tf: Any, parts: Apart, held: Held) -> Run:
    """What computes a signature with its numbers compiled by XLA, and its strings from these as usual."""
    numbers = _run(tf, parts.numbers, held)
    compiled = tf.function(numbers, autograph=False, jit_compile=True)
    strings = _run(tf, parts.strings, held)

    def run(given: Mapping[str, Any]) -> dict[str, Any]:
        found = compiled(_chosen(given, parts.numbers))
        texts = strings(_chosen({**given, **found}, parts.strings))
        handed = {alias for alias, _ in parts.strings.inputs} - given.keys()
        return {**{alias: value for alias, value in found.items() if alias not in handed}, **texts}

    return run


def _chosen(values: Mapping[str, Any], graph: SignatureGraph) -> dict[str, Any]:
    """The values that a graph takes."""
    return {alias: values[alias] for alias, _ in graph.inputs}


def _run(tf: Any, graph: SignatureGraph, held: Held) -> Run:
    """What gives a graph's outputs by alias, for inputs by alias."""
    graph_def = graph_def_of(_without_entries(graph))
    entry = dict(graph.inputs)

    def run(given: Mapping[str, Any]) -> dict[str, Any]:
        fed = {f"{entry[alias]}:0": tensor for alias, tensor in given.items()}
        fed.update(
            (f"{slot.node}:0", _read(tf, slot.node, held.variables[slot.name])) for slot in graph.variables
        )
        fed.update((f"{slot.node}:0", handle_of(tf, held.tables[slot.name])) for slot in graph.tables)
        return dict(
            zip((alias for alias, _ in graph.outputs), _imported(tf, graph_def, graph, fed), strict=True)
        )

    return run


def _read(tf: Any, name: str, variable: Any) -> Any:
    """A variable's value, read under the name of the node that was the variable."""
    with tf.name_scope(f"{name}/"):
        return variable.read_value()


def _start_call(tf: Any, graph: SignatureGraph | None, held: Held) -> Run | None:
    return None if graph is None else _run(tf, graph, held)


def _python_signature(inputs: Sequence[InputBinding]) -> inspect.Signature:
    """The aliases as the names of the function's parameters, so that it can be called by alias."""
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return inspect.Signature([inspect.Parameter(each.alias, kind) for each in inputs])


def _imported(tf: Any, graph_def: Any, graph: SignatureGraph, fed: Mapping[str, Any]) -> list[Any]:
    wanted = [str(ref) for _, ref in graph.outputs]
    direct = {name: fed[name] for name in wanted if name in fed}
    computed = [name for name in wanted if name not in direct]
    read = {str(ref) for node in graph.graph.nodes for ref in node.inputs}
    used = {name: tensor for name, tensor in fed.items() if name in read}
    tensors = tf.graph_util.import_graph_def(graph_def, input_map=used, return_elements=computed, name="")
    found = dict(zip(computed, tensors, strict=True))
    return [tf.identity(direct[name]) if name in direct else found[name] for name in wanted]


def _without_entries(graph: SignatureGraph) -> Any:
    """The graph without the placeholders at which inputs and variables enter."""
    entries = {node for _, node in graph.inputs} | {slot.node for slot in graph.variables}
    entries |= {slot.node for slot in graph.tables}
    return graph.graph.replacing(node for node in graph.graph.nodes if node.name not in entries)


def _dimensions(shape: Shape) -> list[int | None] | None:
    return shape.to_json()


def _labels(tf: Any, labels: LabelPlan) -> Any:
    names = list(labels.names)

    @tf.function(input_signature=[], autograph=False)  # type: ignore[untyped-decorator]
    def all_classes() -> Any:
        return tf.constant(names, tf.string, name="all_classes")

    return all_classes
