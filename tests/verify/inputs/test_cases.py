"""Cases: the sizes asked for, values within their domain, the same for the same seed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tf1compat.errors import FeedError
from tf1compat.graph.attributes import DType
from tf1compat.names import TensorRef
from tf1compat.verify.inputs.cases import Case, cases
from tf1compat.verify.inputs.composites import RaggedInput, SparseInput
from tf1compat.verify.inputs.domain import Domain, SignatureDomain, Size, Values


def domain(alias: str, dtype: str, dims: tuple[Size, ...], kind: str, **values: Any) -> Domain:
    return Domain(alias, TensorRef(alias), DType(dtype), dims, Values(kind, **values))


def made(*inputs: Domain, seed: int = 1) -> tuple[Case, ...]:
    return cases(SignatureDomain("serving_default", inputs), seed)


SEQUENCE = (
    domain("x", "float32", ("batch", "time", 3), "normal", one_hot=True),
    domain("n", "int32", ("batch",), "lengths", upper="time"),
)


def test_batches_and_lengths_of_one_several_and_none_are_made() -> None:
    shapes = {case.feeds["x"].shape[:2] for case in made(*SEQUENCE)}
    assert {1, 2, 5, 0} == {batch for batch, _ in shapes}
    assert {1, 2, 7, 0} == {time for _, time in shapes}


def test_a_case_is_named_by_its_sizes() -> None:
    assert [case.name for case in made(*SEQUENCE)][:2] == ["batch 1, time 1", "batch 1, time 7"]


def test_one_symbol_has_one_size_in_a_case() -> None:
    for case in made(*SEQUENCE):
        assert case.feeds["n"].shape == case.feeds["x"].shape[:1]


def test_the_same_seed_gives_the_same_values_and_another_seed_others() -> None:
    one, same, other = made(*SEQUENCE), made(*SEQUENCE), made(*SEQUENCE, seed=2)
    np.testing.assert_array_equal(one[4].feeds["x"], same[4].feeds["x"])
    assert not np.array_equal(one[4].feeds["x"], other[4].feeds["x"])


def test_lengths_are_ragged_with_a_full_one_and_a_single_step() -> None:
    for case in made(*SEQUENCE):
        lengths, time = case.feeds["n"], case.feeds["x"].shape[1]
        assert np.all((lengths >= 0) & (lengths <= time))
        if lengths.size > 1 and time and "length of 0" not in case.name:
            assert (lengths[0], lengths[-1]) == (time, 1)


def test_one_case_has_a_row_without_steps() -> None:
    empty = [case for case in made(*SEQUENCE) if "a length of 0" in case.name]
    assert len(empty) == 1
    assert empty[0].feeds["n"][0] == 0


def test_dense_and_one_hot_rows_are_both_made() -> None:
    full = [case.feeds["x"] for case in made(*SEQUENCE) if case.feeds["x"].size]
    one_hot = [bool(np.all(np.sort(x, axis=-1) == [0, 0, 1])) for x in full]
    assert any(one_hot)
    assert not all(one_hot)


def test_ids_stay_below_their_bound() -> None:
    values = np.concatenate([
        case.feeds["x"].ravel() for case in made(domain("x", "int64", ("batch", "time"), "ids", below=4))
    ])  # fmt: skip
    assert set(values.tolist()) == {0, 1, 2, 3}


def test_where_all_sizes_are_fixed_three_examples_are_made() -> None:
    examples = made(domain("x", "float32", (5, 3), "normal"))
    assert [case.name for case in examples] == ["example 1", "example 2", "example 3"]
    assert not np.array_equal(examples[0].feeds["x"], examples[2].feeds["x"])


def test_without_a_time_axis_each_batch_size_comes_once() -> None:
    assert [case.name for case in made(domain("x", "float32", ("batch", 3), "normal"))] == [
        "batch 1", "batch 2", "batch 5", "batch 0",
    ]  # fmt: skip


def test_a_classifier_gets_a_large_batch_too_unless_its_batch_is_fixed() -> None:
    free = SignatureDomain("serving_default", (domain("x", "float32", ("batch", 3), "normal"),))
    fixed = SignatureDomain("serving_default", (domain("x", "float32", (2, 3), "normal"),))
    assert "batch 64" in [case.name for case in cases(free, 1, many_rows=True)]
    assert all(case.feeds["x"].shape == (2, 3) for case in cases(fixed, 1, many_rows=True))


def test_a_batch_that_is_fixed_leaves_the_lengths() -> None:
    assert [case.name for case in made(domain("x", "int32", (64, "time"), "ids", below=9))] == [
        "time 1", "time 7", "time 2", "time 0",
    ]  # fmt: skip


def test_an_image_is_large_enough_for_a_convolution() -> None:
    for case in made(domain("x", "float32", ("batch", "x.1", "x.2", 3), "normal")):
        assert min(case.feeds["x"].shape[1:3]) >= 24


def test_arrays_have_the_types_of_their_inputs() -> None:
    case = made(
        domain("f", "float64", ("batch",), "normal"), domain("b", "bool", (), "boolean"),
        domain("s", "string", ("batch",), "text"), domain("k", "float32", (), "fixed", value=1.0),
        domain("n", "int32", (), "size", upper="batch"), domain("r", "float32", (), "fraction"),
    )[1]  # fmt: skip
    types = {alias: array.dtype.kind for alias, array in case.feeds.items()}
    assert types == {"f": "f", "b": "b", "s": "S", "k": "f", "n": "i", "r": "f"}
    assert case.feeds["k"] == 1.0
    assert case.feeds["n"] == case.feeds["f"].shape[0]
    assert 0.5 <= case.feeds["r"] <= 1


def test_a_type_without_values_is_said() -> None:
    with pytest.raises(FeedError, match="'x' of type variant; give some with --inputs"):
        made(domain("x", "variant", ("batch",), "normal"))


def test_values_of_types_that_numpy_lacks_are_exact_in_what_stands_for_them() -> None:
    case = made(domain("b", "bfloat16", ("batch", 3), "normal"), domain("q", "quint8", (), "ids"))[0]
    assert case.feeds["b"].dtype == np.float32
    assert case.feeds["b"].any()
    assert not (case.feeds["b"].view(np.uint32) & 0xFFFF).any()
    assert case.feeds["q"].dtype == np.uint8


def test_where_any_rank_will_do_several_are_tried() -> None:
    anything = replace(domain("x", "float32", (), "normal"), any_rank=True)
    assert [case.feeds["x"].shape for case in made(anything)] == [(), (3,), (2, 3)]


def test_the_parts_of_a_sparse_tensor_are_made_for_each_other() -> None:
    parts = (
        domain("i", "int64", (), "ids"),
        domain("v", "float32", (), "normal"),
        domain("s", "int64", (), "ids"),
    )
    composite = SparseInput("i", "v", "s", (None, 3))
    for case in cases(SignatureDomain("serving_default", parts, (composite,)), 1):
        indices, values, shape = (case.feeds[alias] for alias in "ivs")
        assert indices.shape == (len(values), 2)
        assert shape.tolist()[1] == 3
        assert np.all(indices < shape)
        places = [tuple(each) for each in indices.tolist()]
        assert places == sorted(set(places))
        assert set(indices[:, 0].tolist()) == set(range(shape[0]))


def test_row_splits_end_where_the_values_do() -> None:
    parts = (domain("v", "float32", (), "normal"), domain("s", "int64", (), "ids"))
    for case in cases(SignatureDomain("serving_default", parts, (RaggedInput("v", ("s",)),)), 1):
        splits = case.feeds["s"].tolist()
        assert splits == sorted(splits)
        assert (splits[0], splits[-1]) == (0, len(case.feeds["v"]))


def test_words_that_a_table_knows_are_among_the_texts() -> None:
    texts = {each for case in made(domain("x", "string", ("batch",), "text", words=(b"film", b"dull"))) for each in
             case.feeds["x"].ravel().tolist()}  # fmt: skip
    assert texts & {b"film", b"dull"}
    assert texts - {b"film", b"dull"}
