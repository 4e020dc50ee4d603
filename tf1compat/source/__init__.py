"""Reading legacy models from disk, without TensorFlow."""

from tf1compat.source.model import Checkpoint, LegacyModel, SavedAs
from tf1compat.source.open import open_model

__all__ = ["Checkpoint", "LegacyModel", "SavedAs", "open_model"]
