"""The original is run without what acts aside, and not at all where it touches the machine."""

from __future__ import annotations

import pytest

from tests.discovery.model_text import model_of
from tf1compat.errors import RestoreError
from tf1compat.graph.attributes import DType, Shape
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.plan.model import InputBinding, MigrationPlan, OutputBinding, Piece, SignaturePlan

pytestmark = pytest.mark.tensorflow

FLOAT, ANY = DType("float32"), Shape()
TEXT = """
    x = Placeholder() dtype=float32
    path = Const() dtype=string; value=tensor(string, "/etc/hostname")
    call = PyFunc(x) Tin=[float32]; Tout=[float32]
    contents = ReadFile(path)
    length = StringLength(contents)
    hidden = Mul(x, length, ^call) T=float32
    y = Identity(hidden) T=float32
"""


def plan(*inputs: str, allow: tuple[str, ...] = ()) -> MigrationPlan:
    entries = tuple(InputBinding(each, TensorRef(each), FLOAT, ANY) for each in inputs)
    output = OutputBinding("o", (Piece((), TensorRef("y")),), FLOAT, ANY)
    signature = SignaturePlan("serving_default", entries, (output,))
    return MigrationPlan("model", "sha256:0", (signature,), allow=allow)


def test_nobody_waits_for_what_acts_aside() -> None:
    from tf1compat.verify.original.running import without_aside

    graph = from_text(TEXT)
    parted = without_aside(model_of(graph), graph, plan("x"))
    assert parted.meta_graph.graph["hidden"].control_inputs == ()
    plain = model_of(from_text(TEXT.replace(", ^call", "")))
    assert without_aside(plain, plain.meta_graph.graph, plan("x")) is plain


def test_what_touches_the_machine_is_refused_unless_it_is_fed_or_allowed() -> None:
    from tf1compat.verify.original.running import refuse_touching

    graph = from_text(TEXT.replace(", ^call", ""))
    with pytest.raises(RestoreError, match=r"'contents' \(ReadFile\) reads a file .*--allow ReadFile"):
        refuse_touching(graph, plan("x"), {})
    refuse_touching(graph, plan("x", "contents"), {})
    refuse_touching(graph, plan("x", allow=("ReadFile",)), {})
