import pickle
import shutil
from pathlib import Path

import pytest

from tf1compat.discovery.findings import LabelFinding, OutputFinding
from tf1compat.discovery.labels import label_candidates
from tf1compat.graph.attributes import DType, Shape
from tf1compat.names import TensorRef
from tf1compat.source import open_model

GENUINE = Path(__file__).parents[2] / "fixtures" / "birnn_classifier" / "tf1.15.5"


@pytest.fixture
def folder(tmp_path):
    """A copy of a genuine model without the files beside it."""
    for each in GENUINE.iterdir():
        if each.name == "checkpoint" or each.name.startswith("model."):
            shutil.copy(each, tmp_path)
    return tmp_path


def sources(folder):
    return [each.source for each in label_candidates(open_model(folder))]


def test_a_string_variable_of_the_checkpoint(folder):
    labels = tuple((GENUINE / "class_mapping.txt").read_text().split())
    expected = LabelFinding("checkpoint:class_mapping", len(labels), labels[:5])
    assert label_candidates(open_model(folder)) == (expected,)


def test_files_beside_the_model_follow_by_name(folder):
    (folder / "b.txt").write_text("cat\ndog\nbird\nfish\nworm\nmoth\n")
    (folder / "a.json").write_text('{"cat": 0, "dog": 1}')
    found = label_candidates(open_model(folder))
    assert [each.source for each in found[1:]] == [str(folder / "a.json"), str(folder / "b.txt")]
    assert found[1] == LabelFinding(str(folder / "a.json"), 2, ("cat", "dog"))
    assert found[2].count == 6
    assert found[2].preview == ("cat", "dog", "bird", "fish", "worm")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("params.json", '{"units": 128, "rate": 0.1}'),
        ("losses.json", "[0.5, 0.25, 0.125]"),
        ("numbers.txt", "1.5\n2.5e-3\n"),
        ("one.txt", "alone\n"),
        ("twice.txt", "cat\ncat\n"),
        ("prose.txt", f"{'long ' * 30}\nand short\n"),
        ("letter.txt", "Dear reader,\n\nthis is a text.\n"),
        ("broken.npy", "no array"),
        ("pickled.pkl", "no array"),
        ("large.txt", "".join(f"name {number}\n" for number in range(100_000))),
    ],
)
def test_files_that_hold_something_else_are_passed_over(folder, name, content):
    (folder / name).write_text(content)
    assert sources(folder) == ["checkpoint:class_mapping"]


def test_damaged_strings_are_passed_over(folder):
    model = open_model(folder)
    entry = model.checkpoint.entries["class_mapping"]
    content = bytearray(model.checkpoint.shards[0].read_bytes())
    content[entry.offset + entry.size - 1] ^= 1
    (folder / "model.data-00000-of-00001").write_bytes(content)
    assert sources(folder) == []


def ranked(folder, *widths):
    outputs = [
        OutputFinding(TensorRef(f"scores_{width}"), DType("float32"), Shape.of(None, width), "probabilities")
        for width in widths
    ]
    return label_candidates(open_model(folder), (), outputs)


def test_what_fits_an_output_comes_first_classes_before_characters(folder):
    (folder / "a.txt").write_text("one\ntwo\nthree\n")
    (folder / "b.json").write_text('["a", "b", "c", "d", "e"]')
    (folder / "c_vocab.json").write_text('["aa", "bb", "cc", "dd", "ee"]')
    (folder / "d.txt").write_text("cat\ndog\nbird\nfish\n")
    found = ranked(folder, 5)
    assert [(Path(each.source).name, each.kind, each.fits, each.offset) for each in found] == [
        ("checkpoint:class_mapping", "classes", ("scores_5:0",), 0),
        ("b.json", "characters", ("scores_5:0",), 0),
        ("c_vocab.json", "words", ("scores_5:0",), 0),
        ("d.txt", "classes", ("scores_5:0",), 1),
        ("a.txt", "classes", (), 0),
    ]
    assert found[3].preview == ("cat", "dog", "bird", "fish")


def test_of_a_file_with_several_lists_the_one_that_fits_is_offered(folder):
    with (folder / "preprocess.p").open("wb") as file:
        pickle.dump(([2, 0, 1], {"a b": 0, "c d": 1, "e f": 2}, {"x": 0, "yy": 1}), file)
    assert {each.source: each.count for each in ranked(folder, 7, 2)}[str(folder / "preprocess.p")] == 2
    assert str(folder / "preprocess.p") not in {each.source for each in ranked(folder, 7)}


def test_labels_in_a_checkpoint_of_their_own(folder):
    for each in folder.glob("model.*"):
        shutil.copy(each, folder / each.name.replace("model", "labels_only"))
    assert sources(folder) == ["checkpoint:class_mapping"]  # the same variable of another step


def test_files_in_the_folders_above_are_found_by_name(folder):
    model = folder / "runs" / "last"
    model.mkdir(parents=True)
    for each in [*folder.glob("model.*"), folder / "checkpoint"]:
        each.rename(model / each.name)
    (folder / "labels.txt").write_text("cat\ndog\n")
    (folder / "requirements.txt").write_text("numpy\nscipy\n")
    assert [Path(each).name for each in sources(model)] == ["checkpoint:class_mapping", "labels.txt"]
