"""Tables and what fills them, as text graphs of a model that looks up in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from tests.discovery.model_text import model_of
from tf1compat.graph.attributes import DType, Shape
from tf1compat.graph.protos import BundleEntry
from tf1compat.graph.text import from_text
from tf1compat.source.model import LegacyModel

#: Words become ids, ids rows of a weight, and these probabilities.
LOOKUP = """
    words = Placeholder() dtype=string; shape=shape(None)
    none = Const() dtype=int64; value=tensor(int64, -1)
    ids = LookupTableFindV2(table, words, none) Tin=string; Tout=int64
    w = VariableV2() dtype=float32; shape=shape(4, 3)
    w/read = Identity(w) T=float32
    rows = Gather(w/read, ids) Tparams=float32; Tindices=int64; _output_shapes=[shape(None, 3)]
    probabilities = Softmax(rows) T=float32; _output_shapes=[shape(None, 3)]
"""
TABLE = 'table = HashTableV2() key_dtype=string; value_dtype=int64; container=""; shared_name=""\n'
TENSORS = """
    keys = Const() dtype=string; value=tensor(string, ["the", "film"])
    values = Const() dtype=int64; value=tensor(int64, [0, 1])
    fill = InitializeTableV2(table, keys, values) Tkey=string; Tval=int64
"""
MUTABLE = 'table = MutableHashTableV2() key_dtype=string; value_dtype=int64; container=""; shared_name=""\n'
RESTORED = """
    prefix = Const() dtype=string; value=tensor(string, "model")
    names = Const() dtype=string; value=tensor(string, ["words-keys", "words-values"])
    slices = Const() dtype=string; value=tensor(string, ["", ""])
    restored = RestoreV2(prefix, names, slices) dtypes=[string, int64]
    import = LookupTableImportV2(table, restored, restored:1) Tin=string; Tout=int64
"""


def from_file(path: str, table: str = "table", size: int = -1) -> str:
    """What fills a table from a text file, words by whole lines and their numbers."""
    attributes = f"key_index=-2; value_index=-1; vocab_size={size}; delimiter='|'"
    return f"""
    {table}/path = Const() dtype=string; value=tensor(string, {path!r})
    {table}/fill = InitializeTableFromTextFileV2({table}, {table}/path) {attributes}
"""


def model_in(folder: Path, text: str, entries: Mapping[str, tuple[str, int]] | None = None) -> LegacyModel:
    """A model whose checkpoint lies in a folder; `entries` are its keys, each with a type and a length."""
    model = model_of(from_text(text), keys=("w",))
    added = {
        key: BundleEntry(DType(dtype), Shape.of(length), 0, 0, 8 * length, 0, False)
        for key, (dtype, length) in (entries or {}).items()
    }
    kept = {**model.checkpoint.entries, **added}
    checkpoint = replace(model.checkpoint, prefix=folder / "model", entries=kept)
    return replace(model, graph_path=folder / "model.meta", checkpoint=checkpoint)
