"""Label maps of the Object Detection API: `item { id: 1 name: 'cat' display_name: 'Cat' }` in protobuf's text form.

Their numbers begin at 1, 0 being kept for the background, and may leave gaps.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tf1compat.source.labels.order import Naming, naming_of_map
from tf1compat.source.labels.texts import decoded

_TOKEN = re.compile(
    r"""\s+|\#[^\n]*|(?P<text>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|(?P<word>[\w.+-]+)|(?P<mark>[{}<>\[\]:,;])""",
    re.VERBOSE,
)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|x[0-9a-fA-F]{1,2}|.)", re.DOTALL)
_MEANT = {b"n": b"\n", b"t": b"\t", b"r": b"\r"}
_OPENS = frozenset({"{", "<"})
_CLOSES = frozenset({"}", ">"})


def namings_of_label_map(content: bytes) -> list[Naming]:
    """The names of the items, by `display_name` where they have one; raises ValueError."""
    pairs = []
    for item in _items(list(_tokens(decoded(content)))):
        name = item.get("display_name") or item.get("name")
        if name is None or not item.get("id", "").isdecimal():
            raise ValueError(f"an item of the label map has no name, or no id ({item})")
        pairs.append((int(item["id"]), name))
    if not pairs:
        raise ValueError("it is no label map: it has no 'item { id: 1 name: ... }'")
    return [naming_of_map(pairs)]


def _tokens(text: str) -> Iterator[str]:
    position = 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            raise ValueError(
                f"it is no label map: {text[position : position + 20]!r} is not protobuf's text form"
            )
        if found.lastgroup:
            yield found[0]
        position = found.end()


def _items(tokens: list[str]) -> Iterator[dict[str, str]]:
    """The fields of each item; messages inside an item, as of key points, are passed over."""
    depth, item, place = 0, {"": ""}, 0
    while place < len(tokens):
        token, following = tokens[place], tokens[place + 1 : place + 3]
        if token in _CLOSES:
            depth -= 1
            if depth == 0 and item.pop("", "") == "item":
                yield item
        elif token in _OPENS:
            depth += 1
        elif depth == 0 and token not in (":", ",", ";"):
            item = {"": token}
        elif depth == 1 and len(following) == 2 and following[0] == ":" and following[1] not in _OPENS:
            item[token] = _unquoted(following[1])
            place += 2
        place += 1
    if depth:
        raise ValueError("it is no label map: its braces do not match")


def _unquoted(token: str) -> str:
    if token[0] not in "'\"":
        return token
    return _ESCAPE.sub(_escaped, token[1:-1].encode()).decode("utf-8", "backslashreplace")


def _escaped(match: re.Match[bytes]) -> bytes:
    code = match[1]
    if code[:1] in b"01234567":
        return bytes([int(code, 8) & 255])
    if code[:1] == b"x" and len(code) > 1:
        return bytes([int(code[1:], 16)])
    return _MEANT.get(code, code)
