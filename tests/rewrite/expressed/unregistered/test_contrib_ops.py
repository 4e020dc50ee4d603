"""What the genuine ops of tf.contrib gave, held against the ops that they became and against numpy's form of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tf1compat.errors import RewriteError
from tf1compat.graph.lint import lint
from tf1compat.graph.model import Graph
from tf1compat.graph.text import from_text
from tf1compat.ops.unregistered import EXPRESSED
from tf1compat.rewrite.cleanup.prune import prune
from tf1compat.rewrite.expressed.unregistered import FORMS, express_unregistered

_DATA = Path(__file__).parents[1] / "data"
_RESAMPLER = """
    input0 = Placeholder() dtype=float32; shape=shape(None, None, None, None)
    input1 = Placeholder() dtype=float32; shape=shape(...)
    result = Resampler(input0, input1) T=float32
"""
_TRANSFORM = """
    input0 = Placeholder() dtype=uint8; shape=shape(None, None, None, None)
    input1 = Placeholder() dtype=float32; shape=shape(None, 8)
    result = ImageProjectiveTransform(input0, input1) dtype=uint8; interpolation="BILINEAR"
"""
_PRODUCT = """
    input0 = Placeholder() dtype=float32; shape=shape(None, None)
    input1 = Placeholder() dtype=float32; shape=shape(None, None)
    input2 = Placeholder() dtype=int64; shape=shape(None, 2)
    input3 = Const() dtype=bool; value=tensor(bool, False)
    input4 = Const() dtype=bool; value=tensor(bool, True)
    result = MaskedMatmul(input0, input1, input2, input3, input4)
"""
_TEXTS = {"Resampler": _RESAMPLER, "ImageProjectiveTransform": _TRANSFORM, "MaskedMatmul": _PRODUCT}


def known_cases() -> list[Any]:
    found = []
    for path in sorted(_DATA.glob("contrib_ops_*.npz")):
        with np.load(path) as archive:
            cases: dict[str, dict[str, Any]] = {}
            for name in archive.files:
                case, _, part = name.partition("/")
                cases.setdefault(case, {})[part] = archive[name]
        release = path.stem.removeprefix("contrib_ops_")
        found += [
            pytest.param(case.partition("-")[0], each, id=f"{release}-{case}") for case, each in cases.items()
        ]
    return found


def text_of(op: str, case: dict[str, Any]) -> str:
    """The graph of a case: its types, what it interpolates with, which factors are turned."""
    text = _TEXTS[op]
    if op == "ImageProjectiveTransform":
        kind = case["interpolation"].item().decode()
        text = text.replace("uint8", str(case["input0"].dtype)).replace("BILINEAR", kind)
    if op == "MaskedMatmul":
        before, first, rest = text.partition("False")
        assert first
        text = before + str(bool(case["input3"])) + rest.replace("True", str(bool(case["input4"])))
    return text


def rewritten(text: str) -> Graph:
    return prune(express_unregistered(from_text(text)).graph, ["result"]).graph


def test_every_form_is_one_that_discovery_lets_pass() -> None:
    assert FORMS.keys() - {"AccumulateNV2"} <= EXPRESSED  # that one is registered, without a kernel


@pytest.mark.parametrize("op", _TEXTS)
def test_none_is_left_and_a_second_time_nothing_changes(op: str) -> None:
    graph = rewritten(_TEXTS[op])
    assert lint(graph) == ()
    assert op not in {node.op for node in graph.nodes}
    assert graph["result"].op == "Identity"
    assert express_unregistered(graph).graph is graph


def test_other_graphs_are_left_alone() -> None:
    graph = from_text("x = Placeholder() dtype=float32\ny = Identity(x) T=float32")
    assert express_unregistered(graph).graph is graph


def test_what_is_transposed_only_when_it_runs_is_refused() -> None:
    late = _PRODUCT.replace("Const() dtype=bool; value=tensor(bool, False)", "Placeholder() dtype=bool")
    with pytest.raises(RewriteError, match=r"'result' \(MaskedMatmul\) learns only while it runs"):
        express_unregistered(from_text(late))


@pytest.mark.tensorflow
@pytest.mark.parametrize(("op", "case"), known_cases())
def test_gives_what_the_genuine_op_gave(op: str, case: dict[str, Any]) -> None:
    import tensorflow as tf

    from tf1compat.savedmodel.graph_def import graph_def_of

    graph = rewritten(text_of(op, case))
    with tf.Graph().as_default() as made, tf.compat.v1.Session(graph=made) as session:
        tf.graph_util.import_graph_def(graph_def_of(graph), name="")
        feeds = {f"{name}:0": value for name, value in case.items() if name in graph and name != "result"}
        found = session.run("result:0", feeds)
    np.testing.assert_allclose(found, case["result"], rtol=1e-5, atol=1e-5)


@pytest.mark.tensorflow
@pytest.mark.parametrize(("op", "case"), known_cases())
def test_so_does_what_verification_holds_it_against(op: str, case: dict[str, Any]) -> None:
    from tf1compat.restore.reference_kernels import contrib_ops

    inputs = [case[f"input{place}"] for place in range(5) if f"input{place}" in case]
    if op == "ImageProjectiveTransform":
        bilinear = case["interpolation"].item() == b"BILINEAR"
        found = contrib_ops.image_projective_transform(*inputs, bilinear=bilinear)
    else:
        found = {"Resampler": contrib_ops.resampler, "MaskedMatmul": contrib_ops.masked_matmul}[op](*inputs)
    np.testing.assert_allclose(found, case["result"], rtol=1e-5, atol=1e-5)
