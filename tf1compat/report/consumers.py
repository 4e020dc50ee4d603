"""What keeps a model from its consumers, as data and as sections of the inspection."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tf1compat.consumers import Obstacle, release
from tf1compat.report import wording
from tf1compat.report.document import Paragraph, Section, Table, section

_TITLES = {"tflite": "TensorFlow Lite", "onnx": "ONNX", "xla": "XLA"}


def to_json(consumers: Mapping[str, tuple[Obstacle, ...]]) -> dict[str, Any]:
    """By consumer, whether nothing is known to keep the model from it, and every obstacle."""
    return {
        name: {"possible": not found, "judged_by": release(name), "obstacles": list(map(_json, found))}
        for name, found in consumers.items()
    }


def _json(obstacle: Obstacle) -> dict[str, str]:
    return {
        "signature": obstacle.signature,
        "node": obstacle.node,
        "op": obstacle.op,
        "reason": obstacle.reason,
    }


def to_sections(consumers: Mapping[str, tuple[Obstacle, ...]]) -> Iterator[Section]:
    """A section for each consumer that was asked about."""
    for name, found in consumers.items():
        judged_by = Paragraph(f"Judged by what {release(name)} takes.")
        yield section(f"For {_TITLES.get(name, name)}", *_blocks(found), judged_by)


def _blocks(found: Iterable[Obstacle]) -> Iterator[Paragraph | Table]:
    rows = [(each.signature, wording.name(each.node), each.op, each.reason) for each in found]
    if rows:
        yield Paragraph("Not possible as it stands: --signature may leave out what depends on these nodes.")
        yield Table.of(("signature", "node", "op", "reason"), rows)
    else:
        yield Paragraph("Nothing of the migrated model is known to be in the way.")
