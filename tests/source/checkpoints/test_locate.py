import os
from pathlib import Path

import pytest

from tf1compat.errors import SourceError
from tf1compat.source.checkpoints.locate import locate
from tf1compat.source.files import beside


@pytest.fixture
def folder(tmp_path):
    """Makes the parts of checkpoints, all empty, and the `checkpoint` file when entries are given."""

    def make(*prefixes, latest=None, every=(), parts=(".meta", ".index", ".data-00000-of-00001")):
        for prefix in prefixes:
            for part in parts:
                (tmp_path / f"{prefix}{part}").write_bytes(b"")
        if latest is not None:
            lines = [f'model_checkpoint_path: "{latest}"']
            lines += [f'all_model_checkpoint_paths: "{each}"' for each in every]
            (tmp_path / "checkpoint").write_text("\n".join(lines))
        return tmp_path

    return make


def refusal(given):
    with pytest.raises(SourceError) as caught:
        locate(given)
    message = str(caught.value)
    assert "\n" not in message
    return message


# ---- what is found


@pytest.mark.parametrize("given", ["model.ckpt-3", "model.ckpt-3.meta"])
def test_a_prefix_and_its_meta(folder, given):
    place = folder("model.ckpt-3", "model.ckpt-4")
    assert locate(place / given) == place / "model.ckpt-3"


@pytest.mark.parametrize(
    "latest",
    [
        "model",
        "./model",
        "/home/somebody/training/model",
        r"C:\\Users\\somebody\\model",
        r"C:\Users\somebody\model",
        "save/model",
    ],
)
@pytest.mark.parametrize("given", [".", "checkpoint"])
def test_the_latest_entry_of_a_folder_wherever_it_was_written(folder, given, latest):
    place = folder("model", "other", latest=latest)
    assert locate(place / given) == place / "model"


def test_an_entry_in_a_folder_below(folder):
    place = folder(latest="save/model")
    (place / "save").mkdir()
    (place / "save" / "model.meta").write_bytes(b"")
    (place / "save" / "model.index").write_bytes(b"")
    assert locate(place) == place / "save" / "model"


def test_the_current_folder(folder, monkeypatch):
    monkeypatch.chdir(folder("model", latest="model"))
    assert locate(Path(".")) == Path("model")


def test_a_latest_entry_is_taken_although_a_newer_one_is_there(folder):
    place = folder("model-1", "model-2", latest="model-1")
    assert locate(place) == place / "model-1"


# ---- prefixes of any characters, and of none

ODD = [
    "with space", " ", "br[1]", "st*r", "q?m", "back\\slash", "\u00fcn\u00ef", "\u6771\u4eac", ".hidden", "..", "...x",
    "new\nline", "x.meta", "x.index", "tab\t", "quote'\"", "{a}", "-rf", "~", "%41", "#frag", "c:d",
    "a,b", "checkpoint", "$HOME", "latin\udcfc", ".meta", "model.ckpt-3.data-00000-of-00001", "e\u0301",
]  # fmt: skip


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("given", ["{}", "{}.meta", ""])
def test_a_prefix_of_any_characters(folder, name, given):
    place = folder(name)
    assert locate(place / given.replace("{}", name)) == place / name


def test_a_prefix_that_ends_in_a_slash(folder):
    place = folder("")
    for given in (place, place / ".meta"):
        prefix = locate(given)
        assert (prefix.parent, prefix.name, str(prefix)) == (place, "", f"{place}{os.sep}")
        assert beside(prefix, ".index") == place / ".index"


@pytest.mark.parametrize(
    "latest", ["{name}/", "./", ".", "/home/somebody/{name}/", r"C:\\models\\{name}\\", "model"]
)
def test_the_checkpoint_file_of_a_prefix_that_ends_in_a_slash(folder, tmp_path, latest):
    place = folder("", latest=latest.replace("{name}", tmp_path.name))
    assert str(locate(place)) == f"{place}{os.sep}"
    assert str(locate(place / "checkpoint")) == f"{place}{os.sep}"


