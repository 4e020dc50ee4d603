"""What TensorFlow is given for checkpoints at paths that it does not find by itself."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from tf1compat.source import open_model
from tf1compat.source.checkpoints.v2_checkpoint import read_tensor
from tf1compat.source.model import Checkpoint

pytestmark = pytest.mark.tensorflow  # what is given stands behind a door of TensorFlow

ODD = ["br[1]", "back\\slash", "latin\udcfc", ""]


@pytest.fixture
def named(tmp_path: Path, fixture_folder: Callable[[str], Path]) -> Callable[[str], Checkpoint]:
    """A genuine checkpoint, in a folder without a `checkpoint` file, under another prefix."""

    def name(prefix: str) -> Checkpoint:
        for each in fixture_folder("birnn_classifier/tf1.15.5").glob("model.*"):
            shutil.copy(each, tmp_path / each.name.replace("model", prefix, 1))
        return open_model(tmp_path / f"{prefix}.meta").checkpoint

    return name


def test_a_path_that_tensorflow_finds_is_left_alone(named: Callable[[str], Checkpoint]) -> None:
    from tf1compat.restore.reachable import tensorflow_path

    checkpoint = named("st*r ünï")
    assert tensorflow_path(checkpoint) == str(checkpoint.prefix)


@pytest.mark.parametrize("prefix", ODD)
def test_others_are_read_through_links(
    named: Callable[[str], Checkpoint], tensorflow: ModuleType, prefix: str
) -> None:
    from tf1compat.restore.reachable import tensorflow_path

    checkpoint = named(prefix)
    path = tensorflow_path(checkpoint)
    assert tensorflow_path(checkpoint) == path
    assert Path(f"{path}.data-00000-of-00001").resolve() == checkpoint.shards[0]
    reader = tensorflow.train.load_checkpoint(path)
    key = next(each for each, entry in checkpoint.entries.items() if entry.dtype == "float32")
    np.testing.assert_array_equal(reader.get_tensor(key), read_tensor(checkpoint, key))
