"""Class names in JSON and YAML. Of YAML only plain data is read: a tag, an anchor or an alias is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from tf1compat.source.labels.inert_data import Pairs
from tf1compat.source.labels.order import Naming
from tf1compat.source.labels.structures import namings
from tf1compat.source.labels.texts import decoded

_DEEPEST = 20
_INTEGER = re.compile(r"-?\d{1,9}\Z")
_CORE_TAGS = (
    "tag:yaml.org,2002:str",
    "tag:yaml.org,2002:int",
    "tag:yaml.org,2002:map",
    "tag:yaml.org,2002:seq",
)


def namings_of_json(content: bytes) -> list[Naming]:
    """The names in a JSON document; raises ValueError."""
    try:
        value = json.loads(content, object_pairs_hook=Pairs)
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"it is not JSON ({error})") from error
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
    return namings(value)


def namings_of_yaml(content: bytes) -> list[Naming]:
    """The names in a YAML document; raises ValueError, also where PyYAML is not installed."""
    try:
        import yaml
    except ImportError as error:
        raise ValueError(
            "reading YAML takes PyYAML, which is not installed; run: pip install 'tf1compat[labels]', or write a .json"
        ) from error
    try:
        events = yaml.parse(decoded(content), Loader=yaml.SafeLoader)
        value = _Document(events).value()
    except yaml.YAMLError as error:
        raise ValueError(f"it is not YAML ({' '.join(str(error).split())})") from error
    return namings(value)


class _Document:
    """Builds plain data from the parser's events: nothing is constructed by name, and texts stay as they are written.

    So a class may be called `no`, `null` or `1.0`; a number of digits without quotes is one.
    """

    def __init__(self, events: Iterator[Any]) -> None:
        self._events = events

    def value(self) -> Any:
        """The one document's content; raises ValueError for none, or several."""
        event = self._next()
        while type(event).__name__ in ("StreamStartEvent", "DocumentStartEvent"):
            event = self._next()
        if type(event).__name__ == "StreamEndEvent":
            raise ValueError("it holds nothing")
        value = self._of(event, 0)
        self._next()
        if type(self._next()).__name__ != "StreamEndEvent":
            raise ValueError("it holds several documents")
        return value

    def _next(self) -> Any:
        event = next(self._events)
        where = f"line {event.start_mark.line + 1}"
        if type(event).__name__ == "AliasEvent" or getattr(event, "anchor", None) is not None:
            raise ValueError(f"{where} has an anchor or an alias, which class names do without")
        tag = getattr(event, "tag", None)
        if tag not in (None, "!", *_CORE_TAGS):
            raise ValueError(f"{where} has the tag '{tag}', which is not run")
        return event

    def _of(self, event: Any, depth: int) -> Any:
        if depth > _DEEPEST:
            raise ValueError("it is nested too deep")
        kind = type(event).__name__
        if kind == "ScalarEvent":
            plain = event.style is None and _INTEGER.match(event.value)
            return int(event.value) if plain else event.value
        if kind == "SequenceStartEvent":
            return list(self._until("SequenceEndEvent", depth))
        found = list(self._until("MappingEndEvent", depth))
        return Pairs(list(zip(found[::2], found[1::2], strict=True)))

    def _until(self, end: str, depth: int) -> Iterator[Any]:
        event = self._next()
        while type(event).__name__ != end:
            yield self._of(event, depth + 1)
            event = self._next()