def test_a_slash_after_the_name_of_a_folder_below(folder):
    place = folder(latest="save/")
    (place / "save").mkdir()
    for part in (".meta", ".index"):
        (place / "save" / part).write_bytes(b"")
    assert str(locate(place)) == f"{place / 'save'}{os.sep}"


def test_a_prefix_without_a_name_beside_others_is_chosen_by_its_meta(folder):
    place = folder("", "model", latest=None)
    assert f"'{place / '.meta'}', '{place / 'model'}'" in refusal(place)
    assert str(locate(place / ".meta")) == f"{place}{os.sep}"


def test_shards_of_a_v1_checkpoint_without_a_name(folder):
    place = folder("", parts=(".meta",))
    (place / "-00000-of-00001").write_bytes(b"\0" * 40 + bytes.fromhex("57fb808b247547db"))
    assert str(locate(place)) == f"{place}{os.sep}"


def test_a_folder_is_not_the_prefix_of_the_files_beside_it(folder):
    place = folder("model")
    (place / "model").mkdir()
    for part in (".meta", ".index"):
        (place / "model" / f"inner{part}").write_bytes(b"")
    assert locate(place / "model") == place / "model"
    assert locate(place / "model", is_folder=True) == place / "model" / "inner"


def test_files_renamed_together_are_the_only_ones(folder):
    place = folder("other", latest="/somewhere/model", every=["/somewhere/model"])
    assert locate(place) == place / "other"


def test_of_several_the_highest_step_replaces_an_entry_that_is_not_there(folder):
    place = folder("model-9", "model-10", "model-2", "best", latest="model-30")
    assert locate(place) == place / "model-10"


def test_of_equal_steps_the_one_written_last(folder):
    place = folder("old-10", "new-10", latest="model-30")
    os.utime(place / "old-10.index", (1, 1))
    os.utime(place / "new-10.index", (2, 2))
    assert locate(place) == place / "new-10"


def test_without_steps_the_last_that_the_checkpoint_file_names(folder):
    place = folder("a", "b", "c", latest="model", every=["/x/b", "/x/a", "/x/model"])
    assert locate(place) == place / "a"


def test_a_folders_own_files_win_over_an_absolute_path_that_still_exists(folder, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    for part in (".meta", ".index"):
        (elsewhere / f"model{part}").write_bytes(b"")
    place = folder("model", latest=elsewhere / "model")
    assert locate(place) == place / "model"


def test_an_absolute_path_is_followed_from_a_folder_that_holds_nothing(folder, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    for part in (".meta", ".index"):
        (elsewhere / f"model{part}").write_bytes(b"")
    assert locate(folder(latest=elsewhere / "model")) == elsewhere / "model"


def test_a_folder_without_checkpoint_file_but_one_checkpoint(folder):
    place = folder("model-7")
    assert locate(place) == place / "model-7"


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"version https://git-lfs.github.com/spec/v1\n"])
def test_a_checkpoint_file_that_names_nothing_does_not_matter(folder, content):
    place = folder("model")
    (place / "checkpoint").write_bytes(content)
    assert locate(place) == place / "model"


def test_a_prefix_beside_a_folder_of_its_name(folder):
    place = folder("model")
    (place / "model").mkdir()
    assert locate(place / "model") == place / "model"


# ---- what is refused


def test_a_missing_index(folder):
    place = folder("model", parts=(".meta", ".data-00000-of-00001"))
    for given in (place / "model", place / "model.meta", place):
        assert f"'{place / 'model.index'}' is missing" in refusal(given)


def test_a_missing_index_with_another_checkpoint_beside(folder):
    place = folder("model-1", "model-2", latest="model-2")
    (place / "model-2.index").unlink()
    assert f"or give another checkpoint: '{place / 'model-1'}'" in refusal(place)


def test_a_missing_graph(folder):
    place = folder("model-2", parts=(".index", ".data-00000-of-00001"))
    for given in (place / "model-2", place):
        assert "model-2.meta' is missing: the checkpoint holds weights only" in refusal(given)
    (place / "model-1.meta").write_bytes(b"")
    assert "if 'model-1.meta' is this model's, copy it" in refusal(place / "model-2")


