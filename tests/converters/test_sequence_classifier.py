from __future__ import annotations

import shutil
import sys

import numpy as np
import pytest

import tf1compat
from converters import sequence_classifier
from converters.sequence_classifier import encode


def run(monkeypatch, *arguments: object) -> int:
    monkeypatch.setattr(sys, "argv", ["sequence_classifier", *map(str, arguments)])
    return sequence_classifier.main()


def test_texts_become_padded_ids_of_characters():
    arrays = encode(["ab", "b"], ("<pad>", "a", "b"))
    np.testing.assert_array_equal(arrays["data"], [[1, 2], [2, 0]])
    np.testing.assert_array_equal(arrays["sequence_length"], [2, 1])


def test_texts_become_ids_of_words_where_tokens_are_words():
    arrays = encode(["good film", "good"], ("<pad>", "film", "good"))
    np.testing.assert_array_equal(arrays["data"], [[2, 1], [2, 0]])


def test_what_is_not_in_the_vocabulary_is_named():
    with pytest.raises(tf1compat.Tf1CompatError, match="not in the vocabulary: '!', 'ß'"):
        encode(["aß!"], ("<pad>", "a"))


@pytest.mark.tensorflow
def test_neurons_are_named_and_texts_classified(fixture_folder, tmp_path, monkeypatch, capsys):
    texts = {"jane@pemberley.org": "email", "28 jan 1813": "date", "-3.14": "number"}
    options = ["--labels", "checkpoint:class_mapping", "--classify", *texts]
    assert run(monkeypatch, fixture_folder("birnn_classifier/tf1.15.5"), tmp_path / "out", *options) == 0
    shown = capsys.readouterr().out
    assert "The same model" in shown
    assert "       3  word\n" in shown
    for text, name in texts.items():
        (line,) = [line for line in shown.splitlines() if line.startswith(text)]
        fields = line.removeprefix(text).split()
        assert fields[0] == name
        assert float(max(fields[1:])) > 0.9


@pytest.mark.parametrize(
    "options", [["--classify", "§"], ["--classify", "a", "--vocabulary", "nothing.json"]]
)
def test_a_text_that_cannot_be_encoded_is_refused_before_anything_is_written(
    fixture_folder, tmp_path, monkeypatch, options
):
    with pytest.raises(tf1compat.Tf1CompatError, match="vocabulary"):
        run(
            monkeypatch, fixture_folder("birnn_classifier/tf1.4.1"), tmp_path / "out",
            "--labels", "checkpoint:class_mapping", *options,
        )  # fmt: skip
    assert not (tmp_path / "out").exists()


def test_classifying_needs_a_vocabulary(fixture_folder, tmp_path, monkeypatch):
    for path in fixture_folder("birnn_classifier/tf1.4.1").glob("model.*"):
        shutil.copy(path, tmp_path)
    options = ["--labels", "checkpoint:class_mapping", "--classify", "a"]
    with pytest.raises(tf1compat.Tf1CompatError, match="give --vocabulary"):
        run(monkeypatch, tmp_path / "model", tmp_path / "out", *options)


def test_a_model_of_another_family_is_refused(fixture_folder, tmp_path, monkeypatch):
    folder = fixture_folder("char_rnn/tf1.4.1")
    with pytest.raises(tf1compat.Tf1CompatError, match="is no recurrent classifier of ids and lengths"):
        run(monkeypatch, folder, tmp_path / "out", "--labels", folder / "vocabulary.json")
    assert not (tmp_path / "out").exists()
