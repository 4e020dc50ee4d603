"""What is looked at in a run: lookups and branches that outputs need and inputs decide, outside of loops."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from tf1compat.graph.attributes import Array, DType, Shape
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.plan.model import InputBinding, OutputBinding, Piece, SignaturePlan
from tf1compat.verify.coverage import BranchCoverage, TableCoverage
from tf1compat.verify.inputs.cases import Case
from tf1compat.verify.original.probes import Probes, probes_of

GRAPH = """
    ids = Placeholder() dtype=int32; shape=shape(None)
    x = Placeholder() dtype=float32; shape=shape(None)
    training = Placeholder() dtype=bool; shape=shape()
    rows = VariableV2() dtype=float32; shape=shape(5, 2)
    read = Identity(rows) T=float32
    zero = Const() dtype=int32; value=tensor(int32, 0)
    one = Const() dtype=int32; value=tensor(int32, 1)
    found = GatherV2(read, ids, zero) Tparams=float32
    columns = GatherV2(read, ids, one) Tparams=float32
    other = Gather(rows, ids) Tparams=float32
    limit = Const() dtype=float32; value=tensor(float32, 0.0)
    above = Greater(x, limit) T=float32
    way = Switch(found, above) T=float32
    mode = Switch(way, training) T=float32
    joined = Merge(mode, mode:1) T=float32; N=2
    out = Mystery(joined, columns)
"""


class Seen:
    """An original whose tensors have given values."""

    def __init__(self, **values: Any) -> None:
        self.values = {TensorRef(name): np.asarray(value) for name, value in values.items()}

    def observe(self, case: Case, tensors: Iterable[TensorRef]) -> Iterator[tuple[TensorRef, Array]]:
        yield from ((ref, self.values[ref]) for ref in tensors if ref in self.values)


def probes(text: str = GRAPH) -> Probes:
    inputs = (
        InputBinding("ids", TensorRef("ids"), DType("int32"), Shape.of(None)),
        InputBinding("x", TensorRef("x"), DType("float32"), Shape.of(None)),
    )
    output = OutputBinding("out", (Piece((), TensorRef("out")),), DType("float32"), Shape())
    return probes_of(from_text(text), (), SignaturePlan("serving_default", inputs, (output,)))


def case(**sizes: int) -> Case:
    return Case("serving_default", "case", {}, sizes)


def test_lookups_of_rows_that_an_output_needs_are_looked_at_and_branches_that_inputs_decide() -> None:
    found = [(each.kind, str(each.tensor), each.name) for each in probes().probes]
    assert found == [("indices", "ids:0", "rows"), ("predicate", "above:0", "above")]


def test_rows_and_ways_are_counted_over_the_cases() -> None:
    made = probes()
    assert made.look(Seen(ids=[0, 3, 3], above=True), case(batch=3))
    assert made.one_sided == ("above",)
    assert not made.look(Seen(ids=[4], above=True), case(batch=1))
    assert made.look(Seen(above=False), case(batch=1))
    assert made.one_sided == ()
    covered = made.coverage([case(batch=3), case(batch=1), case(batch=1)])
    assert covered.cases == 3
    assert covered.sizes == {"batch": {1: 2, 3: 1}}
    assert covered.tables == (TableCoverage("rows", "embedding", 5, 3),)
    assert covered.branches == (BranchCoverage("above", (False, True)),)
    assert covered.branches[0].both


def test_ids_out_of_range_touch_no_row() -> None:
    made = probes()
    made.look(Seen(ids=[-1, 5, 2]), case())
    assert made.coverage([case()]).tables[0].touched == 1


def test_what_lies_inside_a_loop_is_said_not_to_be_seen() -> None:
    text = (
        GRAPH
        + """
    enter = Enter(ids) T=int32; frame_name=b'loop'; is_constant=True
    inner = Gather(rows, enter) Tparams=float32
    exit = Exit(inner) T=float32
    """
    )
    assert probes(text.replace("Mystery(joined, columns)", "Mystery(joined, exit)")).unseen == ("rows",)


def test_nothing_to_look_at_asks_for_no_run() -> None:
    class Refusing:
        def observe(self, case: Case, tensors: Iterable[TensorRef]) -> Iterator[tuple[TensorRef, Array]]:
            raise AssertionError

    made = probes("x = Placeholder() dtype=float32\n ids = Placeholder() dtype=int32\n out = Mystery(x, ids)")
    assert not made.look(Refusing(), case())
    assert made.coverage([]).tables == ()


def test_the_keys_of_a_table_are_those_that_the_graph_fills_it_with() -> None:
    made = Probes("s", (), {}, ())
    assert isinstance(made.known, Mapping)
