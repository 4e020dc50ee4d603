"""Bad input: exit status 2, one clear line, and nothing written."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import tf1compat
from tf1compat.cli import main
from tf1compat.graph.protos import read_meta_graph, scrubbed_meta_graph
from tf1compat.graph.text import from_text


@pytest.fixture
def model(tmp_path: Path, fixture_folder: Callable[[str], Path]) -> Path:
    """A copy of a classifier, to be damaged."""
    return Path(shutil.copytree(fixture_folder("birnn_classifier/tf1.4.1"), tmp_path / "model"))


@pytest.fixture
def refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Run `migrate` on what must be refused; gives the one line that it says."""

    def run(model: Path, *options: str, output: str = "migrated") -> str:
        before = sorted(each.relative_to(tmp_path) for each in tmp_path.rglob("*"))
        assert main(["migrate", str(model), str(tmp_path / output), *options]) == 2
        assert sorted(each.relative_to(tmp_path) for each in tmp_path.rglob("*")) == before
        captured = capsys.readouterr()
        assert captured.out == ""
        lines = [line for line in captured.err.splitlines() if line.startswith("error: ")]
        assert len(lines) == 1
        assert "Traceback" not in captured.err
        return lines[0]

    return run


def test_missing_index(model: Path, refused: Callable[..., str]) -> None:
    (model / "model.index").unlink()
    assert "model.index" in refused(model / "model")


def test_missing_shard(model: Path, refused: Callable[..., str]) -> None:
    (model / "model.data-00000-of-00001").unlink()
    assert "model.data-00000-of-00001" in refused(model)


def test_truncated_data(model: Path, refused: Callable[..., str]) -> None:
    data = model / "model.data-00000-of-00001"
    data.write_bytes(data.read_bytes()[:1000])
    line = refused(model)
    assert "model.data-00000-of-00001" in line
    assert "1000" in line or "1,000" in line


def test_meta_that_is_not_a_protobuf(model: Path, refused: Callable[..., str]) -> None:
    (model / "model.meta").write_bytes(b"\xff\xfenot a graph at all" * 10)
    assert "model.meta" in refused(model)


def test_a_data_file_as_model(model: Path, refused: Callable[..., str]) -> None:
    line = refused(model / "model.data-00000-of-00001")
    assert str(model / "model") in line


def test_an_index_file_as_model(model: Path, refused: Callable[..., str]) -> None:
    line = refused(model / "model.index")
    assert str(model / "model") in line


def test_unknown_tensor_in_a_signature(model: Path, refused: Callable[..., str]) -> None:
    line = refused(model, "--signature", "serving_default(inputs=inputs:0) -> scores=Sotfmax:0")
    assert "'Sotfmax:0' is not in the graph" in line
    assert "did you mean 'Softmax'" in line


def test_every_unknown_tensor_is_reported_at_once(model: Path, refused: Callable[..., str]) -> None:
    line = refused(model, "--signature", "serving_default(inputs=inputz:0) -> scores=Sotfmax:0")
    assert "inputz" in line
    assert "Sotfmax" in line


def test_an_output_directory_that_exists(model: Path, tmp_path: Path, refused: Callable[..., str]) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "thesis.txt").write_text("mine", encoding="utf-8")
    assert "taken" in refused(model, output="taken")
    assert "--overwrite" not in refused(model, "--overwrite", output="taken") or (tmp_path / "taken").exists()
    assert (tmp_path / "taken" / "thesis.txt").read_text(encoding="utf-8") == "mine"


def test_a_saved_model_with_a_thesis_beside_it(
    model: Path, tmp_path: Path, refused: Callable[..., str]
) -> None:
    (tmp_path / "work").mkdir()
    for name in ("saved_model.pb", "thesis.tex"):
        (tmp_path / "work" / name).write_text("mine", encoding="utf-8")
    line = refused(model, "--overwrite", output="work")
    assert "there is no assets.extra/tf1compat.json in it" in line
    assert "--overwrite does not replace" in line
    assert (tmp_path / "work" / "thesis.tex").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("line", "op"),
    [
        ("evil = WriteFile(evil/path, evil/path)", "WriteFile"),
        ("evil = ReadFile(evil/path)", "ReadFile"),
        ("evil = Abort() exit_without_error=True", "Abort"),
        ("evil = MatchingFiles(evil/path)", "MatchingFiles"),
    ],
)
def test_an_output_that_waits_for_an_op_that_touches_the_machine(
    model: Path, tmp_path: Path, refused: Callable[..., str], line: str, op: str
) -> None:
    path = model / "model.meta"
    meta_graph = read_meta_graph(path.read_bytes())
    added = f"evil/path = Const() dtype=string; value=tensor(string, {str(tmp_path / 'written')!r})\n{line}"
    nodes = [
        replace(node, control_inputs=("evil",)) if node.name == "Softmax" else node
        for node in meta_graph.graph.nodes
    ]
    path.write_bytes(scrubbed_meta_graph(meta_graph.serialized, [*nodes, *from_text(added).nodes]))
    said = refused(model)
    assert said.startswith(f"error: machine-op at 'evil': 'evil' ({op}) ")
    assert f"--allow {op}" in said
    assert op in refused(model, "--no-verify")
    assert op in refused(model, "--signature", "serving_default(inputs, Placeholder) -> Softmax")


def test_a_label_file_that_does_not_exist(model: Path, refused: Callable[..., str]) -> None:
    assert "no-such-labels.txt" in refused(model, "--labels", str(model / "no-such-labels.txt"))


def test_an_alias_that_cannot_be_an_argument(model: Path, refused: Callable[..., str]) -> None:
    line = refused(model, "--signature", "serving_default(my-input=inputs:0) -> scores=Softmax:0")
    assert "'my-input' cannot be an alias" in line


def test_a_signature_that_leaves_an_input_open(model: Path, refused: Callable[..., str]) -> None:
    line = refused(model, "--signature", "serving_default(inputs=inputs:0) -> scores=Softmax:0")
    assert "'Placeholder'" in line


@pytest.mark.tensorflow
def test_a_flipped_bit_in_a_weight(model: Path, refused: Callable[..., str]) -> None:
    entry = tf1compat.inspect(model).model.checkpoint.entries["dense/kernel"]
    data = model / "model.data-00000-of-00001"
    content = bytearray(data.read_bytes())
    content[entry.offset + 8] ^= 0x40
    data.write_bytes(content)
    assert "Checksum does not match" in refused(model)
