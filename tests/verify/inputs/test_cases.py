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


@pytest.mark.parametrize(
    ("dims", "rows"),
    [
        (("batch", "time"), 65),
        (("batch",), 65),
        ((1, 1), 65),
        ((4, "time"), 200),
        ((), 9),
        (("batch", 3), 256),
    ],
)
def test_ids_reach_every_row_of_a_small_table(dims: tuple[Size, ...], rows: int) -> None:
    cases = made(domain("x", "int32", dims, "ids", below=rows))
    assert {each for case in cases for each in case.feeds["x"].ravel().tolist()} == set(range(rows))


def test_a_large_table_brings_no_more_cases() -> None:
    ids = domain("x", "int32", ("batch", "time"), "ids", below=50_000)
    assert len(made(ids)) == len(made(domain("x", "float32", ("batch", "time"), "normal")))


def test_every_word_of_a_small_vocabulary_is_fed() -> None:
    words = tuple(b"w%d" % number for number in range(30))
    cases = made(domain("x", "string", ("batch",), "text", words=words))
    assert {each for case in cases for each in case.feeds["x"].ravel().tolist()} >= set(words)


def test_ids_in_numbers_are_whole() -> None:
    values = np.concatenate([
        case.feeds["x"].ravel() for case in made(domain("x", "float32", ("batch", 4), "ids", below=5))
    ])  # fmt: skip
    assert values.dtype == np.float32
    assert set(values.tolist()) == {0.0, 1.0, 2.0, 3.0, 4.0}


def test_masks_hold_zeros_and_ones_and_a_one_in_each_row() -> None:
    for dims in (("batch", 6), ("batch",)):
        cases = [
            case.feeds["m"] for case in made(domain("m", "float32", dims, "mask")) if case.feeds["m"].size
        ]
        assert {each for case in cases for each in case.ravel().tolist()} == {0.0, 1.0}
        assert all(np.all(case.max(axis=-1) == 1) for case in cases)


def test_probabilities_sum_to_one_in_each_row() -> None:
    for case in made(domain("p", "float32", ("batch", 6), "probabilities")):
        np.testing.assert_allclose(case.feeds["p"].sum(axis=-1), 1, rtol=1e-6)
        assert np.all(case.feeds["p"] > 0)


def test_one_hot_rows_choose_every_class() -> None:
    rows = np.concatenate([case.feeds["c"] for case in made(domain("c", "float32", ("batch", 4), "one_hot"))])
    assert set(rows.sum(axis=1).tolist()) == {1.0}
    assert set(rows.argmax(axis=1).tolist()) == {0, 1, 2, 3}


def test_a_range_is_filled_to_both_ends() -> None:
    image = domain("x", "float32", ("batch", 24, 24, 3), "range", low=0.0, high=255.0)
    for case in made(image):
        if case.feeds["x"].size:
            assert (case.feeds["x"].min(), case.feeds["x"].max()) == (0.0, 255.0)


def test_inputs_are_scaled_where_they_take_any_numbers() -> None:
    inputs = (domain("x", "float32", (4, 3), "normal"), domain("m", "float32", (4, 3), "mask"))
    scaled = cases(SignatureDomain("serving_default", inputs), 1, scale=0.01)
    assert all(np.abs(case.feeds["x"]).max() < 0.1 for case in scaled)
    assert all(case.feeds["m"].max() == 1 for case in scaled)
    assert scaled[0].name == "example 1, inputs times 0.01"


def test_a_size_can_be_the_number_of_entries_of_a_sparse_input() -> None:
    parts = (
        domain("i", "int64", (), "ids"), domain("v", "float32", (), "normal"),
        domain("n", "int32", (), "size", entries_of="i"),
    )  # fmt: skip
    for case in cases(SignatureDomain("serving_default", parts, (SparseInput("i", "v", None, (4, 3)),)), 1):
        assert case.feeds["n"] == len(case.feeds["v"])
