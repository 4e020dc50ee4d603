"""Unrolled networks as text graphs: what `static_rnn` writes, with telling names.

Step t stands in the scope `{scope}/t`; it reads its input, states and weights there under the names that the bodies
of `loop_text` use, and makes the new states there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tests.discovery.loop_text import AXIS, GRU_INVARIANTS, LSTM_INVARIANTS, PLACEHOLDER, STEPS, ZEROS

LSTM_STATES = {"c": "zeros", "h": "zeros"}
CONSTANTS = PLACEHOLDER + STEPS + "\n" + ZEROS + AXIS


def unstack(count: int, *, whole: str = "x", name: str = "unstack", axis: int = 1) -> str:
    return f"{name} = Unpack({whole}) T=float32; num={count}; axis={axis}\n"


def pieces(count: int, name: str = "unstack") -> list[str]:
    return [f"{name}:{index}" if index else name for index in range(count)]


def one_step(body: str, at: str, given: Mapping[str, str]) -> str:
    """One call of a cell in the scope `at`, with the tensors that it is given by the names in its body."""
    lines = [f"{at}/step = NoOp()"]
    lines += [f"{at}/{name} = Identity({tensor}) T=float32" for name, tensor in given.items()]
    return "\n".join(lines) + body.replace("~", f"{at}/")


def unrolled(
    body: str,
    states: Mapping[str, str],
    weights: Mapping[str, str],
    inputs: Iterable[str],
    scope: str = "rnn",
) -> str:
    """A network whose steps read these inputs, from the states with these initial tensors."""
    text, current = "", dict(states)
    for number, each in enumerate(inputs):
        at = f"{scope}/{number}"
        text += one_step(body, at, {"x": each, **current, **weights})
        current = {part: f"{at}/{part}_new" for part in states}
    return text


def with_lengths(body: str, parts: Iterable[str]) -> str:
    """A cell's body in which the new states, and the output `out`, are held back where `ended` says so."""
    body += "~out = Select(~ended, nothing, ~h_fresh) T=float32\n"
    for part in parts:
        body = body.replace(f"~{part}_new", f"~{part}_fresh")
        body += f"~{part}_new = Select(~ended, ~{part}, ~{part}_fresh) T=float32\n"
    return body


__all__ = [
    "CONSTANTS",
    "GRU_INVARIANTS",
    "LSTM_INVARIANTS",
    "LSTM_STATES",
    "one_step",
    "pieces",
    "unrolled",
    "unstack",
    "with_lengths",
]
