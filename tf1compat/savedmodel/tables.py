"""Lookup tables as objects of the SavedModel, which fills them when it is loaded.

The text file that fills a table is an asset: it is copied into the SavedModel, and found there wherever that is moved.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from tf1compat.errors import RestoreError, reason_of
from tf1compat.graph.attributes import DType
from tf1compat.restore.contents import ArrayContent, Content, TextContent
from tf1compat.source.vocabulary import ALL_LINES

NO_TABLES: Mapping[str, Content] = MappingProxyType({})
#: Types of keys and values for which there is a table that is filled once.
_STATIC = frozenset({
    *(("string", value) for value in ("string", "int64", "int32", "float32", "float64", "bool")),
    *(("int64", value) for value in ("string", "int64", "int32", "float32", "float64")),
    *(("int32", value) for value in ("string", "int32", "float32", "float64")),
})  # fmt: skip
#: Types for which there is one that grows, and whose values may be rows.
_GROWING = frozenset({
    *(("string", value) for value in ("int64", "int32", "float32", "float64", "bool")),
    *(("int64", value) for value in ("string", "int64", "int32", "float32", "float64")),
    *(("int32", value) for value in ("int32", "float32", "float64")),
})  # fmt: skip


def tables_of(tf: Any, contents: Mapping[str, Content]) -> dict[str, Any]:
    """The filled tables by name, one for all that the same file fills; raises RestoreError."""
    made: dict[Content, Any] = {}
    tables = {}
    for name, content in contents.items():
        if content not in made:
            made[content] = _checked(tf, name, content)
        tables[name] = made[content]
    return tables


def handle_of(tf: Any, table: Any) -> Any:
    """A table's handle inside the function that is being traced; `import_graph_def` captures nothing by itself."""
    return tf.compat.v1.get_default_graph().capture(table.resource_handle)


def _checked(tf: Any, name: str, content: Content) -> Any:
    try:
        return _text_table(tf, content) if isinstance(content, TextContent) else _array_table(tf, content)
    except (tf.errors.OpError, ValueError, TypeError) as error:
        raise RestoreError(f"the table '{name}' cannot be filled: {reason_of(error)}") from error


def _text_table(tf: Any, content: TextContent) -> Any:
    text = content.text
    initializer = tf.lookup.TextFileInitializer(
        str(content.path), text.key_dtype, text.key_index, text.value_dtype, text.value_index,
        vocab_size=None if text.vocab_size == ALL_LINES else text.vocab_size, delimiter=text.delimiter,
        value_index_offset=text.offset,
    )  # fmt: skip
    return tf.lookup.StaticHashTable(initializer, _nothing(tf, text.value_dtype))


def _array_table(tf: Any, content: ArrayContent) -> Any:
    keys = tf.constant(content.keys, content.key_dtype)
    values = tf.constant(content.values, content.value_dtype)
    types = (content.key_dtype, content.value_dtype)
    if len(content.keys) and types in _STATIC and content.keys.ndim == content.values.ndim == 1:
        initializer = tf.lookup.KeyValueTensorInitializer(keys, values)
        return tf.lookup.StaticHashTable(initializer, _nothing(tf, content.value_dtype))
    table = _growing_table(tf, content)
    table.insert(keys, values)
    return table


def _growing_table(tf: Any, content: ArrayContent) -> Any:
    """An empty table for entries that no other kind takes: rows, or no entry at all."""
    if (content.key_dtype, content.value_dtype) not in _GROWING:
        raise ValueError(f"TensorFlow has no table from {content.key_dtype} to {content.value_dtype}")
    default = tf.zeros(content.values.shape[1:], content.value_dtype)
    return tf.lookup.experimental.MutableHashTable(content.key_dtype, content.value_dtype, default)


def _nothing(tf: Any, dtype: DType) -> Any:
    return tf.zeros([], dtype)
