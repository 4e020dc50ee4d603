"""Text graphs of one layer each, and of training steps on them, to be put together."""

from __future__ import annotations

from tests.discovery.model_text import flow_of
from tf1compat.discovery.outputs import Arranged, arrange, find_outputs
from tf1compat.discovery.rnn import find_rnns
from tf1compat.ops.families import VARIABLES


def placeholder(name: str, *dims: int | None) -> str:
    return f"{name} = Placeholder() dtype=float32; shape=shape({', '.join(map(str, (None, *dims)))})\n"


def layer(name: str, given: str, rows: int, columns: int, variable: str = "", op: str = "Softmax") -> str:
    """`name` is an activation of a layer on `given`; its variable is `name/w`, or one that is there already."""
    own = variable or f"{name}/w"
    made = f"{own} = VariableV2() dtype=float32; shape=shape({rows}, {columns})\n"
    read = f"{own}/read = Identity({own}) T=float32\n"
    shape = f"_output_shapes=[shape(None, {columns})]"
    return (
        ("" if variable else made + read)
        + f"{name}/MatMul = MatMul({given}, {own}/read) T=float32; {shape}\n"
        + f"{name} = {op}({name}/MatMul) T=float32; {shape}\n"
    )


def trained(number: int, result: str, *variables: str) -> str:
    """A loss on a result, and steps of its own on these variables."""
    scope, loss = f"gradients_{number}" if number else "gradients", f"loss_{number}"
    steps = "".join(
        f"step_{number}_{place} = ApplyGradientDescent({each}, {scope}/Fill, {scope}/{loss}_grad/Tile) T=float32\n"
        for place, each in enumerate(variables)
    )
    return (
        f"{loss}/axes = Const() dtype=int32; value=tensor(int32, [0, 1])\n"
        f"{loss} = Mean({result}, {loss}/axes) T=float32; _output_shapes=[shape()]\n"
        f"{scope}/Fill = Const() dtype=float32; value=tensor(float32, 1.0)\n"
        f"{scope}/{loss}_grad/Tile = Tile({scope}/Fill, {loss}/axes) T=float32\n" + steps
    )


def arranged(text: str, stored: set[str] | None = None, **collections: tuple[str, ...]) -> Arranged:
    """The outputs of a graph by signature; every variable has a value unless `stored` says which do."""
    flow = flow_of(text)
    outputs = find_outputs(flow, find_rnns(flow.graph, flow.training), collections)
    every = {node.name for node in flow.graph.nodes if node.op in VARIABLES}
    return arrange(flow, outputs, every if stored is None else stored)


def by_signature(found: Arranged) -> dict[str, list[str]]:
    """The tensors that each signature offers, those of losses left out; under "" those that none does."""
    result: dict[str, list[str]] = {}
    for each in found.outputs:
        if each.role != "loss":
            result.setdefault(each.signature, []).append(str(each.tensor))
    return result
