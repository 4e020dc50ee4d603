"""A small recurrent classifier as literal results of every stage, for reports to be made of."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType

import pytest

from tf1compat.discovery.findings import (
    Findings,
    InputFinding,
    LabelFinding,
    Layer,
    OutputFinding,
    Rnn,
    StatePairing,
    StatePiece,
    VariableFinding,
)
from tf1compat.graph.attributes import DType, Shape
from tf1compat.graph.model import Versions
from tf1compat.graph.protos import MetaGraph, SaverDef
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.plan.judge.judge import Judgement
from tf1compat.plan.judge.notes import Note
from tf1compat.plan.model import (
    ConstantPlan,
    InputBinding,
    LabelPlan,
    MigrationPlan,
    OutputBinding,
    Piece,
    SignaturePlan,
    VariablePlan,
)
from tf1compat.report.inspection import Inspection
from tf1compat.report.migration import MigrationResult
from tf1compat.rewrite.result import Change
from tf1compat.source.model import Checkpoint, LegacyModel
from tf1compat.verify.comparison import CaseResult, Comparison, OutputDifference

FLOAT, INT = DType("float32"), DType("int32")
_KEEP_PROB = Note("dropout-frozen", "keep_prob", "dropout is a training device", "fed as the constant 1.0")


def _ref(text: str) -> TensorRef:
    return TensorRef.parse(text)


@pytest.fixture
def findings() -> Findings:
    layer = Layer(
        "LSTM",
        28,
        ("rnn/kernel", "rnn/bias"),
        {"c": _ref("init_state"), "h": None},
        {"c": _ref("rnn/while/Exit_3"), "h": _ref("rnn/while/Exit_4")},
    )
    return Findings(
        inputs=(
            InputFinding(_ref("x"), FLOAT, Shape.of(None, None, 3), "data", True),
            InputFinding(_ref("y"), INT, Shape(), "label", False),
        ),
        outputs=(OutputFinding(_ref("Softmax"), FLOAT, Shape.of(None, 5), "probabilities"),),
        rnns=(Rnn("rnn", "dynamic", "forward", None, _ref("x"), _ref("rnn/transpose_1"), None, (layer,)),),
        pairings=(
            StatePairing(
                _ref("init_state"), "rnn", (StatePiece((0,), _ref("slice"), _ref("rnn/while/Exit_3"), "c"),)
            ),
        ),
        variables=(
            VariableFinding("rnn/kernel", FLOAT, Shape.of(31, 112), True, True, True, "rnn/kernel"),
            VariableFinding(
                "rnn/kernel/Adam", FLOAT, Shape.of(31, 112), False, True, False, "rnn/kernel/Adam"
            ),
        ),
        labels=(LabelFinding("checkpoint:class_mapping", 5, ("number", "url")),),
        frames=1,
        op_types={"Softmax": 1, "Placeholder": 2},
    )


@pytest.fixture
def model() -> LegacyModel:
    graph = from_text("""
        x = Placeholder() dtype=float32
        y = Placeholder() dtype=int32
        Softmax = Softmax(x) T=float32
    """)
    versioned = type(graph)(graph.nodes, versions=Versions(producer=24))
    nothing = MappingProxyType({})
    meta_graph = MetaGraph(
        versioned, "1.4.1", SaverDef("save/Const:0", "save/control:0", "save/all", 2), nothing, nothing, b""
    )
    checkpoint = Checkpoint(Path("dir/model"), "V2", {}, (Path("dir/model.data-00000-of-00001"),))
    return LegacyModel(
        "meta_graph", "dir/model", Path("dir/model.meta"), meta_graph, checkpoint, {}, 2_512_345, "sha256:0"
    )


@pytest.fixture
def inspection(model: LegacyModel, findings: Findings) -> Inspection:
    return Inspection(model, findings, Judgement(hazards=(_KEEP_PROB,)))


@pytest.fixture
def plan() -> MigrationPlan:
    inputs = (InputBinding("x", _ref("x"), FLOAT, Shape.of(None, None, 3)),)
    scores = OutputBinding(
        "probabilities", (Piece((), _ref("Softmax")),), FLOAT, Shape.of(None, 5), "probabilities"
    )
    state = OutputBinding(
        "state",
        (Piece((0,), _ref("rnn/while/Exit_3")), Piece((1,), _ref("rnn/while/Exit_4"))),
        FLOAT,
        Shape.of(2, None, 28),
        "state",
    )
    return MigrationPlan(
        "dir/model",
        "sha256:0",
        (SignaturePlan("serving_default", inputs, (scores, state)),),
        (ConstantPlan(_ref("keep_prob"), 1.0, FLOAT, "keep_prob"),),
        LabelPlan("checkpoint:class_mapping", ("number", "url", "date", "word", "email"), "probabilities"),
        (VariablePlan("rnn/kernel", "rnn/kernel", "", FLOAT, Shape.of(31, 112), True),),
        hazards=(_KEEP_PROB,),
    )


def _output(alias: str, largest: float | None, **changes: object) -> OutputDifference:
    values: dict[str, object] = {
        "alias": alias,
        "expected_dtype": "float32",
        "found_dtype": "float32",
        "expected_shape": (3, 5),
        "found_shape": (3, 5),
        "largest_absolute": largest,
        "largest_relative": largest,
        "excess": None if largest is None else largest - 1e-5,
        **changes,
    }
    return OutputDifference(**values)  # type: ignore[arg-type]


@pytest.fixture
def output() -> Callable[..., OutputDifference]:
    """Make one output's difference; the tolerance is 1e-5."""
    return _output


@pytest.fixture
def comparison() -> Comparison:
    """One that passed, with a case that the original refused."""
    wider = _output("probabilities", 2e-7, expected_shape=(1, 5), found_shape=(1, 5))
    return Comparison(
        (
            CaseResult("serving_default", "batch 3", (_output("probabilities", 3e-7), _output("state", 0.0))),
            CaseResult("serving_default", "batch 1", (wider,)),
            CaseResult("serving_default", "batch 0", refused="TensorArray has size zero"),
        ),
        1e-5,
        1e-5,
        "original graph",
        7,
        "2.21.0",
    )


@pytest.fixture
def result(plan: MigrationPlan, comparison: Comparison) -> MigrationResult:
    changes = (Change("prune", 900, "nodes that no signature needs"), Change("dropout", 0, "nothing"))
    return MigrationResult(Path("migrated"), plan, changes, comparison, 1, plan.signatures)
