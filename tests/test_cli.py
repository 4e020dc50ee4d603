"""The command line as a user sees it: statuses, streams, and when TensorFlow is imported."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tf1compat import pipeline
from tf1compat.cli import main
from tf1compat.plan.document import from_json, to_json
from tf1compat.report.migration import MigrationResult
from tf1compat.verify.comparison import CaseResult, Comparison, OutputDifference

ROOT = Path(__file__).parent.parent
EQUAL = OutputDifference("a", "float32", "float32", (1,), (1,), 0.0, 0.0, -1e-5)
PASSED = Comparison((CaseResult("s", "batch 1", (EQUAL,)),), 1e-5, 1e-5, "original graph", 0, "2.0")
FAILED = replace(PASSED, cases=(CaseResult("s", "batch 1", (replace(EQUAL, excess=1.0),)),))


@pytest.fixture
def model(tmp_path, fixture_folder) -> str:
    """A copy of the four files, that a test may damage."""
    for path in fixture_folder("birnn_classifier/tf1.4.1").glob("[mc]*"):
        shutil.copy(path, tmp_path)
    return str(tmp_path / "model")


def test_inspect_prints_text_and_the_other_formats(model, capsys):
    assert main(["inspect", model]) == 0
    assert "bidirectional_rnn/fw" in capsys.readouterr().out
    assert main(["inspect", model, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["source"]["tensorflow_version"] == "1.4.1"
    assert main(["inspect", model, "--format", "markdown"]) == 0
    assert capsys.readouterr().out.startswith("# Model ")
    assert main(["inspect", model, "--format", "html"]) == 0
    assert capsys.readouterr().out.startswith("<!DOCTYPE html>")


def test_inspect_writes_a_file_instead_of_stdout(model, tmp_path, capsys):
    path = tmp_path / "report.json"
    assert main(["inspect", model, "--format", "json", "-o", str(path)]) == 0
    assert capsys.readouterr() == ("", "")
    assert json.loads(path.read_text())["format_version"] == 1


def test_a_report_is_not_written_over_the_model(model, capsys):
    before = Path(model + ".meta").read_bytes()
    assert main(["inspect", model, "-o", model + ".meta"]) == 2
    assert capsys.readouterr().err.startswith("error: ")
    assert Path(model + ".meta").read_bytes() == before


def test_plan_prints_tables_and_writes_json(model, tmp_path, capsys):
    path = tmp_path / "plan.json"
    assert main(["plan", model, "--labels", "checkpoint:class_mapping", "-o", str(path)]) == 0
    shown = capsys.readouterr().out
    assert "Signature serving_default" in shown
    assert f"The plan is in {path}" in shown
    assert from_json(json.loads(path.read_text())) == pipeline.plan(model, labels="checkpoint:class_mapping")


def test_plan_shows_a_plan_that_was_edited(model, tmp_path, capsys):
    path = tmp_path / "plan.json"
    main(["plan", model, "-o", str(path)])
    path.write_text(path.read_text().replace('"probabilities": {', '"scores": {'))
    capsys.readouterr()
    assert main(["plan", model, "--plan", str(path)]) == 0
    assert "out     scores " in capsys.readouterr().out


def test_plan_as_json_on_stdout(model, capsys):
    assert main(["plan", model, "--format", "json"]) == 0
    assert from_json(json.loads(capsys.readouterr().out)).signature_names[0] == "serving_default"


def test_options_reach_the_plan(model, capsys):
    arguments = ["--signature", "serving_default(inputs, Placeholder) -> p=Softmax", "--set", "keep_prob=0.5"]
    assert main(["plan", model, *arguments, "--format", "json"]) == 0
    plan = from_json(json.loads(capsys.readouterr().out))
    assert [each.alias for each in plan.signatures[0].outputs] == ["p"]
    assert [(str(each.tensor), each.value) for each in plan.constants] == [("keep_prob:0", 0.5)]


@pytest.mark.parametrize(
    ("text", "value"),
    [("true", True), ("1.0", 1.0), ("[1, 2]", [1, 2]), ('"1"', "1"), ("abc=d", "abc=d"), ("", "")],
)
def test_a_value_is_json_or_else_text(model, monkeypatch, text, value):
    given = {}

    def plan(model, **options):
        given.update(options)
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "plan", plan)
    assert main(["plan", model, "--set", f"a/b:0={text}"]) == 130
    assert given["constants"] == {"a/b:0": value}


def test_files_are_given_by_name_and_may_have_any_path(model, monkeypatch):
    given = {}

    def plan(model, **options):
        given.update(options)
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "plan", plan)
    assert main(["plan", model, "--asset", "vocab.txt=data/run=3/my vocab.txt", "--asset", "C:\\v=b"]) == 130
    assert given["assets"] == {"vocab.txt": "data/run=3/my vocab.txt", "C:\\v": "b"}


@pytest.fixture(scope="module")
def plan(fixture_folder):
    return pipeline.plan(fixture_folder("birnn_classifier/tf1.4.1"))


@pytest.mark.parametrize(
    ("comparison", "status"), [(PASSED, 0), (None, 0), (FAILED, 1)], ids=["passed", "unverified", "failed"]
)
def test_the_status_of_migrate_is_that_of_its_result(plan, monkeypatch, capsys, comparison, status):
    result = MigrationResult(None if status else Path("out"), plan, (), comparison, 7, plan.signatures)
    monkeypatch.setattr(pipeline, "migrate", lambda *_, **__: result)
    assert main(["migrate", "model", "out"]) == status
    assert main(["migrate", "model", "out", "--format", "json"]) == status
    shown = capsys.readouterr()
    assert shown.err == ""
    assert '"output": ' + ("null" if status else '"out"') in shown.out


def test_migrate_hands_on_what_was_asked_for(plan, tmp_path, monkeypatch):
    calls = []

    def migrate(*arguments, **options):
        calls.append((arguments, options))
        return MigrationResult(Path("out"), plan, (), None, 7, plan.signatures)

    monkeypatch.setattr(pipeline, "migrate", migrate)
    assert (
        main(
            ["migrate", "model", "out", "--overwrite", "--no-verify", "--jit", "--allow", "A", "--allow", "B"]
        )
        == 0
    )
    arguments, options = calls.pop()
    assert arguments == ("model", "out")
    assert (options["overwrite"], options["verify"], options["jit"]) == (True, False, True)
    assert (options["allow"], options["labels"], options["weights"]) == (("A", "B"), None, "auto")
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(to_json(plan)))
    assert main(["migrate", "model", "out", "--plan", str(path)]) == 0
    _, options = calls.pop()
    assert options["plan"] == plan
    assert (options["overwrite"], options["verify"]) == (False, True)
    assert "labels" not in options
    np.savez(tmp_path / "feeds.npz", x=np.ones(3))
    assert (
        main(["migrate", "model", "out", "--inputs", str(tmp_path / "feeds.npz"), "--allow-random", "z"]) == 0
    )
    _, options = calls.pop()
    np.testing.assert_array_equal(options["feeds"]["x"], np.ones(3))
    assert options["allow_random"] == ("z",)


def test_what_is_not_proven_ends_with_1(model, monkeypatch, capsys):
    drawn = CaseResult("s", "batch 1", (replace(EQUAL, drawn=True),))
    monkeypatch.setattr(pipeline, "verify", lambda *_, **__: replace(PASSED, cases=(drawn,)))
    assert main(["verify", model, "saved"]) == 1
    assert "NOT PROVEN" in capsys.readouterr().out
    assert main(["verify", model, "saved", "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out)["verdict"] == "not proven"
    allowed = replace(PASSED, cases=(drawn,), allow_random=("a",))
    monkeypatch.setattr(pipeline, "verify", lambda *_, **__: allowed)
    assert main(["verify", model, "saved", "--allow-random", "a"]) == 0


def test_verify_and_its_status(model, tmp_path, monkeypatch, capsys):
    calls = []

    def verify(*arguments, op_libraries, allow_random, expected, build, allow, custom_objects):
        calls.append((*arguments, op_libraries, allow_random, expected, build, allow, custom_objects))
        return FAILED

    monkeypatch.setattr(pipeline, "verify", verify)
    assert main(["verify", model, "saved", "--rtol", "0.5", "--atol", "0"]) == 1
    assert calls == [(model, "saved", None, 0.5, 0.0, [], [], None, None, [], [])]
    assert "NOT THE SAME MODEL" in capsys.readouterr().out
    assert main(["verify", model, "saved", "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out)["passed"] is False


def test_expected_outputs_belong_to_inputs(model, tmp_path, monkeypatch, capsys):
    calls = []
    monkeypatch.setattr(
        pipeline, "verify", lambda *given, **options: calls.append((given, options)) or PASSED
    )
    (tmp_path / "y.json").write_text('{"y": [1, 2]}')
    assert main(["verify", model, "saved", "--expected", str(tmp_path / "y.json")]) == 2
    assert "--expected are the outputs that belong to --inputs" in capsys.readouterr().err
    files = ["--inputs", str(tmp_path / "y.json"), "--expected", str(tmp_path / "y.json")]
    assert main(["verify", model, "saved", *files]) == 0
    (given, options) = calls.pop()
    assert given[2]["y"].tolist() == options["expected"]["y"].tolist() == [1, 2]


def test_a_verification_is_reported_in_every_format_and_to_a_file(model, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(pipeline, "verify", lambda *_, **__: PASSED)
    assert main(["verify", model, "saved", "--format", "markdown"]) == 0
    assert capsys.readouterr().out.startswith("# Verification")
    assert main(["verify", model, "saved", "--format", "html", "-o", str(tmp_path / "report.html")]) == 0
    assert capsys.readouterr().out == ""
    assert (tmp_path / "report.html").read_text().startswith("<!DOCTYPE html>")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["inspect", "nowhere/model"], "nowhere"),
        (["plan", "{model}", "--labels", "nothing.txt"], "nothing.txt"),
        (["plan", "{model}", "--signature", "serving_default(inputs, Placeholder) -> Sofmax"], "'Softmax'"),
        (["plan", "{model}", "--set", "keep_prob"], "--set takes TENSOR=VALUE"),
        (["plan", "{model}", "--set", "keep_prob=1", "--set", "keep_prob=0.5"], "a tensor twice"),
        (["plan", "{model}", "--asset", "vocab.txt"], "--asset takes NAME=PATH"),
        (["plan", "{model}", "--asset", "vocab.txt="], "--asset takes NAME=PATH"),
        (["plan", "{model}", "--asset", "v=a", "--asset", "v=b"], "--asset names a file twice"),
        (["plan", "{model}", "--asset", "vocab.txt=here"], "no table of the graph is filled from a file"),
        (["migrate", "{model}", "{out}", "--plan", "p.json", "--asset", "v=a"], "--asset would"),
        (["migrate", "{model}", "{out}", "--plan", "p.json", "--allow-random", "a"], "--allow-random would"),
        (["migrate", "{model}", "{out}", "--inputs", "f.npz", "--no-verify"], "leave --no-verify out"),
        (["migrate", "{model}", "{out}", "--inputs", "nothing.npz"], "numpy.savez"),
        (["plan", "{model}", "--allow-random", "Sofmax"], "no signature has an output 'Sofmax'"),
        (["migrate", "{model}", "{out}", "--plan", "nothing.json"], "the plan 'nothing.json' is not a file"),
        (["migrate", "{model}", "{out}", "--plan", "{model}.meta"], "is not JSON"),
        (["migrate", "{model}", "{out}", "--plan", "p.json", "--labels", "l", "--set", "a=1"], "--set, --labels would"),
        (["migrate", "{model}", "{folder}"], "--overwrite"),
        pytest.param(
            ["verify", "{model}", "{out}"], "not a SavedModel directory", marks=pytest.mark.tensorflow
        ),
        (["verify", "{model}", "{out}", "--inputs", "nothing.npz"], "numpy.savez"),
        (["predict", "{out}", "--inputs", "{model}.meta"], "numpy.savez"),
        (["inspect", "{model}.index"], "{model}"),
        (["frobnicate"], "frobnicate"),
        ([], "COMMAND"),
    ],
)  # fmt: skip
def test_bad_input_is_one_line_and_status_2(model, tmp_path, capsys, arguments, says):
    places = {"model": model, "out": str(tmp_path / "out"), "folder": str(tmp_path)}
    assert main([each.format(**places) for each in arguments]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("error: ")
    assert shown.err.count("\n") == 1
    assert says.format(**places) in shown.err
    assert not (tmp_path / "out").exists()


def missing_index(model: Path) -> None:
    model.with_suffix(".index").unlink()


def missing_shard(model: Path) -> None:
    model.with_suffix(".data-00000-of-00001").unlink()


def truncated_data(model: Path) -> None:
    os.truncate(model.with_suffix(".data-00000-of-00001"), 1000)


def no_protobuf(model: Path) -> None:
    model.with_suffix(".meta").write_bytes(b"\xff" * 1000)


@pytest.mark.parametrize("damage", [missing_index, missing_shard, truncated_data, no_protobuf])
@pytest.mark.parametrize("command", ["inspect", "plan", "migrate"])
def test_damaged_files_are_refused_without_a_trace(model, tmp_path, capsys, damage, command):
    damage(Path(model))
    output = [str(tmp_path / "out")] if command == "migrate" else []
    before = sorted(os.listdir(tmp_path))
    assert main([command, model, *output]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("error: '")
    assert shown.err.count("\n") == 1
    assert sorted(os.listdir(tmp_path)) == before


def run(*arguments: str, code: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *(["-c", code] if code else ["-m", "tf1compat"]), *arguments]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )


def test_tensorflow_is_not_imported(model):
    code = (
        "import sys; from tf1compat.cli import main; model = sys.argv[1]\n"
        "for line in (['--help'], ['migrate', '--help'], ['inspect', model], ['plan', model, '--labels',"
        " 'checkpoint:class_mapping']):\n"
        "    status = main(line)\n"
        "    heavy = sorted(each for each in sys.modules if each.partition('.')[0] in ('tensorflow', 'keras'))\n"
        "    print('imported:', heavy, status)"
    )
    done = run(model, code=code)
    assert [line for line in done.stdout.splitlines() if line.startswith("imported:")] == [
        "imported: [] 0"
    ] * 4


def test_help_goes_to_stdout(capsys):
    assert main(["--help"]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    for command in ("inspect", "plan", "migrate", "verify", "predict", "Exit status: 0 done"):
        assert command in captured.out


def test_the_version_goes_to_stdout(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("tf1compat ")


@pytest.mark.slow
def test_a_reader_that_goes_away_is_no_error(model):
    command = f"{sys.executable} -m tf1compat inspect {model} | head -n 1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[0].startswith("Model ")
    assert done.stdout.splitlines()[1] in ("0", "141")
    assert done.stderr == ""


@pytest.mark.slow
def test_a_closed_stdout_is_no_traceback(model):
    command = f"{sys.executable} -m tf1compat inspect {model} >/dev/full"
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr
