from __future__ import annotations

import json
import sys
from argparse import Namespace

import pytest

import tf1compat
from converters import char_rnn


def run(monkeypatch, *arguments: object) -> int:
    monkeypatch.setattr(sys, "argv", ["char_rnn", *map(str, arguments)])
    return char_rnn.main()


@pytest.mark.tensorflow
def test_greedy_writing_gives_what_tensorflow_1_wrote(fixture_folder, tmp_path, monkeypatch, capsys):
    folder = fixture_folder("char_rnn/tf1.4.1")
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))["greedy"]
    options = ["--prime", truth["prime"], "--length", truth["length"], "--temperature", "greedy"]
    assert run(monkeypatch, folder, tmp_path / "out", *options) == 0
    shown = capsys.readouterr().out
    assert "The same model" in shown
    assert shown.endswith(f"\n{truth['prime']}{truth['text']}\n")


@pytest.mark.tensorflow
def test_sampling_depends_on_the_seed_alone(fixture_folder, migrated):
    result = migrated("char_rnn/tf1.4.1")
    vocabulary = tuple(json.loads((fixture_folder("char_rnn/tf1.4.1") / "vocabulary.json").read_text()))
    (step,) = (each for each in result.signatures if each.name == "step")
    model = tf1compat.load(result.output)

    def text(seed: int) -> str:
        options = Namespace(prime="The ", length=30, temperature=1.0, seed=seed)
        return char_rnn.write(model, step, vocabulary, options)

    assert text(1) == text(1) != text(2)
    assert text(1).startswith("The ")
    assert len(text(1)) == 34


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--prime", "§"], "the vocabulary has no '§'"),
        (["--vocabulary", "{short}"], "the vocabulary has 2 characters, the model 66"),
    ],
)
def test_a_vocabulary_of_another_model_is_refused_before_anything_is_written(
    fixture_folder, tmp_path, monkeypatch, options, says
):
    (tmp_path / "short.json").write_text('["T", "h"]')
    options = [each.format(short=tmp_path / "short.json") for each in options]
    prime = [] if "--prime" in options else ["--prime", "Th"]
    with pytest.raises(tf1compat.Tf1CompatError, match=says):
        run(monkeypatch, fixture_folder("char_rnn/tf1.4.1"), tmp_path / "out", *options, *prime)
    assert not (tmp_path / "out").exists()


def test_a_model_that_cannot_be_stepped_is_refused(fixture_folder, tmp_path, monkeypatch):
    with pytest.raises(tf1compat.Tf1CompatError, match="is no language model: no 'step' gives scores"):
        run(monkeypatch, fixture_folder("birnn_classifier/tf1.4.1"), tmp_path / "out")
    assert not (tmp_path / "out").exists()
