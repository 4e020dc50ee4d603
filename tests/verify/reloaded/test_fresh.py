"""A SavedModel runs in its own process; what it says arrives whole, and its end is reported."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from tf1compat.errors import VerificationError
from tf1compat.verify.inputs.cases import Case
from tf1compat.verify.reloaded.fresh import FreshProcess

pytestmark = pytest.mark.tensorflow


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory, tensorflow: ModuleType) -> Path:
    """Two signatures: one of all sorts of types, one that refuses negative numbers."""
    tf: Any = tensorflow
    place = tmp_path_factory.mktemp("saved") / "model"
    module = tf.Module()
    module.scale = tf.Variable(2.0)

    @tf.function(
        input_signature=[tf.TensorSpec([None], tf.float32, "x"), tf.TensorSpec([None], tf.string, "s")]
    )
    def everything(x: Any, s: Any) -> dict[str, Any]:
        half = tf.cast(x, tf.bfloat16)
        return {"y": x * module.scale, "s": s + b"!", "n": tf.size(x, tf.int64), "b": x > 0, "h": half}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, "x")])
    def strict(x: Any) -> dict[str, Any]:
        with tf.control_dependencies([tf.debugging.assert_non_negative(x, "must not be negative")]):
            return {"y": tf.sqrt(x)}

    tf.saved_model.save(module, str(place), signatures={"serving_default": everything, "strict": strict})
    return place


@pytest.fixture(scope="module")
def fresh(saved: Path) -> Iterator[FreshProcess]:
    with FreshProcess(saved) as process:
        yield process


def case(signature: str, **feeds: Any) -> Case:
    return Case(signature, "", {alias: np.asarray(value) for alias, value in feeds.items()})


FULL = case("serving_default", x=np.float32([1, -2]), s=np.array([b"a", "\u00e9".encode()]))
EMPTY = case("serving_default", x=np.zeros(0, np.float32), s=np.zeros(0, "S1"))


def test_every_type_arrives_and_empty_arrays_do_too(fresh: FreshProcess) -> None:
    full, empty = fresh.run([FULL, EMPTY])
    assert full.error is None
    assert full.outputs["y"].tolist() == [2.0, -4.0]
    assert full.outputs["s"].tolist() == [b"a!", "\u00e9!".encode()]
    assert full.outputs["n"] == 2
    assert full.outputs["b"].tolist() == [True, False]
    assert full.outputs["h"].dtype == np.float32
    assert empty.outputs["y"].shape == empty.outputs["s"].shape == (0,)


def test_strings_arrive_with_the_zeros_at_their_ends(fresh: FreshProcess) -> None:
    (answer,) = fresh.run([case("serving_default", x=np.float32([1]), s=np.array([b"a\0"], object))])
    assert answer.outputs["s"].tolist() == [b"a\0!"]


def test_requests_follow_each_other_and_may_be_empty(fresh: FreshProcess) -> None:
    assert fresh.run([]) == []
    assert fresh.run([FULL])[0].outputs["n"] == 2
    assert fresh.run([EMPTY])[0].outputs["n"] == 0


def test_a_model_without_labels_has_none(fresh: FreshProcess) -> None:
    fresh.run([])
    assert fresh.labels is None


def test_what_the_model_refuses_is_its_answer(fresh: FreshProcess) -> None:
    refused, good, unknown, unfit = fresh.run([
        case("strict", x=np.float32([-1])), case("strict", x=np.float32([4])), case("nothing"),
        case("strict", z=np.float32([4])),
    ])  # fmt: skip
    assert "must not be negative" in (refused.error or "")
    assert good.outputs["y"].tolist() == [2.0]
    assert unknown.error == "there is no signature 'nothing'; it has serving_default, strict"
    assert unfit.error


def test_the_model_is_loaded_from_its_files_alone(
    saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(saved.parent)
    with FreshProcess(Path("model")) as fresh:
        assert fresh.run([FULL])[0].error is None


def test_another_model_answers_from_then_on(
    fresh: FreshProcess, saved: Path, tmp_path: Path, tensorflow: ModuleType
) -> None:
    tf: Any = tensorflow
    other = tf.Module()
    other.half = tf.function(lambda x: {"half": x / 2}, input_signature=[tf.TensorSpec([], tf.float32, "x")])
    tf.saved_model.save(other, str(tmp_path / "other"), signatures=other.half)
    fresh.serve(tmp_path / "other")
    answers = fresh.run([case("serving_default", x=np.float32(3)), case("strict", x=np.float32([4]))])
    fresh.serve(saved)
    assert [each.outputs for each in answers] == [{"half": 1.5}, {}]
    assert answers[1].error == "there is no signature 'strict'; it has serving_default"
    assert fresh.run([FULL])[0].outputs["n"] == 2


def test_a_model_that_does_not_load_is_reported_with_the_last_words(tmp_path: Path) -> None:
    (tmp_path / "saved_model.pb").write_bytes(b"\xff\xff")
    with (
        FreshProcess(tmp_path) as fresh,
        pytest.raises(VerificationError, match=r"does not run in a fresh process: .+"),
    ):
        fresh.run([FULL])


def test_nothing_is_left_behind(saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def interrupted(run: Callable[[], Any]) -> None:
        with FreshProcess(saved):
            run()

    with pytest.raises(KeyboardInterrupt):
        interrupted(lambda: (_ for _ in ()).throw(KeyboardInterrupt))
    assert list(tmp_path.iterdir()) == []
