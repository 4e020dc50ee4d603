"""The rules that every well-formed graph keeps, checked after each pass in tests."""

from __future__ import annotations

from tf1compat.graph.model import Function, Graph


def lint(graph: Graph) -> tuple[str, ...]:
    """Everything that is wrong with a graph and its functions; empty when it is sound."""
    problems = list(_dangling(graph, "graph"))
    for function in graph.functions.values():
        problems += _function_problems(function)
    return tuple(problems)


def _dangling(graph: Graph, where: str) -> list[str]:
    problems = []
    for node in graph.by_name.values():
        for ref in node.inputs:
            if ref.node not in graph:
                problems.append(f"{where}: '{node.name}' reads '{ref}', which is not there")
        for name in node.control_inputs:
            if name not in graph:
                problems.append(f"{where}: '{node.name}' waits for '{name}', which is not there")
    return problems


def _function_problems(function: Function) -> list[str]:
    where = f"function {function.name}"
    problems = _dangling(function.graph, where)
    arguments = {node.name for node in function.graph.nodes if node.op == "_Arg"}
    if arguments != set(function.inputs):
        problems.append(f"{where}: its _Arg nodes are not its inputs")
    problems += [
        f"{where}: output '{ref}' is not there" for ref in function.outputs if ref.node not in function.graph
    ]
    return problems
