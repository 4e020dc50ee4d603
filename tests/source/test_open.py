from pathlib import Path

import pytest

from tf1compat.errors import SourceError
from tf1compat.graph.protos import meta_graph_text, read_meta_graph
from tf1compat.graph.text import to_text
from tf1compat.source import LegacyModel, open_model

FIXTURES = Path(__file__).parents[2] / "fixtures"
GENUINE = sorted(path.parent for path in FIXTURES.glob("*/*/model.meta"))


def refusal(given):
    with pytest.raises(SourceError) as caught:
        open_model(given)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_genuine_models_are_at_hand():
    assert len(GENUINE) >= 2


@pytest.mark.parametrize("folder", GENUINE, ids=lambda each: f"{each.parent.name}-{each.name}")
def test_the_saver_of_a_genuine_model_accounts_for_every_key(folder):
    model = open_model(folder)
    assert model.kind == "meta_graph"
    assert {saved.key for saved in model.saved_as.values()} == set(model.checkpoint.entries)
    for node, saved in model.saved_as.items():
        assert model.meta_graph.graph[node].op in ("Variable", "VariableV2", "VarHandleOp")
        entry = model.checkpoint.entries[saved.key]
        assert entry.shape == model.meta_graph.graph[node].shape()


def test_prefix_meta_and_folder_open_the_same(char_rnn):
    ways = [open_model(each) for each in (char_rnn, char_rnn / "model", str(char_rnn / "model.meta"))]
    assert {each.digest for each in ways} == {ways[0].digest}
    assert {each.checkpoint.prefix for each in ways} == {char_rnn / "model"}
    assert [each.path for each in ways] == [
        str(char_rnn),
        str(char_rnn / "model"),
        str(char_rnn / "model.meta"),
    ]
    assert ways[0].graph_path == char_rnn / "model.meta"
    assert isinstance(ways[0], LegacyModel)


def test_a_prefix_that_ends_in_a_slash(char_rnn):
    before = open_model(char_rnn)
    for each in char_rnn.glob("model.*"):
        each.rename(each.with_name(each.name.removeprefix("model")))
    for given in (str(char_rnn), f"{char_rnn}/", char_rnn / ".meta"):
        found = open_model(given)
        assert (found.digest, found.bytes, found.graph_path) == (
            before.digest,
            before.bytes,
            char_rnn / ".meta",
        )
        assert [each.name for each in found.checkpoint.shards] == [".data-00000-of-00001"]


def test_sizes_are_those_of_all_files(char_rnn):
    assert open_model(char_rnn).bytes == sum(each.stat().st_size for each in char_rnn.iterdir())


def test_renaming_the_files_together_changes_nothing(char_rnn):
    before = open_model(char_rnn)
    for each in char_rnn.glob("model.*"):
        each.rename(each.with_name(each.name.replace("model", "renamed-5", 1)))
    after = open_model(char_rnn)
    assert after.checkpoint.prefix == char_rnn / "renamed-5"
    assert (after.digest, after.bytes) == (before.digest, before.bytes)


def test_other_weights_have_another_digest(char_rnn):
    before = open_model(char_rnn).digest
    data = char_rnn / "model.data-00000-of-00001"
    content = bytearray(data.read_bytes())
    content[1000] ^= 1
    data.write_bytes(content)
    assert open_model(char_rnn).digest != before


def test_a_graph_as_text_is_the_same_graph(char_rnn):
    before = open_model(char_rnn)
    (char_rnn / "model.meta").write_text(meta_graph_text(before.meta_graph))
    after = open_model(char_rnn)
    assert to_text(after.meta_graph.graph) == to_text(before.meta_graph.graph)
    assert after.saved_as == before.saved_as


def test_files_that_may_hold_labels_are_noted(char_rnn):
    for name in ("labels.TXT", "classes.json", "golden.npz", "notes.md", "map.npy"):
        (char_rnn / name).write_bytes(b"")
    (char_rnn / "folder.txt").mkdir()
    assert [each.name for each in open_model(char_rnn).beside] == ["classes.json", "labels.TXT", "map.npy"]


def test_nothing_is_written(char_rnn):
    def seen():
        return {each.name: (each.read_bytes(), each.stat().st_mtime_ns) for each in char_rnn.iterdir()}

    before = seen()
    open_model(char_rnn)
    assert seen() == before


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00 garbage", b"plain text, no graph", b"\n\x00"])
def test_a_meta_that_is_no_meta_graph(char_rnn, content):
    (char_rnn / "model.meta").write_bytes(content)
    message = refusal(char_rnn)
    assert f"model.meta' is not a MetaGraphDef, neither binary nor as text ({len(content)} bytes: " in message


def test_a_meta_cut_short(char_rnn):
    meta = char_rnn / "model.meta"
    meta.write_bytes(meta.read_bytes()[:-5000])
    assert "is not a MetaGraphDef" in refusal(char_rnn)


def test_a_meta_that_git_lfs_left_out(char_rnn):
    (char_rnn / "model.meta").write_text("version https://git-lfs.github.com/spec/v1\n")
    assert "model.meta' is a Git LFS pointer" in refusal(char_rnn)


def test_a_graph_with_an_input_that_is_not_there(char_rnn):
    meta = char_rnn / "model.meta"
    text = meta_graph_text(read_meta_graph(meta.read_bytes()))
    meta.write_text(
        text.replace('input: "softmax_w/read"', 'input: "nowhere"').replace(
            'input: "save/Const"', 'input: "lost"'
        )
    )
    assert "the graph in" in refusal(char_rnn)
    assert "which is not there; copy the file again" in refusal(char_rnn)


def test_data_cut_short(char_rnn):
    data = char_rnn / "model.data-00000-of-00001"
    data.write_bytes(data.read_bytes()[:-1])
    assert "model.data-00000-of-00001' is cut short: tensor '" in refusal(char_rnn)


def test_a_missing_shard(char_rnn):
    (char_rnn / "model.data-00000-of-00001").unlink()
    assert "model.data-00000-of-00001' is missing" in refusal(char_rnn)


def test_a_folder_that_may_not_be_read(char_rnn, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "iterdir", refuse)
    assert refusal(char_rnn / "none") == f"'{char_rnn}' cannot be read: Permission denied"


def test_the_files_own_graph_is_kept_beside_the_lowered_one():
    meta_graph = open_model(FIXTURES / "functional_graphs" / "tf1.15.5" / "nested_while").meta_graph
    assert meta_graph.written == read_meta_graph(meta_graph.serialized).graph
    assert not any(node.op == "While" for node in meta_graph.graph.nodes)
