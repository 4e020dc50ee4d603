from tests.discovery.model_text import flow_of
from tests.discovery.outputs.two_networks import arranged, layer, placeholder
from tf1compat.discovery.outputs.networks.replicas import replica_hazards

PARTS = placeholder("x", 3) + "axis = Const() dtype=int32; value=tensor(int32, 0)\n"
SPLIT = (
    PARTS + "parts = Split(axis, x) T=float32; num_split=2; _output_shapes=[shape(None, 3), shape(None, 3)]\n"
)


def towers(first: str, second: str) -> str:
    return layer("a", first, 3, 2) + layer("a_1", second, 3, 2, "a/w")


def hazards(text: str) -> list[tuple[str, str, str]]:
    notes = replica_hazards(flow_of(text), (), arranged(text).outputs, ())
    return [(each.code, each.node, each.remedy) for each in notes]


def test_that_a_replica_takes_a_part_is_told_with_the_signature_that_feeds_it() -> None:
    ((code, node, remedy),) = hazards(SPLIT + towers("parts", "parts:1"))
    assert (code, node) == ("replica-part", "parts")
    assert "serving_default(parts) -> " in remedy


def test_parts_that_are_cut_out_one_by_one_are_told_too() -> None:
    cuts = "".join(
        f"{name} = StridedSlice(x, axis, axis, axis) T=float32; _output_shapes=[shape(None, 3)]\n"
        for name in ("upper", "lower")
    )
    assert [each[:2] for each in hazards(PARTS + cuts + towers("upper", "lower"))] == [
        ("replica-part", "upper")
    ]


def test_replicas_that_are_fed_apart_are_not_told() -> None:
    assert hazards(placeholder("p", 3) + placeholder("q", 3) + towers("p", "q")) == []
