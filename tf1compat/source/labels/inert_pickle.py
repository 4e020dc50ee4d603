"""Pickles read without running anything that they name.

A pickle is a program for a stack machine. Here that machine is walked opcode by opcode with the argument readers of
Python's disassembler (`pickletools`): no unpickler runs, nothing is imported, and what the program would call is
noted down as a `Made`. Which names may be noted stands in `inert_values`; whatever else a pickle names is refused.
"""

from __future__ import annotations

import codecs
import io
import pickle
import pickletools
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, BinaryIO

from tf1compat.source.labels.inert_data import Frozen, Made, Name, ObjectArray, Pairs
from tf1compat.source.labels.inert_values import known_name, plain
from tf1compat.source.labels.joblib_array import is_wrapper, read_wrapped

Reader = Callable[[BinaryIO], Any]
Action = Callable[[Any], None]

_MOST_OPCODES = 5_000_000
#: All that a damaged pickle makes the walk raise.
_FAILURES = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    OverflowError,
    MemoryError,
    RecursionError,
)
_MARK = object()

_TEXTS_OF_PYTHON_2 = frozenset({"BINSTRING", "SHORT_BINSTRING"})
_VALUES = frozenset({
    "STRING", "INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "BINBYTES", "SHORT_BINBYTES",
    "BINBYTES8", "UNICODE", "SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8", "FLOAT", "BINFLOAT",
})  # fmt: skip
_CONSTANTS: dict[str, Any] = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False, "EMPTY_TUPLE": ()}
_IGNORED = frozenset({"PROTO", "FRAME"})


def read_pickle(content: bytes) -> Any:
    """The plain data in a pickle or an uncompressed joblib file; raises ValueError for anything else in it.

    Texts that Python 2 wrote come as bytes, a set as `Frozen`, an array of objects as `ObjectArray`.
    """
    try:
        return plain(_Machine(io.BytesIO(content)).run())
    except _FAILURES as error:
        raise ValueError(f"its pickled content is refused: {str(error) or 'it is damaged'}") from error


def read_inert(content: bytes) -> ObjectArray:
    """The array of objects in a pickle, as `.npy` files hold one; raises ValueError."""
    value = read_pickle(content)
    if not isinstance(value, ObjectArray):
        raise ValueError("its pickled content is not an array of objects")
    return value


