"""An op library is known by its file: by what stands in it, without loading it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.discovery.model_text import CLASSIFIER, model_of
from tf1compat.discovery import discover
from tf1compat.errors import PlanError
from tf1compat.graph.text import from_text
from tf1compat.options import PlanOptions, absolute
from tf1compat.plan.document import from_json, to_json
from tf1compat.plan.make import make_plan
from tf1compat.plan.op_libraries import holds_op

CUSTOM = CLASSIFIER.replace("MatMul(x,", "MatMul(made,") + "made = ZeroOut(x) T=float32\n"


@pytest.fixture
def library(tmp_path: Path) -> Path:
    path = tmp_path / "zero_out.so"
    path.write_bytes(b"\x7fELF\0\0ZeroOut\0\0")
    return path


def test_the_name_of_an_op_stands_in_its_library(library: Path) -> None:
    assert holds_op([str(library)], "ZeroOut")
    assert not holds_op([str(library)], "OneOut")
    assert not holds_op([], "ZeroOut")


def test_a_library_is_known_by_its_whole_path(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(library.parent)
    assert absolute(["zero_out.so"]) == (str(library.resolve()),)
    with pytest.raises(PlanError, match=r"the op library 'one_out\.so' is not a file"):
        absolute(["one_out.so"])


def test_a_custom_op_blocks_until_its_library_is_given_and_the_plan_remembers_it(library: Path) -> None:
    model = model_of(from_text(CUSTOM), keys=("w", "b"))
    findings = discover(model)
    assert [each.code for each in make_plan(model, findings, PlanOptions()).blockers] == ["custom-op"]
    plan = make_plan(model, findings, PlanOptions(op_libraries=(str(library),)))
    assert plan.blockers == ()
    assert from_json(to_json(plan)).op_libraries == (str(library),)


@pytest.mark.tensorflow
def test_a_file_that_is_no_library_is_refused_with_the_reason(library: Path) -> None:
    from tf1compat.errors import RestoreError
    from tf1compat.restore.op_libraries import load_op_libraries

    load_op_libraries([])
    with pytest.raises(RestoreError, match=r"'.*zero_out\.so' cannot be loaded by TensorFlow"):
        load_op_libraries([library])