def test_only_data(folder):
    place = folder("model", parts=(".data-00000-of-00001",))
    assert "model.index' is missing" in refusal(place / "model")


@pytest.mark.parametrize("part", ["index", "data-00000-of-00001"])
def test_one_part_of_a_checkpoint_given(folder, part):
    place = folder("model.ckpt-3")
    message = refusal(place / f"model.ckpt-3.{part}")
    assert message.endswith(f"give the prefix that its parts share: '{place / 'model.ckpt-3'}'")


def test_a_misspelt_prefix(folder):
    assert "did you mean 'model.ckpt'" in refusal(folder("model.ckpt") / "modle.ckpt")


def test_nothing_alike_lists_what_is_there(folder):
    assert "the folder holds: a.data-00000-of-00001, a.index, a.meta" in refusal(folder("a") / "zzzzzz")


def test_an_empty_folder(folder):
    place = folder()
    assert refusal(place).startswith(f"there is no checkpoint in '{place}'; the folder is empty; give")
    assert "the folder is empty" in refusal(place / "model")


def test_a_folder_that_does_not_exist(folder):
    assert "no/such' does not exist" in refusal(folder() / "no" / "such" / "model")


def test_several_without_checkpoint_file(folder):
    place = folder("a", "b")
    assert f"several checkpoints; give one by its prefix: '{place / 'a'}', '{place / 'b'}'" in refusal(place)


def test_several_and_none_is_the_named_one(folder):
    message = refusal(folder("a", "b", latest="model"))
    assert "names 'model', which is not there; give one by its prefix" in message


def test_many_are_not_all_listed(folder):
    assert refusal(folder(*(f"m{number}" for number in range(20)))).endswith(", ...")


def test_a_first_version_without_its_graph_is_refused_by_name(folder, make_table):
    place = folder(latest="save/model.ckpt")
    (place / "model.ckpt").write_bytes(make_table())
    for given in (place, place / "model.ckpt"):
        assert "is a V1 checkpoint, which holds weights only" in refusal(given)
        assert "'model.ckpt.meta', is not there; put it there, or write it with" in refusal(given)
    (place / "other.meta").write_bytes(b"")
    assert "(if 'other.meta' is this model's, copy it to that name)" in refusal(place / "model.ckpt")


def test_a_first_version_without_graph_in_a_folder_without_checkpoint_file(folder, make_table):
    place = folder()
    (place / "model.ckpt").write_bytes(make_table())
    assert "is a V1 checkpoint" in refusal(place)


@pytest.mark.parametrize("given", [".", "checkpoint", "model.ckpt", "model.ckpt.meta"])
def test_a_first_version_with_its_graph(folder, make_table, given):
    place = folder(latest="/home/somebody/model.ckpt")
    (place / "model.ckpt").write_bytes(make_table())
    (place / "model.ckpt.meta").write_bytes(b"")
    assert locate(place / given) == place / "model.ckpt"


@pytest.mark.parametrize(
    "given",
    [".", "model.ckpt-7", "model.ckpt-7.meta", "model.ckpt-7-00001-of-00002", "model.ckpt-7-?????-of-00002"],
)
def test_a_first_version_in_shards(folder, make_table, given):
    place = folder(latest="model.ckpt-7-?????-of-00002")
    for number in range(2):
        (place / f"model.ckpt-7-{number:05d}-of-00002").write_bytes(make_table())
    (place / "model.ckpt-7.meta").write_bytes(b"")
    assert locate(place / given) == place / "model.ckpt-7"
    (place / "checkpoint").unlink()
    assert locate(place / given) == place / "model.ckpt-7"


def test_the_newest_of_first_versions_by_its_step(folder, make_table):
    place = folder(latest="model-3")
    for step in (9, 10):
        (place / f"model-{step}").write_bytes(make_table())
        (place / f"model-{step}.meta").write_bytes(b"")
    assert locate(place) == place / "model-10"


def test_a_file_of_no_known_kind(folder):
    place = folder("model")
    (place / "README").write_text("...")
    assert "README' is no model: 3 bytes of a kind that is not known" in refusal(place / "README")
