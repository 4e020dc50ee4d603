"""The forms in which models lie on disk: one file a format, each found by looking."""

from __future__ import annotations

from tf1compat.source.formats.archive import ArchiveFormat
from tf1compat.source.formats.checkpoint import CheckpointFormat
from tf1compat.source.formats.estimator import EstimatorFormat
from tf1compat.source.formats.format import Format
from tf1compat.source.formats.graph_def import GraphDefFormat
from tf1compat.source.formats.keras_file import KerasFormat
from tf1compat.source.formats.saved_model import SavedModelFormat

#: Every format; the first whose files are there is taken.
FORMATS: tuple[Format, ...] = (
    SavedModelFormat(),  # before checkpoints, whose files stand in its `variables/`
    EstimatorFormat(),  # before checkpoints, which are what the exports were made of
    CheckpointFormat(),
    ArchiveFormat(),
    KerasFormat(),  # before graphs, whose suffix some files of HDF5 have
    GraphDefFormat(),  # last: a lone file, told by its first bytes
)
