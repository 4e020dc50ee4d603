"""Verification passes what is right, and nothing else: each way of being wrong is tried."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from tf1compat.discovery import discover
from tf1compat.discovery.findings import Findings
from tf1compat.errors import FeedError, SourceError
from tf1compat.graph.attributes import DType, Shape
from tf1compat.names import TensorRef
from tf1compat.plan.model import (
    ConstantPlan,
    InputBinding,
    LabelPlan,
    MigrationPlan,
    OutputBinding,
    Piece,
    SignaturePlan,
)
from tf1compat.report.migration import MigrationResult
from tf1compat.source import open_model
from tf1compat.source.model import LegacyModel
from tf1compat.verify.comparison import Comparison

pytestmark = pytest.mark.tensorflow


def verify(*arguments: Any, **options: Any) -> Comparison:
    """The stage, imported when it runs, so that collecting these tests does not import TensorFlow."""
    from tf1compat.verify.run import verify

    return verify(*arguments, **options)


FLOAT = DType("float32")
KERNEL = np.array([[1.0, -2.0, 0.5], [0.25, 3.0, -1.0]], np.float32)
FLIPPED = KERNEL * np.array([[1.0, -1.0, 1.0], [1.0, 1.0, 1.0]], np.float32)
NAMES = ["ham", "spam", "eggs"]
Outputs = dict[str, Any]
Change = Callable[[Any, Outputs], Outputs]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory, tensorflow: ModuleType) -> LegacyModel:
    """A classifier: probabilities of three classes, from two numbers and a frozen share of them."""
    tf: Any = tensorflow
    v1 = tf.compat.v1
    folder = tmp_path_factory.mktemp("legacy")
    with tf.Graph().as_default(), v1.Session() as session:
        x = v1.placeholder(tf.float32, [None, 2], name="x")
        keep = v1.placeholder(tf.float32, [], name="keep_prob")
        kernel = v1.Variable(KERNEL, name="kernel", use_resource=False)
        logits = tf.matmul(x * keep, kernel, name="logits")
        tf.nn.softmax(logits, name="probabilities")
        session.run(v1.global_variables_initializer())
        v1.train.Saver({"kernel": kernel}).save(session, str(folder / "model"))
    return open_model(folder)


def output(alias: str, *tensors: str) -> OutputBinding:
    refs = [TensorRef.parse(name) for name in tensors]
    pieces = (
        (Piece((), refs[0]),) if len(refs) == 1 else tuple(Piece((i,), ref) for i, ref in enumerate(refs))
    )
    return OutputBinding(alias, pieces, FLOAT, Shape())


@pytest.fixture(scope="module")
def plan(model: LegacyModel) -> MigrationPlan:
    signature = SignaturePlan(
        "serving_default", (InputBinding("x", TensorRef("x"), FLOAT, Shape.of(None, 2)),),
        (output("p", "probabilities"), output("both", "logits", "probabilities")),
    )  # fmt: skip
    constant = ConstantPlan(TensorRef("keep_prob"), 1.0, FLOAT, "keep_prob")
    labels = LabelPlan("names.txt", tuple(NAMES), "p")
    return MigrationPlan(model.path, model.digest, (signature,), (constant,), labels)


def changed(change: Change) -> Change:
    """The outputs with some replaced, computed from all."""
    return lambda tf, outputs: {**outputs, **change(tf, outputs)}


#: What may be wrong with a migrated model, and the outputs that must be found out; a signature each.
CHANGES: dict[str, tuple[Change, set[str]]] = {
    "another_value": (changed(lambda tf, o: {"p": o["p"] * 1.001}), {"p"}),
    "another_type": (changed(lambda tf, o: {"p": tf.cast(o["p"], tf.float64)}), {"p"}),
    "another_shape": (changed(lambda tf, o: {"p": o["p"][:, :2]}), {"p"}),
    "an_axis_more": (changed(lambda tf, o: {"p": o["p"][None]}), {"p"}),
    "not_a_number": (changed(lambda tf, o: {"p": o["p"] / 0.0 * 0.0}), {"p"}),
    "nan_in_places": (changed(lambda tf, o: {"p": tf.where(o["p"] > 0.9, float("nan"), o["p"])}), {"p"}),
    "pieces_swapped": (changed(lambda tf, o: {"both": o["both"][::-1]}), {"both"}),
    "rows_swapped": (changed(lambda tf, o: {"p": o["p"][::-1]}), {"p"}),
    "columns_swapped": (changed(lambda tf, o: {"p": o["p"][:, ::-1]}), {"p"}),
    "another_class": (changed(lambda tf, o: {"class_ids": (o["class_ids"] + 1) % 3}), {"class_ids"}),
    "least_likely": (changed(lambda tf, o: {"class_ids": tf.argmin(o["p"], -1)}), {"class_ids"}),
    "ids_of_another_type": (
        changed(lambda tf, o: {"class_ids": tf.cast(o["class_ids"], tf.int32)}), {"class_ids"},
    ),
    "another_name": (
        changed(lambda tf, o: {"classes": tf.strings.regex_replace(o["classes"], "ham", "jam")}), {"classes"},
    ),
    "missing": (lambda tf, o: {alias: o[alias] for alias in ("p", "class_ids", "classes")}, {"both"}),
    "a_flipped_weight": (lambda tf, o: answers(tf, o["x"], FLIPPED), {"p", "both"}),
}  # fmt: skip


def answers(tf: Any, x: Any, kernel: Any) -> Outputs:
    """What the legacy model and its labels give for `x`."""
    logits = tf.matmul(x, kernel)
    scores = tf.nn.softmax(logits)
    ids = tf.argmax(scores, -1)
    return {
        "p": scores, "both": tf.stack([logits, scores]), "class_ids": ids,
        "classes": tf.gather(tf.constant(NAMES), ids),
    }  # fmt: skip


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory, tensorflow: ModuleType) -> Path:
    """A SavedModel whose `serving_default` is right; every other signature is wrong in its own way."""
    tf: Any = tensorflow
    place = tmp_path_factory.mktemp("migrated") / "model"
    module = tf.Module()
    module.kernel = tf.Variable(KERNEL)
    module.labels = tf.function(lambda: tf.constant(NAMES), input_signature=[])

    def signature(change: Change) -> Any:
        @tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32, "x")])
        def serve(x: Any) -> Outputs:
            given = change(tf, {**answers(tf, x, module.kernel), "x": x})
            return {alias: value for alias, value in given.items() if alias != "x"}

        return serve

    signatures = {kind: signature(change) for kind, (change, _) in CHANGES.items()}
    signatures["serving_default"] = signature(lambda _, outputs: outputs)
    signatures["more"] = signature(changed(lambda tf, o: {"extra": o["p"]}))
    tf.saved_model.save(module, str(place), signatures=signatures)
    return place


def with_signatures(plan: MigrationPlan, *names: str) -> MigrationPlan:
    """The plan with its one signature under these names."""
    (signature,) = plan.signatures
    return replace(plan, signatures=tuple(replace(signature, name=name) for name in names))


@pytest.fixture(scope="module")
def judged(model: LegacyModel, plan: MigrationPlan, saved: Path) -> Comparison:
    """The verdict on all signatures."""
    wanted = with_signatures(plan, "serving_default", *CHANGES, "more", "absent")
    return verify(model, Findings(), wanted, saved)


def of(comparison: Comparison, signature: str) -> Comparison:
    """The verdict on one signature alone."""
    return replace(comparison, cases=tuple(case for case in comparison.cases if case.signature == signature))


def failed(comparison: Comparison) -> set[str]:
    return {each.alias for case in comparison.cases for each in case.outputs if not each.passed}


def test_the_same_model_passes_with_its_labels_and_stacked_outputs(judged: Comparison) -> None:
    right = of(judged, "serving_default")
    assert right.passed
    assert [case.case for case in right.compared] == ["batch 1", "batch 2", "batch 5", "batch 0", "batch 64"]
    outputs = {each.alias: each for each in right.cases[1].outputs}
    assert set(outputs) == {"p", "both", "class_ids", "classes", "all_classes"}
    assert outputs["both"].expected_shape == (2, 2, 3)
    assert right.reference == "original graph"


def test_one_wrong_signature_fails_the_whole(judged: Comparison) -> None:
    assert not judged.passed


@pytest.mark.parametrize("kind", CHANGES)
def test_a_wrong_output_fails(judged: Comparison, kind: str) -> None:
    wrong = of(judged, kind)
    assert not wrong.passed
    assert failed(wrong) >= CHANGES[kind][1]
    assert "all_classes" not in failed(wrong)


@pytest.mark.parametrize("kind", set(CHANGES) - {"a_flipped_weight"})
def test_what_is_right_beside_it_passes(judged: Comparison, kind: str) -> None:
    assert failed(of(judged, kind)) == CHANGES[kind][1]


def test_an_output_that_the_plan_does_not_name_fails(judged: Comparison) -> None:
    more = of(judged, "more")
    assert not more.passed
    assert "extra" in (more.cases[0].failure or "")


def test_a_missing_signature_fails(judged: Comparison) -> None:
    absent = of(judged, "absent")
    assert not absent.passed
    assert all("there is no signature 'absent'; it has" in (case.failure or "") for case in absent.cases)


def test_labels_of_another_model_fail_even_where_no_case_names_them(
    model: LegacyModel, plan: MigrationPlan, saved: Path
) -> None:
    other = replace(plan, labels=LabelPlan("names.txt", ("ham", "eggs", "spam"), "p"))
    comparison = verify(model, Findings(), other, saved, {"x": [[9.0, 0.0]]})
    assert failed(comparison) == {"all_classes"}
    assert not comparison.passed


def test_the_users_feeds_alone_are_compared_within_the_given_tolerance(
    model: LegacyModel, plan: MigrationPlan, saved: Path
) -> None:
    lenient = with_signatures(plan, "another_value")
    feeds = {"another_value": {"x:0": [[1.0, 2.0], [3.0, 4.0]]}}
    comparison = verify(model, Findings(), lenient, saved, feeds, rtol=1e-2)
    assert comparison.passed
    assert [case.case for case in comparison.cases] == ["given inputs"]
    assert comparison.cases[0].outputs[0].expected_shape == (2, 3)


def test_feeds_that_do_not_fit_are_refused(model: LegacyModel, plan: MigrationPlan, saved: Path) -> None:
    with pytest.raises(FeedError, match=r"'x' takes float32 \[\?, 2\]"):
        verify(model, Findings(), plan, saved, {"x": [[1.0]]})


def test_a_place_without_a_saved_model_is_refused(
    model: LegacyModel, plan: MigrationPlan, tmp_path: Path
) -> None:
    with pytest.raises(SourceError, match=r"no saved_model\.pb"):
        verify(model, Findings(), plan, tmp_path)


def test_a_signature_that_the_original_refuses_whole_does_not_pass(
    model: LegacyModel, plan: MigrationPlan, saved: Path
) -> None:
    comparison = verify(model, Findings(), replace(plan, constants=()), saved)
    assert not comparison.passed
    assert comparison.compared == ()
    assert "keep_prob" in (comparison.cases[0].refused or "")


# ------------------------------------------------------------------------------------- genuine models


@pytest.mark.parametrize("name", ["char_rnn/tf0.12.1", "char_rnn/tf1.15.5", "birnn_classifier/tf1.4.1"])
def test_a_migrated_model_passes_on_all_sizes(migrated: Callable[..., MigrationResult], name: str) -> None:
    comparison = migrated(name).comparison
    assert comparison is not None
    assert comparison.passed
    tried = {case.case for case in comparison.compared}
    assert {"batch 1, time 1", "batch 1, time 7", "batch 5, time 7", "batch 0, time 7"} <= tried


def test_a_zero_length_that_the_original_refuses_is_said_and_not_held_against_the_model(
    migrated: Callable[..., MigrationResult],
) -> None:
    comparison = migrated("char_rnn/tf1.15.5").comparison
    assert comparison is not None
    refused = [case for case in comparison.cases if case.refused]
    assert {case.case for case in refused} == {"batch 2, time 0"}
    assert "size zero" in (refused[0].refused or "")
    assert comparison.passed


def test_weights_of_a_later_step_fail(
    fixture_folder: Callable[[str], Path],
    migrated: Callable[..., MigrationResult],
    tensorflow: ModuleType,
    tmp_path: Path,
) -> None:
    tf: Any = tensorflow
    result = migrated("char_rnn/tf1.15.5")
    loaded = tf.saved_model.load(str(result.output))
    (kernel,) = (each for each in loaded.variables if each.name.endswith("kernel:0"))
    kernel.assign(kernel + 1e-3)
    tf.saved_model.save(loaded, str(tmp_path / "again"), signatures=dict(loaded.signatures))
    model = open_model(fixture_folder("char_rnn/tf1.15.5"))
    comparison = verify(model, discover(model), result.plan, tmp_path / "again")
    assert not comparison.passed
    assert "probabilities" in failed(comparison)


def test_importing_the_package_does_not_import_tensorflow() -> None:
    import subprocess
    import sys

    code = "import sys, json, tf1compat.verify, tf1compat.restore; print(json.dumps('tensorflow' in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert json.loads(done.stdout) is False
