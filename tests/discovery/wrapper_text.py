"""A plain cell as a text graph, for the judges of what may stand around it."""

from __future__ import annotations

from collections.abc import Collection

from tests.discovery.cell_text import rnn
from tests.discovery.loop_text import variable
from tf1compat.discovery.rnn.cells import CellMatch
from tf1compat.discovery.rnn.cells.basic_rnn import judge
from tf1compat.discovery.rnn.wrappers import Wrapped, unwrap
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef


def unwrapped(
    around: str, body: str | None = None, weights: Collection[str] = (), carried: Collection[str] = ()
) -> Wrapped:
    """The plain cell with what stands around it; in `around` and `carried` `~` stands for the step's scope.

    `weights` name further square matrices, which the step reads as `name/read`.
    """
    text = rnn() if body is None else rnn(body)
    text += "\n" + "".join(variable(name, 3, 3) for name in weights) + around.replace("~", "step/")
    graph = from_text(text)
    cell = judge(graph, TensorRef("step/h_new"))
    assert isinstance(cell, CellMatch), cell
    refs = [TensorRef(each.replace("~", "step/")) for each in carried]
    return unwrap(graph, cell, cell.input, refs)


def nodes(whole: Wrapped) -> tuple[str, str]:
    """What goes in and what comes out."""
    return whole.input.node.removeprefix("step/"), whole.output.node.removeprefix("step/")
