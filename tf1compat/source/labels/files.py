"""Class labels in files, by what the file's name ends with, or begins with inside."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tf1compat.errors import LabelError, SourceError, nearest
from tf1compat.source.files import read_bytes
from tf1compat.source.labels.arrays import namings_of_npy, namings_of_npz
from tf1compat.source.labels.documents import namings_of_json, namings_of_yaml
from tf1compat.source.labels.inert_pickle import read_pickle
from tf1compat.source.labels.joblib_array import COMPRESSED, decompressed
from tf1compat.source.labels.label_map import namings_of_label_map
from tf1compat.source.labels.order import Naming, settled
from tf1compat.source.labels.structures import namings
from tf1compat.source.labels.texts import is_text, namings_of_lines, namings_of_table

_LONGEST = 500  # characters of a message
Reader = Callable[[bytes], list[Naming]]


def read_label_file(path: Path, neurons: int | None = None, offset: int | None = None) -> tuple[str, ...]:
    """The class names in a file, in the order of their numbers; raises LabelError that says what is wrong.

    Where the file holds several lists, the one with a name for each of the `neurons` is meant. `offset`: the neuron
    that the first name belongs to; those before it get names of their own.
    """
    try:
        labels = settled(namings_of_file(path), neurons, offset)
    except ValueError as error:
        raise LabelError(f"'{path}' does not give labels: {_in_one_line(error)}") from error
    if not labels:
        raise LabelError(f"'{path}' holds no labels")
    return labels


def namings_of_file(path: Path) -> list[Naming]:
    """Every list of names in a file; raises LabelError."""
    if not path.is_file():
        raise LabelError(_missing(path))
    try:
        content = read_bytes(path)
        reader = _READERS.get(path.suffix.lower()) or _by_content(content)
        if reader is None:
            kinds = ", ".join(_READERS)
            raise LabelError(
                f"'{path}' is no kind of label file; give {kinds}, 'checkpoint:VARIABLE', 'OTHER_PREFIX:VARIABLE' or "
                "'table:NODE'"
            )
        return reader(content)
    except SourceError as error:
        raise LabelError(str(error)) from error
    except ValueError as error:
        raise LabelError(f"'{path}' does not give labels: {_in_one_line(error)}") from error


def _in_one_line(error: ValueError) -> str:
    """What is wrong, whatever text of the file is quoted in it."""
    told = "".join(each if each.isprintable() else repr(each)[1:-1] for each in str(error))
    return told if len(told) <= _LONGEST else f"{told[:_LONGEST]} ..."


def _missing(path: Path) -> str:
    folder = path.parent
    if path.is_dir():
        return f"'{path}' is a folder; give the label file in it"
    if not folder.is_dir():
        return f"there is no label file '{path}': the folder '{folder}' does not exist"
    return f"there is no label file '{path}'{nearest(path.name, (each.name for each in folder.iterdir()))}"


def _of_pickle(content: bytes) -> list[Naming]:
    """The names in a pickle or a joblib file, compressed or not, which is read without running it."""
    return namings(read_pickle(decompressed(content)))


_READERS: dict[str, Reader] = {
    ".txt": namings_of_lines,
    ".json": namings_of_json,
    ".csv": namings_of_table(","),
    ".tsv": namings_of_table("\t"),
    ".yaml": namings_of_yaml,
    ".yml": namings_of_yaml,
    ".npy": namings_of_npy,
    ".npz": namings_of_npz,
    ".pbtxt": namings_of_label_map,
    **dict.fromkeys((".pkl", ".pickle", ".p", ".joblib"), _of_pickle),
}
#: What files of other names begin with.
_STARTS: dict[bytes, Reader] = {
    b"\x93NUMPY": namings_of_npy,
    b"PK\x03\x04": namings_of_npz,
    **dict.fromkeys((bytes([0x80, each]) for each in range(2, 6)), _of_pickle),
    **dict.fromkeys(COMPRESSED, _of_pickle),
}


def _by_content(content: bytes) -> Reader | None:
    found = next((reader for start, reader in _STARTS.items() if content.startswith(start)), None)
    return namings_of_lines if found is None and is_text(content) else found
