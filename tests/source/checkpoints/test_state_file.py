import pytest

from tf1compat.source.checkpoints.state_file import CheckpointState, base_name, read_state


def test_the_latest_and_all():
    text = (
        'model_checkpoint_path: "model-20"\n'
        'all_model_checkpoint_paths: "model-10"\n'
        'all_model_checkpoint_paths: "model-20"\n'
        "all_model_checkpoint_timestamps: 1.5\nlast_preserved_timestamp: 2.5\n"
    )
    assert read_state(text) == CheckpointState("model-20", ("model-10", "model-20"))


def test_escapes_as_protobuf_writes_them():
    text = r'model_checkpoint_path: "C:\\runs\\\"new\" \303\244\\model"'
    assert read_state(text).latest == 'C:\\runs\\"new" \u00e4\\model'


def test_single_backslashes_typed_by_hand_stay():
    assert read_state(r'model_checkpoint_path: "C:\Users\name\model"').latest == r"C:\Users\name\model"


@pytest.mark.parametrize(
    "text", ["", "\0\1\2", "model_checkpoint_path: model", 'model_checkpoint_path: "cut']
)
def test_text_that_names_nothing(text):
    assert read_state(text) == CheckpointState(None, ())


@pytest.mark.parametrize("path", ["model", "/a/model", "C:\\a\\model", "a/b\\model"])
def test_base_names_of_any_system(path):
    assert base_name(path) == "model"
