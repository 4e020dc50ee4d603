"""Lookup tables as objects of a SavedModel."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from tf1compat.errors import RestoreError
from tf1compat.graph.attributes import DType
from tf1compat.restore.contents import ArrayContent, TextContent
from tf1compat.savedmodel.eager import eagerly
from tf1compat.savedmodel.tables import handle_of, tables_of
from tf1compat.source.vocabulary import LINE_NUMBER, WHOLE_LINE, TextFormat

pytestmark = pytest.mark.tensorflow

STRING, INT, FLOAT = DType("string"), DType("int64"), DType("float32")


def generations(tf: ModuleType, content: Any, keys: Any, default: Any, folder: Path) -> list[Any]:
    """What the table gives for keys, in a module saved and loaded three times over."""
    types = content.text if isinstance(content, TextContent) else content
    with eagerly():
        table = tables_of(tf, {"table": content})["table"]
        module = tf.Module()
        module.tables = [table]
        typed = tf.constant(keys, types.key_dtype)
        other = tf.constant(default, types.value_dtype)

        @tf.function(input_signature=[tf.TensorSpec(None, types.key_dtype)], autograph=False)
        def look_up(asked: Any) -> Any:
            handle = handle_of(tf, table)
            return tf.raw_ops.LookupTableFindV2(table_handle=handle, keys=asked, default_value=other)

        module.look_up = look_up
        found = [look_up(typed).numpy()]
        for number in range(3):
            tf.saved_model.save(module, str(folder / str(number)))
            module = tf.saved_model.load(str(folder / str(number)))
            found.append(module.look_up(typed).numpy())
    return found


@pytest.mark.parametrize(
    ("content", "keys", "default", "expected"),
    [
        (
            ArrayContent(np.array([b"a", b"b"], object), np.array([3, 4]), STRING, INT),
            [b"b", b"c"], -1, [4, -1],
        ),
        (
            ArrayContent(np.array([b"a", b"b"], object), np.array([[1, 2], [3, 4]], np.float32), STRING, FLOAT),
            [b"b", b"c"], [0.5, 0.25], [[3, 4], [0.5, 0.25]],
        ),
        (ArrayContent(np.zeros([0], object), np.zeros([0], np.int64), STRING, INT), [b"b"], -1, [-1]),
    ],
    ids=["entries", "rows", "none"],
)  # fmt: skip
def test_a_table_has_its_entries_however_often_it_is_saved(
    content: ArrayContent, keys: Any, default: Any, expected: Any, tensorflow: ModuleType, tmp_path: Path
) -> None:
    for found in generations(tensorflow, content, keys, default, tmp_path):
        np.testing.assert_array_equal(found, expected)


def test_a_file_fills_one_table_for_all_that_read_it_alike(tensorflow: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "vocab.txt"
    path.write_text("the\nfilm\n")
    content = TextContent(path, TextFormat(WHOLE_LINE, LINE_NUMBER, STRING, INT))
    other = TextContent(path, TextFormat(LINE_NUMBER, WHOLE_LINE, INT, STRING))
    with eagerly():
        made = tables_of(tensorflow, {"a": content, "b": content, "c": other})
    assert made["a"] is made["b"] is not made["c"]
    found = generations(tensorflow, content, [b"film", b"bad"], -1, tmp_path)
    np.testing.assert_array_equal(found, [[1, -1]] * 4)


def test_what_tensorflow_refuses_is_told_of_the_table(tensorflow: ModuleType) -> None:
    twice = ArrayContent(np.array([b"a", b"a"], object), np.array([1, 2]), STRING, INT)
    with eagerly(), pytest.raises(RestoreError, match="the table 'words' cannot be filled"):
        tables_of(tensorflow, {"words": twice})


def test_types_that_no_table_has_are_told(tensorflow: ModuleType) -> None:
    odd = ArrayContent(np.array([1]), np.array([True]), INT, DType("bool"))
    with eagerly(), pytest.raises(RestoreError, match="no table from int64 to bool"):
        tables_of(tensorflow, {"flags": odd})
