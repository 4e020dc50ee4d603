"""What a pickle may name, and the plain data that stands for it.

Only what keeps class names is here: Python's containers, numpy's arrays and scalars, the encoders of scikit-learn and
the wrapper of joblib. None of them is imported; each is read off its arguments and its state.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import numpy as np

from tf1compat.source.labels.inert_data import Frozen, Made, Name, ObjectArray, Pairs

_DEEPEST = 20
_PLAIN_TYPE = re.compile(r"([biufc]\d+|[US]\d+)\Z")
_OBJECTS = re.compile(r"O\d*\Z")
_BYTE_ORDERS = ("|", "<", ">", "=")


def known_name(module: str, name: str) -> Name:
    """The name if it is one of those that stand here; raises ValueError."""
    today = Name(_today(module, name), name)
    if str(today) not in _MEANINGS and today.module != "numpy.type":
        raise ValueError(f"it names {module}.{name}, which is not run")
    return today


_MODULES = MappingProxyType({
    "__builtin__": "builtins", "copy_reg": "copyreg", "numpy._core.multiarray": "numpy.core.multiarray",
    "numpy._core.numeric": "numpy.core.numeric", "sklearn.externals.joblib.numpy_pickle": "joblib.numpy_pickle",
    "sklearn.preprocessing.label": "sklearn.preprocessing", "sklearn.preprocessing._label": "sklearn.preprocessing",
    "sklearn.preprocessing.data": "sklearn.preprocessing", "sklearn.preprocessing._data": "sklearn.preprocessing",
    "sklearn.preprocessing._encoders": "sklearn.preprocessing",
})  # fmt: skip
_NUMPY_TYPE = re.compile(
    r"(u?int|float|complex)\d+|bool_?|str_|bytes_|object_|u?int_|float_|str|bytes|object\Z"
)


def _today(module: str, name: str) -> str:
    if module == "numpy" and _NUMPY_TYPE.fullmatch(name):
        return "numpy.type"  # a type by itself, as encoders keep that of their result
    return _MODULES.get(module, module)


def plain(value: Any) -> Any:
    """Containers, texts, numbers and arrays, with nothing of the pickle left; raises ValueError."""
    return _Plain().of(value, 0)


class _Plain:
    """Turns each object into plain data once, however often it is referred to."""

    def __init__(self) -> None:
        self._done: dict[int, Any] = {}
        self._open: set[int] = set()

    def of(self, value: Any, depth: int = 1) -> Any:
        if not isinstance(value, (list, tuple, Pairs, Made)):
            return value
        key = id(value)
        if key in self._open or depth > _DEEPEST:
            raise ValueError("it contains itself" if key in self._open else "it is nested too deep")
        if key not in self._done:
            self._open.add(key)
            self._done[key] = self._of(value, depth + 1)
            self._open.discard(key)
        return self._done[key]

    def _of(self, value: Any, depth: int) -> Any:
        if isinstance(value, Pairs):
            return self.dictionary(value.pairs, depth)
        if isinstance(value, Made):
            return _MEANINGS[str(value.name)](self, value, depth)
        found = [self.of(each, depth) for each in value]
        return tuple(found) if isinstance(value, tuple) else found

    def dictionary(self, pairs: list[tuple[Any, Any]], depth: int) -> dict[Any, Any]:
        found = {}
        for key, value in pairs:
            given = self.of(key, depth)
            if not isinstance(given, (str, bytes, int, float, type(None))):
                raise ValueError("a key of a dictionary is neither a name nor a number")
            found[given] = self.of(value, depth)
        return found


_Meaning = Callable[[_Plain, Made, int], Any]

# ------------------------------------------------------------------------------------------- Python's own


def _dictionary(reader: _Plain, made: Made, depth: int) -> Any:
    """`OrderedDict`, `Counter` and the like, of what they are called with and what is set then."""
    given = made.arguments[:1]
    if made.name.name == "defaultdict":
        return reader.dictionary(made.pairs, depth)
    start = reader.of(given[0], depth) if given else {}
    pairs = list(start.items()) if isinstance(start, dict) else [tuple(each) for each in start]
    if any(len(each) != 2 for each in pairs):
        raise ValueError("what a dictionary is made of are no pairs")
    return reader.dictionary([*pairs, *made.pairs], depth)


def _list(reader: _Plain, made: Made, depth: int) -> Any:
    given = reader.of(made.arguments[0], depth) if made.arguments else []
    if not isinstance(given, (list, tuple)):
        raise ValueError(f"a {made.name.name} is made of what is none")
    found = [*given, *(reader.of(each, depth) for each in made.items)]
    return tuple(found) if made.name.name == "tuple" else found


def _set(_: _Plain, __: Made, ___: int) -> Any:
    return Frozen()


def _bytes(reader: _Plain, made: Made, depth: int) -> bytes:
    """How protocols before 3 spell bytes: `_codecs.encode(text, 'latin1')`, or `bytes()`."""
    if not made.arguments:
        return b""
    text, encoding = (*made.arguments, None)[:2]
    if isinstance(text, Made):
        text = reader.of(text, depth)
    if encoding is None and isinstance(text, bytes):  # bytearray(b"...")
        return text
    if not isinstance(text, str) or encoding not in ("latin1", "latin-1", b"latin1", b"latin-1"):
        raise ValueError("bytes are spelled in an unusual way")
    return text.encode("latin-1")


def _instance(reader: _Plain, made: Made, depth: int) -> Any:
    """`copyreg._reconstructor(class, object, None)`: how protocols before 2 spell an object of a class."""
    (of_class, *_) = made.arguments
    if not isinstance(of_class, Name):
        raise ValueError("an object of no class lies inside")
    inner = Made(of_class, (), made.state, made.items, made.pairs)
    return _MEANINGS[str(of_class)](reader, inner, depth)


def _no_data(_: _Plain, made: Made, __: int) -> Any:
    raise ValueError(f"it calls {made.name}, which gives no names")


# ------------------------------------------------------------------------------------------------ numpy


def type_of(reader: _Plain, made: Any, depth: int) -> np.dtype[Any]:
    """The plain type that a pickled dtype is; raises ValueError for a structured or an unusual one."""
    if not isinstance(made, Made) or str(made.name) != "numpy.dtype":
        raise ValueError("an array of no type lies inside")
    code = _ascii(reader.of(made.arguments[0], depth))
    state = made.state or (3, "|", None)
    order = _ascii(state[1])
    if _OBJECTS.match(code):
        return np.dtype(object)
    if (
        not _PLAIN_TYPE.match(code)
        or order not in _BYTE_ORDERS
        or any(each is not None for each in state[2:5])
    ):
        raise ValueError("a value of an unusual type lies inside")
    return np.dtype(order + code)


def type_of_made(made: Any) -> np.dtype[Any]:
    """`type_of` a dtype by itself."""
    return type_of(_Plain(), made, 0)


def _ascii(text: Any) -> str:
    return text.decode("ascii") if isinstance(text, bytes) else str(text)


def _array(reader: _Plain, made: Made, depth: int) -> Any:
    """An array by `_reconstruct` and its state, or by `_frombuffer`."""
    if made.name.name == "_frombuffer":
        content, dtype, shape, order = made.arguments
        return filled(
            reader.of(content, depth), type_of(reader, dtype, depth), shape, is_fortran=order == "F"
        )
    _, shape, dtype, is_fortran, content = made.state
    held = reader.of(content, depth)
    kind = type_of(reader, dtype, depth)
    if kind == np.dtype(object):
        if not isinstance(held, list) or len(held) != _size(shape):
            raise ValueError("an array of objects is not filled")
        return ObjectArray(tuple(shape), held)
    return filled(held, kind, shape, is_fortran=bool(is_fortran))


def filled(content: Any, dtype: np.dtype[Any], shape: Any, *, is_fortran: bool) -> np.ndarray[Any, Any]:
    """The array of these bytes; raises ValueError where there are fewer or more than it takes."""
    if not isinstance(content, bytes) or _size(shape) * dtype.itemsize != len(content) or not dtype.itemsize:
        raise ValueError(f"what is there does not make an array of {dtype} of shape {shape}")
    array: np.ndarray[Any, Any] = np.frombuffer(content, dtype).reshape(
        shape, order="F" if is_fortran else "C"
    )
    return array


def _size(shape: Any) -> int:
    if (
        not isinstance(shape, tuple)
        or len(shape) > 32
        or not all(type(each) is int and each >= 0 for each in shape)
    ):
        raise ValueError("an array has no shape")
    return math.prod(shape)


def _scalar(reader: _Plain, made: Made, depth: int) -> Any:
    dtype, content = made.arguments
    return filled(reader.of(content, depth), type_of(reader, dtype, depth), (), is_fortran=False).item()


def _wrapped(_: _Plain, made: Made, __: int) -> Any:
    if made.value is None:
        raise ValueError("an array of joblib's is missing")
    return made.value


# ------------------------------------------------------------------------------------------ scikit-learn


def _encoder(reader: _Plain, made: Made, depth: int) -> Any:
    """The classes of an encoder, by the name of the attribute that holds them."""
    state = reader.of(made.state, depth)
    attribute = "categories_" if made.name.name == "OneHotEncoder" else "classes_"
    held = state.get(attribute, state.get(attribute.encode())) if isinstance(state, dict) else None
    if held is None:
        raise ValueError(f"the {made.name.name} in it has no {attribute}; it was not fitted, or to numbers")
    if attribute == "categories_":
        if len(held) != 1:
            raise ValueError(f"the OneHotEncoder in it is of {len(held)} columns; class labels are one")
        (held,) = held
    return {attribute: held}


_MEANINGS: dict[str, _Meaning] = {
    "builtins.dict": _dictionary,
    **{f"collections.{name}": _dictionary for name in ("OrderedDict", "Counter", "defaultdict")},
    **dict.fromkeys(("builtins.list", "builtins.tuple", "collections.deque"), _list),
    **dict.fromkeys(("builtins.set", "builtins.frozenset"), _set),
    **dict.fromkeys(("builtins.bytes", "builtins.bytearray", "_codecs.encode"), _bytes),
    **dict.fromkeys((
            "builtins.object", "builtins.int", "builtins.long", "builtins.str", "builtins.unicode", "builtins.float",
            "numpy.ndarray",
        ), _no_data),
    "copyreg._reconstructor": _instance,
    "numpy.dtype": _no_data,
    "numpy.core.multiarray._reconstruct": _array,
    "numpy.core.numeric._frombuffer": _array,
    "numpy.core.multiarray.scalar": _scalar,
    "joblib.numpy_pickle.NumpyArrayWrapper": _wrapped,
    **dict.fromkeys(
        (
            "sklearn.preprocessing.LabelEncoder", "sklearn.preprocessing.LabelBinarizer",
            "sklearn.preprocessing.MultiLabelBinarizer", "sklearn.preprocessing.OneHotEncoder",
        ),
        _encoder,
    ),
}  # fmt: skip
