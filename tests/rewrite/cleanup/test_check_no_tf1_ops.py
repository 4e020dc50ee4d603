"""What no pass knew is never written."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tf1compat.errors import RewriteError
from tf1compat.graph.model import Function
from tf1compat.graph.text import from_text
from tf1compat.rewrite.cleanup.check_no_tf1_ops import refuse_leftovers


@pytest.mark.parametrize(
    "op", ["Enter", "RefExit", "Merge", "Switch", "NextIteration", "LoopCond", "StackPushV2", "TensorArrayV3",
           "TensorArrayGradV3", "VariableV2", "VarHandleOp", "RefSelect"],
)  # fmt: skip
def test_constructs_of_tf1_are_refused_by_name(op: str) -> None:
    graph = from_text(f"odd = {op}() T=float32")
    with pytest.raises(RewriteError, match=rf"'odd' \({op}\)"):
        refuse_leftovers(graph)
    inside = Function("f", graph, (), ())
    with pytest.raises(RewriteError, match="'odd'"):
        refuse_leftovers(replace(from_text("x = NoOp()"), functions={"f": inside}))


def test_a_clean_graph_passes_as_it_is() -> None:
    graph = from_text(
        "x = Placeholder() dtype=float32\ny = TensorListLength(x)\nz = Select(x, x, x) T=float32"
    )
    assert refuse_leftovers(graph).graph is graph