class _Machine:
    """The stack, the memo, and what each opcode does to them."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._stack: list[Any] = []
        self._memo: dict[int, Any] = {}
        self._table = dict(self._actions())

    def _actions(self) -> Iterator[tuple[bytes, tuple[Reader | None, Action]]]:
        """What reads the argument of each opcode that is known here, and what is done with it."""
        for opcode in pickletools.opcodes:
            reader: Any = None if opcode.arg is None else opcode.arg.reader
            action = self._action(opcode.name)
            if action is not None:
                yield opcode.code.encode("latin-1"), (_quoted if opcode.name == "STRING" else reader, action)

    def _action(self, name: str) -> Action | None:
        if name in _VALUES:
            return self._stack.append
        if name in _TEXTS_OF_PYTHON_2:
            return self._push_bytes
        if name in _CONSTANTS:
            return partial(self._push_constant, _CONSTANTS[name])
        if name in _IGNORED:
            return _ignore
        return getattr(self, f"_op_{name.lower()}", None)

    def run(self) -> Any:
        """What lies on the stack in the end."""
        read, table = self._file.read, self._table
        for _ in range(_MOST_OPCODES):
            code = read(1)
            if code == pickle.STOP:
                return self._stack.pop()
            if code not in table:
                raise ValueError(_unknown(code))
            reader, action = table[code]
            action(None if reader is None else reader(self._file))
        raise ValueError(f"it has more than {_MOST_OPCODES:,} opcodes")

    def _push_bytes(self, text: str) -> None:
        self._stack.append(text.encode("latin-1"))

    def _push_constant(self, value: Any, _: Any) -> None:
        self._stack.append(value)

    def _above_mark(self) -> list[Any]:
        """What was pushed since the last mark, which is taken off with it."""
        place = len(self._stack) - 1
        while self._stack[place] is not _MARK:
            place -= 1
            if place < 0:
                raise ValueError("a mark is missing")
        above = self._stack[place + 1 :]
        del self._stack[place:]
        return above

    # ------------------------------------------------------------------------------------------- the stack

    def _op_mark(self, _: Any) -> None:
        self._stack.append(_MARK)

    def _op_pop(self, _: Any) -> None:
        self._stack.pop()

    def _op_pop_mark(self, _: Any) -> None:
        self._above_mark()

    def _op_dup(self, _: Any) -> None:
        self._stack.append(self._stack[-1])

    def _op_put(self, index: int) -> None:
        self._memo[index] = self._stack[-1]

    def _op_memoize(self, _: Any) -> None:
        self._memo[len(self._memo)] = self._stack[-1]

    def _op_get(self, index: int) -> None:
        self._stack.append(self._memo[index])

    _op_binput = _op_long_binput = _op_put
    _op_binget = _op_long_binget = _op_get

    # ------------------------------------------------------------------------------------------ containers

    def _op_empty_list(self, _: Any) -> None:
        self._stack.append([])

    def _op_list(self, _: Any) -> None:
        self._stack.append(self._above_mark())

    def _op_append(self, _: Any) -> None:
        value = self._stack.pop()
        _items(self._stack[-1]).append(value)

    def _op_appends(self, _: Any) -> None:
        values = self._above_mark()
        _items(self._stack[-1]).extend(values)

    def _op_tuple(self, _: Any) -> None:
        self._stack.append(tuple(self._above_mark()))

    def _op_tuple1(self, _: Any) -> None:
        self._stack[-1:] = [(self._stack[-1],)]

    def _op_tuple2(self, _: Any) -> None:
        self._stack[-2:] = [(self._stack[-2], self._stack[-1])]

    def _op_tuple3(self, _: Any) -> None:
        self._stack[-3:] = [(self._stack[-3], self._stack[-2], self._stack[-1])]

    def _op_empty_dict(self, _: Any) -> None:
        self._stack.append(Pairs())

    def _op_dict(self, _: Any) -> None:
        self._stack.append(Pairs(_by_two(self._above_mark())))

    def _op_setitem(self, _: Any) -> None:
        value, key = self._stack.pop(), self._stack.pop()
        _pairs(self._stack[-1]).append((key, value))

    def _op_setitems(self, _: Any) -> None:
        values = self._above_mark()
        _pairs(self._stack[-1]).extend(_by_two(values))

    def _op_empty_set(self, _: Any) -> None:
        self._stack.append(Frozen())

    def _op_additems(self, _: Any) -> None:
        self._above_mark()
        if not isinstance(self._stack[-1], Frozen):
            raise ValueError("items are added to what is no set")

    def _op_frozenset(self, _: Any) -> None:
        self._above_mark()
        self._stack.append(Frozen())

    def _op_bytearray8(self, content: bytearray) -> None:
        self._stack.append(bytes(content))

    # ----------------------------------------------------------------------------------- what would be called

    def _op_global(self, argument: str) -> None:
        module, _, name = argument.partition(" ")
        self._stack.append(known_name(module, name))

    def _op_stack_global(self, _: Any) -> None:
        name, module = self._stack.pop(), self._stack.pop()
        self._stack.append(known_name(str(module), str(name)))

    def _op_reduce(self, _: Any) -> None:
        arguments, name = self._stack.pop(), self._stack.pop()
        self._stack.append(_made(name, arguments))

    _op_newobj = _op_reduce

    def _op_newobj_ex(self, _: Any) -> None:
        self._stack.pop()
        self._op_reduce(None)

    def _op_obj(self, _: Any) -> None:
        name, *arguments = self._above_mark()
        self._stack.append(_made(name, tuple(arguments)))

    def _op_inst(self, argument: str) -> None:
        arguments = tuple(self._above_mark())
        self._op_global(argument)
        self._stack.append(_made(self._stack.pop(), arguments))

    def _op_build(self, _: Any) -> None:
        state = self._stack.pop()
        target = self._stack[-1]
        if not isinstance(target, Made):
            raise ValueError("it gives a state to what has none")
        target.state = state
        if is_wrapper(target):
            target.value = read_wrapped(target, self._file, lambda: _Machine(self._file).run())


def _made(name: Any, arguments: Any) -> Made:
    if not isinstance(name, Name) or not isinstance(arguments, tuple):
        raise ValueError("it calls what is not a name")
    return Made(name, arguments)


def _items(target: Any) -> list[Any]:
    if isinstance(target, list):
        return target
    if isinstance(target, Made):
        return target.items
    raise ValueError("it appends to what is no list")


def _pairs(target: Any) -> list[tuple[Any, Any]]:
    if isinstance(target, Pairs):
        return target.pairs
    if isinstance(target, Made):
        return target.pairs
    raise ValueError("it sets items of what is no mapping")


def _by_two(values: list[Any]) -> list[tuple[Any, Any]]:
    return list(zip(values[::2], values[1::2], strict=True))


def _ignore(_: Any) -> None:
    pass


def _unknown(code: bytes) -> str:
    if not code:
        return "it is cut short"
    names = [each.name for each in pickletools.opcodes if each.code.encode("latin-1") == code]
    return (
        f"its opcode {names[0]} refers to what is not in the file" if names else f"it has no opcode {code!r}"
    )


def _quoted(file: BinaryIO) -> bytes:
    """A text as protocol 0 of Python 2 spelled it: `'caf\\xc3\\xa9'`."""
    text = file.readline().rstrip(b"\n")
    if len(text) < 2 or text[:1] != text[-1:] or text[:1] not in (b"'", b'"'):
        raise ValueError("a text has no quotes")
    return codecs.escape_decode(text[1:-1])[0]
