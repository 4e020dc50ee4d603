"""Checkpoints at paths that TensorFlow does not find: it is given links to their files under a plain name."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tf1compat.errors import RestoreError
from tf1compat.scratch import scratch_prefix
from tf1compat.source.files import Prefix, beside, beyond_tensorflow
from tf1compat.source.model import Checkpoint

_NAME = "model"
#: The folders of links, each removed when the process ends.
_FOLDERS: list[TemporaryDirectory[str]] = []


def tensorflow_path(checkpoint: Checkpoint) -> str:
    """What TensorFlow's restore ops and readers take for a checkpoint, wherever it lies; raises RestoreError."""
    reason = beyond_tensorflow(checkpoint.prefix)
    if not reason:
        return checkpoint.tensorflow_path
    shards = tuple(each.absolute() for each in checkpoint.shards)
    try:
        prefix = _linked(checkpoint.prefix, checkpoint.format, shards)
    except OSError as error:
        raise RestoreError(
            f"TensorFlow does not find '{checkpoint.prefix}', since {reason}, and links to its files cannot be made "
            f"({error.strerror or error}); give it another name"
        ) from error
    linked = tuple(_link(each, checkpoint.prefix, prefix) for each in shards)
    return replace(checkpoint, prefix=prefix, shards=linked).tensorflow_path


@cache
def _linked(prefix: Prefix, version: str, shards: tuple[Path, ...]) -> Path:
    """A prefix in a folder of its own at which there are links to the files."""
    folder = TemporaryDirectory(prefix=scratch_prefix())
    _FOLDERS.append(folder)
    plain = Path(folder.name) / _NAME
    index = () if version == "V1" else (beside(prefix, ".index").absolute(),)
    for each in (*index, *shards):
        _link(each, prefix, plain).symlink_to(each)
    return plain


def _link(file: Path, prefix: Prefix, plain: Path) -> Path:
    """What a file of a prefix is called under another one."""
    return beside(plain, file.name.removeprefix(prefix.name))
