"""The original model runs again, by name, with its state in hand; TF1's own answers are the measure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from tf1compat.discovery import discover
from tf1compat.discovery.findings import Findings
from tf1compat.errors import FeedError, RestoreError, UnknownNameError
from tf1compat.graph.attributes import Shape
from tf1compat.graph.model import Versions, make_node
from tf1compat.graph.protos import meta_graph_text, read_meta_graph, scrubbed_meta_graph
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.source import open_model
from tf1compat.source.model import LegacyModel, SavedAs

pytestmark = pytest.mark.tensorflow

Folder = Callable[[str], Path]

FAMILIES = [
    *(f"char_rnn/tf{version}" for version in ("0.12.1", "1.0.1", "1.4.1", "1.8.0", "1.15.5")),
    *(f"birnn_classifier/tf{version}" for version in ("1.4.1", "1.15.5")),
]  # fmt: skip
#: float32 rounding: 1e-5 of values that stay below 1, and the same share of larger ones.
CLOSE: dict[str, Any] = {"rtol": 1e-5, "atol": 1e-5}


@pytest.fixture(scope="module")
def char_rnn(fixture_folder: Folder, tensorflow: ModuleType) -> LegacyModel:
    return open_model(fixture_folder("char_rnn/tf1.4.1"))


@pytest.fixture(scope="module")
def legacy(char_rnn: LegacyModel) -> Iterator[Any]:
    from tf1compat.restore.session import LegacySession

    with LegacySession(char_rnn, discover(char_rnn)) as session:
        yield session


def feeds(length: int = 2, batch: int = 1) -> dict[str, Any]:
    random = np.random.default_rng(1)
    return {"x": random.normal(size=[length, batch, 66]), "init_state": random.normal(size=[2, batch, 112])}


def golden(folder: Path) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    with np.load(folder / "golden.npz") as arrays:
        for case in sorted({key.partition("|")[0] for key in arrays.files}):
            sides = {
                side: {
                    key.rpartition("|")[2]: arrays[key]
                    for key in arrays.files
                    if key.startswith(f"{case}|{side}|")
                }
                for side in ("in", "out")
            }
            yield sides["in"], sides["out"]


def assert_golden(model: LegacyModel, folder: Path) -> Any:
    from tf1compat.restore.session import LegacySession

    with LegacySession(model, discover(model)) as session:
        cases = list(golden(folder))
        for fed, fetched in cases:
            found = session.run({name: name for name in fetched}, fed)
            for name, expected in fetched.items():
                np.testing.assert_allclose(found[name], expected, **CLOSE)
        assert cases
        return session.replaced


@pytest.mark.parametrize("name", FAMILIES)
def test_the_answers_are_those_of_the_tf1_session(
    fixture_folder: Folder, tensorflow: ModuleType, name: str
) -> None:
    folder = fixture_folder(name)
    assert assert_golden(open_model(folder), folder) == ()


def test_arrays_of_another_age_get_their_newer_form_where_tensorflow_refuses_them(
    fixture_folder: Folder, tensorflow: ModuleType
) -> None:
    folder = fixture_folder("char_rnn/tf0.12.1")
    model = open_model(folder)
    # The same ops in a graph of a later version, where a scalar's shape no longer stands for an unknown one.
    nodes = [
        node.with_attrs(shape=Shape()) if node.op == "Placeholder" else node
        for node in model.meta_graph.graph.nodes
    ]
    changed = read_meta_graph(scrubbed_meta_graph(model.meta_graph.serialized, nodes))
    text = meta_graph_text(changed).replace("producer: 17", "producer: 1000")
    later = replace(model, meta_graph=read_meta_graph(text.encode()))
    assert later.meta_graph.graph.versions == Versions(1000)
    assert "TensorArrayV2 became TensorArrayV3 (2)" in assert_golden(later, folder)


def test_the_final_state_is_a_state_tuple_that_can_be_run(legacy: Any) -> None:
    from tf1compat.restore.states import LSTMStateTuple

    state = legacy.rnns["rnn"].final_state
    assert isinstance(state, LSTMStateTuple)
    values = legacy.run(["probabilities", state], feed_dict=feeds(batch=3))
    assert values[0].shape == (6, 66)
    assert isinstance(values[1], LSTMStateTuple)
    assert values[1].c.shape == values[1].h.shape == (3, 112)


def test_names_do_with_and_without_an_index_and_tensors_do_too(legacy: Any) -> None:
    fed = feeds()
    by_tensor = {legacy.tensor("x"): fed["x"], legacy.tensor("init_state:0"): fed["init_state"]}
    one = legacy.run("probabilities", fed)
    other = legacy.run(legacy.graph.get_tensor_by_name("probabilities:0"), by_tensor)
    np.testing.assert_array_equal(one, other)


def test_nested_fetches_come_back_nested(legacy: Any) -> None:
    values = legacy.run({"p": ["probabilities"], "s": ("init_state", "x:0")}, feeds())
    assert values["p"][0].shape == (2, 66)
    assert isinstance(values["s"], tuple)


def test_a_state_can_be_fed_in_its_own_form(legacy: Any) -> None:
    state = legacy.rnns["rnn"].initial_state
    zeros = np.zeros([1, 112], np.float32)
    given = legacy.run("probabilities", {"x": feeds()["x"], state: (zeros, zeros)})
    packed = legacy.run("probabilities", {"x": feeds()["x"], "init_state": np.zeros([2, 1, 112])})
    np.testing.assert_array_equal(given, packed)


def test_inside_the_with_the_graph_is_the_default(legacy: Any, tensorflow: ModuleType) -> None:
    tf = tensorflow
    with legacy.graph.as_default():
        doubled = tf.multiply(legacy.tensor("probabilities"), 2.0)
    np.testing.assert_allclose(legacy.run(doubled, feeds()), 2 * legacy.run("probabilities", feeds()))


@pytest.mark.parametrize(
    ("fetch", "message"),
    [
        ("probabilites", "did you mean 'probabilities'"),
        ("probabilities:3", "Softmax has 1 outputs"),
        ("a b", "is not a tensor name"),
    ],
)
def test_an_unknown_fetch_is_named(legacy: Any, fetch: str, message: str) -> None:
    with pytest.raises(UnknownNameError, match=message):
        legacy.run(fetch, feeds())


def test_an_unknown_feed_is_named_with_the_nearest(legacy: Any) -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'init_state'"):
        legacy.run("probabilities", {**feeds(), "init_stat": 1})


def test_a_feed_of_another_shape_is_refused_with_both(legacy: Any) -> None:
    with pytest.raises(FeedError, match=r"'x:0' takes float32 \[\?, \?, 66\].*\[2, 5\]"):
        legacy.run("probabilities", {**feeds(), "x": np.zeros([2, 5])})


def test_a_feed_of_another_type_is_refused(legacy: Any) -> None:
    with pytest.raises(FeedError, match="do not fit"):
        legacy.run("probabilities", {**feeds(), "x": np.full([1, 1, 66], "a")})


def test_what_is_not_fed_is_named(legacy: Any) -> None:
    with pytest.raises(FeedError, match="init_state"):
        legacy.run("probabilities", {"x": feeds()["x"]})


def with_nodes(model: LegacyModel, *nodes: Any) -> LegacyModel:
    serialized = scrubbed_meta_graph(model.meta_graph.serialized, [*model.meta_graph.graph.nodes, *nodes])
    return replace(model, meta_graph=read_meta_graph(serialized))


def test_an_op_that_tensorflow_does_not_know_is_left_out_where_nobody_needs_it(char_rnn: LegacyModel) -> None:
    from tf1compat.restore.session import LegacySession

    odd = with_nodes(char_rnn, make_node("odd", "DecodeVideo", (TensorRef("x"),)))
    with LegacySession(odd, discover(odd)) as session:
        assert session.run("probabilities", feeds()).shape == (2, 66)
        assert "nodes that no output needs were left out" in session.replaced[0]


def test_an_op_that_tensorflow_does_not_know_is_an_error_where_it_is_needed(char_rnn: LegacyModel) -> None:
    from tf1compat.restore.session import LegacySession

    odd = with_nodes(char_rnn, make_node("odd", "DecodeVideo", (TensorRef("x"),)))
    with pytest.raises(RestoreError, match=r"cannot import the graph.*DecodeVideo"):
        LegacySession(odd, discover(odd), needed=[TensorRef("odd")])


def test_without_a_saver_the_variables_are_restored_by_their_keys(
    fixture_folder: Folder, tensorflow: ModuleType
) -> None:
    from tensorflow.core.protobuf import meta_graph_pb2

    from tf1compat.restore.session import LegacySession

    model = open_model(fixture_folder("char_rnn/tf1.4.1"))
    proto = meta_graph_pb2.MetaGraphDef.FromString(model.meta_graph.serialized)
    proto.ClearField("saver_def")
    proto.ClearField("collection_def")
    bare = replace(model, meta_graph=read_meta_graph(proto.SerializeToString()))
    with LegacySession(bare, Findings()) as session, LegacySession(model, Findings()) as whole:
        expected = whole.run("probabilities", feeds())
        np.testing.assert_array_equal(session.run("probabilities", feeds()), expected)


def test_a_key_that_the_checkpoint_lacks_is_named(char_rnn: LegacyModel) -> None:
    from tf1compat.restore.session import LegacySession

    renamed = {**char_rnn.saved_as, "W": SavedAs("Weights")}
    proto = meta_graph_text(char_rnn.meta_graph).replace('string_val: "W"', 'string_val: "Weights"')
    odd = replace(char_rnn, saved_as=renamed, meta_graph=read_meta_graph(proto.encode()))
    with pytest.raises(RestoreError, match="'W' is saved as 'Weights', which is not in the checkpoint"):
        LegacySession(odd, Findings())


def test_no_other_op_of_the_file_is_run_to_restore_it(char_rnn: LegacyModel, tmp_path: Path) -> None:
    from tf1compat.restore.session import LegacySession

    restore_op = char_rnn.meta_graph.saver.restore_op  # type: ignore[union-attr]
    hooked = with_writing(char_rnn, tmp_path / "written", restore_op, "save/RestoreV2", "init")
    with LegacySession(hooked, discover(hooked)) as session:
        assert session.run("probabilities", feeds()).shape == (2, 66)
        count = len(session.graph.get_operations())
        session.restore()
        assert len(session.graph.get_operations()) == count
    assert not (tmp_path / "written").exists()


def test_a_variable_that_touches_the_machine_is_not_restored(char_rnn: LegacyModel, tmp_path: Path) -> None:
    from tf1compat.restore.session import LegacySession

    hooked = with_writing(char_rnn, tmp_path / "written", "W")
    with pytest.raises(RestoreError, match=r"'evil' \(WriteFile\) writes to a file .* nothing was run"):
        LegacySession(hooked, Findings())
    assert not (tmp_path / "written").exists()


def test_a_part_of_a_graph_is_restored_like_the_whole(char_rnn: LegacyModel) -> None:
    from tf1compat.restore.session import LegacySession

    needed = [TensorRef("probabilities")]
    with (
        LegacySession(char_rnn, discover(char_rnn)) as whole,
        LegacySession(char_rnn, discover(char_rnn), needed=needed, whole=False) as part,
    ):
        np.testing.assert_array_equal(part.run("probabilities", feeds()), whole.run("probabilities", feeds()))
        names = {each.name for each in part.graph.get_operations()}
        assert not any(name.startswith(("save/", "gradients/")) for name in names)
        assert part.replaced == ()


def with_writing(model: LegacyModel, path: Path, *names: str) -> LegacyModel:
    """The model in which these nodes wait for a file to be written."""
    added = f"evil/path = Const() dtype=string; value=tensor(string, {str(path)!r})\n"
    added += "evil = WriteFile(evil/path, evil/path)\n"
    graph = model.meta_graph.graph
    assert all(name in graph for name in names)
    nodes = [
        replace(node, control_inputs=(*node.control_inputs, "evil")) if node.name in names else node
        for node in graph.nodes
    ]
    serialized = scrubbed_meta_graph(model.meta_graph.serialized, [*nodes, *from_text(added).nodes])
    return replace(model, meta_graph=read_meta_graph(serialized))


@pytest.fixture
def uncovered(tmp_path: Path, tensorflow: ModuleType) -> LegacyModel:
    """A model whose Saver leaves the variable `offset` out."""
    tf = tensorflow
    v1 = tf.compat.v1
    with tf.Graph().as_default(), v1.Session() as session:
        x = v1.placeholder(tf.float32, [None], name="x")
        scale = v1.Variable(3.0, name="scale", use_resource=False)
        offset = v1.Variable(5.0, name="offset", use_resource=False)
        tf.identity(x * scale + offset, name="y")
        tf.identity(x * scale, name="z")
        session.run(v1.global_variables_initializer())
        v1.train.Saver({"scale": scale}).save(session, str(tmp_path / "model"))
    return open_model(tmp_path)


def test_a_variable_that_the_saver_never_covered_has_no_value(uncovered: LegacyModel) -> None:
    from tf1compat.restore.session import LegacySession

    with LegacySession(uncovered, Findings()) as session:
        assert session.run("z", {"x": [2.0]}).tolist() == [6.0]
        with pytest.raises(RestoreError, match=r"no value.*offset"):
            session.run("y", {"x": [2.0]})


def test_it_has_its_initial_value_where_that_is_asked_for(uncovered: LegacyModel) -> None:
    from tf1compat.restore.session import LegacySession

    with LegacySession(uncovered, Findings(), initialize=True) as session:
        assert session.run("y", {"x": [2.0]}).tolist() == [11.0]


def test_or_the_value_that_is_given_to_it(uncovered: LegacyModel) -> None:
    from tf1compat.restore.session import LegacySession

    values = {"offset": np.float32(7), "elsewhere": np.float32(1)}
    with LegacySession(uncovered, Findings(), needed=[TensorRef("y")], whole=False, values=values) as session:
        assert session.run("y", {"x": [2.0]}).tolist() == [13.0]
        session.restore()
        assert session.run("y", {"x": [2.0]}).tolist() == [13.0]


def test_an_initializer_that_touches_the_machine_is_not_run(uncovered: LegacyModel, tmp_path: Path) -> None:
    from tf1compat.restore.session import LegacySession

    hooked = with_writing(uncovered, tmp_path / "written", "offset/Assign")
    with LegacySession(hooked, Findings(), initialize=True) as session:
        assert session.run("z", {"x": [2.0]}).tolist() == [6.0]
        with pytest.raises(RestoreError, match=r"no value.*offset"):
            session.run("y", {"x": [2.0]})
    assert not (tmp_path / "written").exists()


def test_a_run_that_waits_for_ever_ends_with_the_timeout(tmp_path: Path, tensorflow: ModuleType) -> None:
    from tf1compat.restore.session import LegacySession

    tf = tensorflow
    v1 = tf.compat.v1
    with tf.Graph().as_default(), v1.Session() as session:
        queue = tf.queue.FIFOQueue(2, [tf.float32], shapes=[[]])
        weight = v1.Variable(1.0, name="w", use_resource=False)
        tf.multiply(queue.dequeue(), weight, name="y")
        session.run(v1.global_variables_initializer())
        v1.train.Saver({"w": weight}).save(session, str(tmp_path / "model"))
    with (
        LegacySession(open_model(tmp_path), Findings()) as legacy,
        pytest.raises(tf.errors.DeadlineExceededError),
    ):
        legacy.run("y", timeout=0.2)
