"""Where ops stand that TensorFlow 2 cannot run, whether or not an output needs them."""

from __future__ import annotations

import pytest

from tests.discovery.model_text import CLASSIFIER
from tf1compat.discovery.findings import UnsupportedOp
from tf1compat.discovery.unsupported import find_unsupported
from tf1compat.graph.text import from_text


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("odd = PyFunc(x) Tin=[float32]; Tout=[float32]", "python"),
        ("odd = FIFOQueueV2() component_types=[float32]\nodd2 = QueueDequeueV2(odd)", "pipeline"),
        ("odd = FIFOQueueV2() component_types=[float32]\nodd2 = QueueSizeV2(odd)", "pipeline-state"),
        ("odd = CudnnRNN(x, x, x, x) num_proj=2", "opaque-weights"),
        ("odd = ZeroOut(x) T=float32", "unregistered"),
        ("odd = Rint(x) T=float16", "no-kernel"),
    ],
)
def test_an_op_is_found_by_why_it_cannot_run(line: str, kind: str) -> None:
    (found,) = find_unsupported(from_text(CLASSIFIER + line + "\n"))
    assert (found.kind, found.node) == (kind, "odd2" if "odd2" in line else "odd")


def test_a_sum_over_replicas_is_found_with_what_it_is_divided_by() -> None:
    added = "sum = HorovodAllreduce(x) T=float32\nmade = RealDiv(sum, four) T=float32\n"
    added += "four = Const() dtype=float32; value=tensor(float32, 4.0)\n"
    assert find_unsupported(from_text(CLASSIFIER + added)) == (UnsupportedOp("sum", "replicas", divisor=4.0),)


def test_a_graph_of_registered_ops_has_none() -> None:
    assert find_unsupported(from_text(CLASSIFIER)) == ()
    unprojected = "rnn = CudnnRNN(x, x, x, x) num_proj=0\n"
    assert find_unsupported(from_text(CLASSIFIER + unprojected)) == ()
