"""An Estimator's folder: its exports, in folders named by the time, come before its checkpoints.

Source: tensorflow/python/estimator/exporter.py and export.py of TensorFlow 1.15: `export/NAME/SECONDS`, and
`temp-SECONDS` until an export is complete.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tf1compat.errors import SourceError
from tf1compat.options import SourceOptions
from tf1compat.source.formats.checkpoint import CheckpointFormat
from tf1compat.source.formats.saved_model import SavedModelFormat
from tf1compat.source.model import LegacyModel

_SECONDS = re.compile(r"\d{8,}\Z")
_PARENTS = ("", "export", "export/*", "exports", "exports/*")
_SAVED_MODEL, _CHECKPOINT = SavedModelFormat(), CheckpointFormat()


class EstimatorFormat:
    """A folder with exports: the newest that is complete is the model, unless the step of a checkpoint is asked for."""

    name = "an Estimator's folder"
    needs = "SECONDS/saved_model.pb, or export/NAME/SECONDS/saved_model.pb"

    def is_at(self, path: Path) -> bool:
        """Whether a folder has an export."""
        return path.is_dir() and any(_exports(path))

    def open(self, path: str | Path, options: SourceOptions) -> LegacyModel:
        """The newest export; raises SourceError where there are exports of several names."""
        if options.step is not None:
            return _CHECKPOINT.open(path, options)
        exports = list(_exports(Path(path)))
        parents = sorted({each.parent for each in exports})
        if len(parents) > 1:
            listed = ", ".join(f"'{each}'" for each in parents)
            raise SourceError(
                f"'{path}' has exports of several names; give the folder of one of them: {listed}"
            )
        return _SAVED_MODEL.open(max(exports, key=lambda each: int(each.name)), options)


def _exports(folder: Path) -> Iterator[Path]:
    """The exports of a folder that are complete."""
    for parent in _PARENTS:
        for each in folder.glob(f"{parent}/*" if parent else "*"):
            if _SECONDS.match(each.name) and _SAVED_MODEL.is_at(each):
                yield each
