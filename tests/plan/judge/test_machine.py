"""What touches the machine is told before anything runs, wherever it would run; what would not run is no matter."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.discovery.model_text import CLASSIFIER, model_of
from tests.discovery.tables.table_text import LOOKUP, TABLE, TENSORS, from_file, model_in
from tf1compat.discovery import discover
from tf1compat.errors import PlanError
from tf1compat.graph.text import from_text
from tf1compat.options import PlanOptions
from tf1compat.plan.check import fitted
from tf1compat.plan.judge.notes import Note
from tf1compat.plan.make import make_plan
from tf1compat.plan.model import MigrationPlan
from tf1compat.source.model import LegacyModel

PATH = """
    path = Const() dtype=string; value=tensor(string, "/etc/hostname")
"""
READ = (
    PATH
    + """
    contents = ReadFile(path)
    length = StringLength(contents)
    number = Cast(length) SrcT=int32; DstT=float32
    read = Mul(x, number) T=float32; _output_shapes=[shape(None, 4)]
"""
)
WRITE = PATH + "    write = WriteFile(path, path)\n"
#: The classifier whose prediction waits for `{}`, and the one that reads `{}` in the place of what is fed.
WAITING, READING = (
    CLASSIFIER.replace("(logits)", "(logits, ^{})"),
    CLASSIFIER.replace("MatMul(x,", "MatMul({},"),
)


def model(text: str) -> LegacyModel:
    return model_of(from_text(text), saved_as={"w": "w", "b": "b"}, keys=("w", "b"))


def planned(made: LegacyModel, **wishes: object) -> MigrationPlan:
    return make_plan(made, discover(made), PlanOptions(**wishes))  # type: ignore[arg-type]


def blockers(text: str, **wishes: object) -> list[Note]:
    return [each for each in planned(model(text), **wishes).blockers if each.code == "machine-op"]


def waiting(name: str, text: str) -> str:
    return WAITING.replace("{}", name) + text


def reading(name: str, text: str) -> str:
    return READING.replace("{}", name) + text


def test_what_an_output_is_computed_from_may_not_read_files() -> None:
    (note,) = blockers(reading("read", READ))
    assert note.node == "contents"
    assert "'contents' (ReadFile) reads a file of the machine" in note.reason
    assert "--signature 'serving_default(x, contents) -> " in note.remedy
    assert "--allow ReadFile" in note.remedy


@pytest.mark.parametrize(
    ("line", "op"),
    [
        ("write = WriteFile(path, path)", "WriteFile"),
        ("write = SaveV2(path, path, path, w) dtypes=[float32]", "SaveV2"),
        ("write = Abort()", "Abort"),
        ("write = MatchingFiles(path)", "MatchingFiles"),
        ("write = PrintV2(path) output_stream='file:///tmp/log'", "PrintV2"),
        ("write = ReaderReadV2(path, path)", "ReaderReadV2"),
    ],
)
def test_nor_may_what_an_output_only_waits_for_touch_the_machine(line: str, op: str) -> None:
    (note,) = blockers(waiting("write", PATH + line))
    assert (note.node, note.remedy) == ("write", f"accept it with --allow {op}")


def test_what_stands_further_behind_is_found_too() -> None:
    far = "    before = Identity(path, ^write) T=string\n    after = NoOp(^before)\n"
    assert [each.node for each in blockers(waiting("after", WRITE + far))] == ["write"]
    held = CLASSIFIER.replace("w = VariableV2()", "w = VariableV2(^write)") + WRITE
    assert [each.node for each in blockers(held)] == ["write"]


@pytest.mark.parametrize(
    "line",
    [
        "aside = PyFunc(x) Tin=[float32]; Tout=[float32]",
        "aside = WriteScalarSummary(path, x, path, x)",
        "aside = QueueEnqueueV2(queue, taken)\nqueue = FIFOQueueV2()\ntaken = ReaderReadV2(path, queue)",
        "aside = Identity(made) T=float32\nmade = PyFunc(x) Tin=[float32]; Tout=[float32]",
        "aside = InitializeTableFromTextFileV2(table, path)\ntable = HashTableV2()",
        "aside = PrintV2(path)",
    ],
)
def test_what_training_leaves_behind_is_left_out_and_is_no_matter(line: str) -> None:
    assert blockers(waiting("aside", PATH + line)) == []


def test_python_that_an_output_is_computed_from_has_a_blocker_of_its_own() -> None:
    text = reading("made", "made = PyFunc(x) Tin=[float32]; Tout=[float32]\n")
    assert [each.code for each in planned(model(text)).blockers] == ["python-function"]


@pytest.mark.parametrize(
    "line", ["w/Assign = Assign(w, start, ^write) T=float32", "save/restore_all = NoOp(^save/Assign, ^write)"]
)
def test_initializers_and_the_savers_own_op_are_never_run(line: str) -> None:
    name = line.partition(" ")[0]
    kept = "\n".join(each for each in CLASSIFIER.splitlines() if not each.strip().startswith(f"{name} ="))
    assert len(kept.splitlines()) == len(CLASSIFIER.splitlines()) - 1
    assert blockers(f"{kept}\n{WRITE}{line}\n") == []


def test_a_branch_that_is_not_taken_does_not_run() -> None:
    branches = """
        is_training = Placeholder() dtype=bool; shape=shape()
        inside = Switch(x, is_training) T=float32
        pivot = Switch(is_training, is_training) T=bool
        on = Identity(pivot:1) T=bool
        where = Const(^on) dtype=string; value=tensor(string, "/etc/hostname")
        contents = ReadFile(where)
        length = StringLength(contents)
        number = Cast(length) SrcT=int32; DstT=float32
        noisy = Mul(inside:1, number) T=float32
        read = Merge(inside, noisy) T=float32; N=2; _output_shapes=[shape(None, 4), shape()]
    """
    assert blockers(reading("read", branches)) == []
    assert [each.node for each in blockers(reading("read", branches), constants={"is_training": True})] == [
        "contents"
    ]
    outside = branches.replace("ReadFile(where)", "ReadFile(before)") + PATH.replace("path =", "before =")
    assert [each.node for each in blockers(reading("read", outside))] == [
        "contents"
    ]  # it waits for no branch


def test_what_is_fed_in_the_place_of_a_file_is_not_read() -> None:
    asked = ["serving_default(x, contents) -> Softmax"]
    assert blockers(reading("read", READ), signatures=asked) == []
    assert len(blockers(reading("read", READ), signatures=["serving_default(x) -> Softmax"])) == 1


def test_what_the_user_allows_is_a_hazard() -> None:
    plan = planned(model(reading("read", READ)), allow=("ReadFile",))
    assert plan.blockers == ()
    (note,) = (each for each in plan.hazards if each.code == "machine-op-allowed")
    assert (note.node, "it is part of the model" in note.reason) == ("contents", True)
    plan = planned(model(waiting("write", WRITE)), allow=("WriteFile",))
    (note,) = (each for each in plan.hazards if each.code == "machine-op-allowed")
    assert "no output depends on it, so it is left out" in note.reason


def test_a_plan_that_was_edited_allows_no_more() -> None:
    made = model(waiting("write", WRITE))
    plan = planned(made)
    with pytest.raises(PlanError, match=r"machine-op at 'write': .*--allow WriteFile"):
        fitted(plan, made, discover(made))
    with pytest.raises(PlanError, match="machine-op at 'write'"):
        fitted(replace(plan, blockers=()), made, discover(made))
    assert fitted(replace(plan, blockers=(), allow=("WriteFile",)), made, discover(made)).blockers == ()


@pytest.mark.parametrize("fill", ["tensors", "file"])
def test_what_fills_a_table_may_only_read_the_tables_file(tmp_path: Path, fill: str) -> None:
    (tmp_path / "vocab.txt").write_text("the\nfilm\n")
    text = LOOKUP + TABLE + (TENSORS if fill == "tensors" else from_file("vocab.txt"))
    assert planned(model_in(tmp_path, text)).blockers == ()
    waits = text.replace("(table, keys, values)", "(table, keys, values, ^write)")
    waits = waits.replace("(table, table/path)", "(table, table/path, ^write)") + WRITE
    (note,) = planned(model_in(tmp_path, waits)).blockers
    assert (note.code, note.node) == ("machine-op", "write")
    holder = text.replace("HashTableV2()", "HashTableV2(^write)") + WRITE
    assert [each.code for each in planned(model_in(tmp_path, holder)).blockers] == ["machine-op"]


def test_a_table_that_is_filled_from_a_file_that_the_graph_reads_has_no_content(tmp_path: Path) -> None:
    text = LOOKUP + TABLE + TENSORS.replace("keys = Const()", "given = Const()") + PATH
    text += "    contents = ReadFile(path)\n    keys = StringSplitV2(contents, path)\n"
    assert [each.code for each in planned(model_in(tmp_path, text)).blockers] == ["table-content"]
