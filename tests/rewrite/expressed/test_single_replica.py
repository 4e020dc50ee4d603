"""What replicas said to each other is what one replica has by itself."""

from __future__ import annotations

import pytest

from tf1compat.analysis.replicas import averages_over_replicas
from tf1compat.graph.lint import lint
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.rewrite.expressed.single_replica import keep_one_replica

X = "x = Placeholder() dtype=float32; shape=shape(None)\ngroups = Const() dtype=int32; value=tensor(int32, [[0, 1]])\n"


@pytest.mark.parametrize(
    "node",
    ["CrossReplicaSum(x, groups) T=float32", "HorovodAllreduce(x) T=float32; reduce_op=1",
     "HorovodBroadcast(x) T=float32; root_rank=0", "HorovodAllgather(x) T=float32", "NcclAllReduce(x) T=float32",
     "TPUReplicatedInput(x, x) T=float32; N=2", "CollectiveReduce(x) T=float32; group_size=1"],
)  # fmt: skip
def test_each_passes_its_value_on(node: str) -> None:
    graph = from_text(f"{X}y = {node}\nz = Neg(y) T=float32\n")
    after = keep_one_replica(graph).graph
    assert lint(after) == ()
    assert (after["y"].op, after["y"].inputs) == ("Identity", (TensorRef("x"),))
    assert keep_one_replica(after).graph is after


def test_every_output_of_a_replicated_result_is_the_same() -> None:
    text = f"{X}y = TPUReplicatedOutput(x) T=float32; num_replicas=2\nz = Neg(y:1) T=float32\n"
    after = keep_one_replica(from_text(text)).graph
    assert lint(after) == ()
    assert after["z"].inputs == (TensorRef("y"),)


def test_an_announcement_says_nothing() -> None:
    after = keep_one_replica(
        from_text(f"{X}tpu = TPUReplicateMetadata() num_replicas=2\ny = Neg(x, ^tpu) T=float32")
    ).graph
    assert after["tpu"].op == "NoOp"
    assert not after["tpu"].attrs


@pytest.mark.parametrize(
    "node",
    ["NcclAllReduce(x) T=float32; num_devices=2", "HorovodAllreduce(x) T=float32; postscale_factor=0.25"],
)
def test_what_needs_others_is_left_alone(node: str) -> None:
    graph = from_text(f"{X}y = {node}\n")
    assert keep_one_replica(graph).graph is graph


def test_an_average_is_told_by_what_its_sum_is_divided_by() -> None:
    text = f"{X}sum = CrossReplicaSum(x, groups) T=float32\npart = Const() dtype=float32; value=tensor(float32, 0.25)\n"
    text += "cast = Identity(sum) T=float32\ny = Mul(cast, part) T=float32\n"
    ((node, divisor),) = averages_over_replicas(from_text(text))
    assert (node.name, divisor) == ("sum", 4.0)
    assert list(averages_over_replicas(from_text(text.replace("0.25", "1.0")))) == []
