"""Inputs that belong together are found, by the ops that read them or by the names that TensorFlow gives."""

from __future__ import annotations

from typing import Any

import numpy as np

from tf1compat.analysis.dtypes import dtype_of
from tf1compat.graph.attributes import Array
from tf1compat.graph.text import from_text
from tf1compat.plan.model import InputBinding
from tf1compat.verify.inputs.composites import Composite, RaggedInput, SparseInput, composites_of

PRODUCT = """
    Placeholder = Placeholder() dtype=int64; shape=shape(2)
    Placeholder_1 = Placeholder() dtype=float32; shape=shape(None)
    Placeholder_2 = Placeholder() dtype=int64; shape=shape(None, 2)
    w = Placeholder() dtype=float32; shape=shape(5, 7)
    y = SparseTensorDenseMatMul(Placeholder_2, Placeholder_1, Placeholder, w) {adjoint}
"""
NAMED = """
    ids/shape = Placeholder() dtype=int64; shape=shape(None)
    ids/values = Placeholder() dtype=int64; shape=shape(None)
    ids/indices = Placeholder() dtype=int64; shape=shape(None, None)
"""
RAGGED = """
    r/flat_values = Placeholder() dtype=float32; shape=shape(None, 3)
    r/row_splits_1 = Placeholder() dtype=int64; shape=shape(None)
    r/row_splits_0 = Placeholder() dtype=int64; shape=shape(None)
"""


def composites(text: str, **aliases: str) -> tuple[Composite, ...]:
    graph = from_text(text)
    tensors = {alias: graph.find(name) for alias, name in aliases.items()}
    inputs = [
        InputBinding(alias, ref, dtype_of(graph, ref), graph.static_shape(ref))
        for alias, ref in tensors.items()
    ]
    return composites_of(graph, inputs)


def make(_: str, shape: tuple[int, ...]) -> Array:
    return np.ones(shape)


def arrays(composite: Composite, rows: int) -> dict[str, Any]:
    return composite.arrays(rows, np.random.default_rng(1), make)


def test_the_op_that_reads_them_tells_the_parts_of_a_sparse_tensor_and_its_columns() -> None:
    parts = {"i": "Placeholder_2", "v": "Placeholder_1", "s": "Placeholder"}
    assert composites(PRODUCT.format(adjoint=""), **parts) == (SparseInput("i", "v", "s", (None, 5)),)
    turned = composites(PRODUCT.format(adjoint="adjoint_b=true"), **parts)
    assert turned == (SparseInput("i", "v", "s", (None, 7)),)


def test_names_under_one_scope_tell_the_parts() -> None:
    whole = composites(NAMED, i="ids/indices", v="ids/values", s="ids/shape")
    assert whole == (SparseInput("i", "v", "s", (None, None)),)
    assert composites(NAMED, i="ids/indices", v="ids/values") == (SparseInput("i", "v", None, (None, None)),)


def test_row_splits_are_ordered_from_the_outermost() -> None:
    found = composites(RAGGED, v="r/flat_values", inner="r/row_splits_1", outer="r/row_splits_0")
    assert found == (RaggedInput("v", ("outer", "inner"), (3,)),)
    made = arrays(found[0], 2)
    assert len(made["outer"]) == 3
    assert len(made["inner"]) == made["outer"][-1] + 1
    assert made["v"].shape == (made["inner"][-1], 3)


def test_lone_tensors_belong_to_nothing() -> None:
    assert composites(NAMED, v="ids/values") == ()
    assert composites("values = Placeholder() dtype=float32\nindices = Placeholder() dtype=int64",
                      v="values", i="indices") == ()  # fmt: skip


def test_a_batch_of_none_has_no_entries() -> None:
    made = arrays(SparseInput("i", "v", "s", (None, 5)), 0)
    assert (made["i"].shape, made["v"].shape, made["s"].tolist()) == ((0, 2), (0,), [0, 5])


def test_a_large_sparse_tensor_has_few_entries_in_order_and_one_in_each_row():
    found = arrays(SparseInput("i", "v", "s", (6000, 5000)), 2)
    places = found["i"]
    assert len(places) < 20_000
    assert set(places[:, 0].tolist()) == set(range(6000))
    flat = places[:, 0] * 5000 + places[:, 1]
    assert (np.diff(flat) > 0).all()
    assert found["s"].tolist() == [6000, 5000]
