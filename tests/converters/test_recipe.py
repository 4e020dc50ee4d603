from __future__ import annotations

import json

import pytest

import tf1compat
from converters import recipe


@pytest.fixture
def options(tmp_path):
    """The options of a recipe whose model lies in a folder with this vocabulary."""

    def make(data: object = None, *more: str):
        if data is not None:
            (tmp_path / "vocabulary.json").write_text(data if isinstance(data, str) else json.dumps(data))
        return recipe.arguments("A recipe.").parse_args([str(tmp_path), str(tmp_path / "out"), *more])

    return make


@pytest.mark.parametrize("data", [["a", "b"], {"b": 1, "a": 0}, {"1": "b", "0": "a"}])
def test_the_vocabulary_beside_the_model_is_read_either_way_round(options, data):
    assert recipe.vocabulary(options(data)) == ("a", "b")


def test_a_prefix_has_its_vocabulary_beside_it(options, tmp_path):
    chosen = options(["a"])
    chosen.model = str(tmp_path / "model")
    assert recipe.vocabulary(chosen) == ("a",)


def test_without_a_vocabulary_there_is_none(options):
    assert recipe.vocabulary(options()) is None


def test_a_vocabulary_that_was_named_has_to_be_there(options):
    with pytest.raises(tf1compat.Tf1CompatError, match=r"'nothing\.json' is not a file"):
        recipe.vocabulary(options(None, "--vocabulary", "nothing.json"))


@pytest.mark.parametrize(
    "data", ["{", [1, 2], {"a": 0, "b": 2}, {"a": 0, "b": 0}, {"x": "y"}, 7, {"0": ["a"]}]
)
def test_what_is_no_vocabulary_is_refused(options, data):
    with pytest.raises(tf1compat.Tf1CompatError, match="no JSON list of tokens"):
        recipe.vocabulary(options(data))


@pytest.mark.parametrize(
    ("ending", "status", "line"),
    [(None, 0, ""), (1, 1, ""), (tf1compat.Tf1CompatError("a\nb"), 2, "error: a b\n")],
)
def test_a_recipe_ends_with_a_status(capsys, ending, status, line):
    def main() -> int:
        if isinstance(ending, Exception):
            raise ending
        return ending or 0

    with pytest.raises(SystemExit) as caught:
        recipe.run(main)
    assert caught.value.code == status
    assert capsys.readouterr().err == line
