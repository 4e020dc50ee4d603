from tests.discovery.model_text import flow_of
from tests.discovery.outputs.two_networks import arranged, layer, placeholder
from tf1compat.discovery.outputs.networks.replicas import find_partings

PARTS = placeholder("x", 3) + "axis = Const() dtype=int32; value=tensor(int32, 0)\n"
SPLIT = (
    PARTS + "parts = Split(axis, x) T=float32; num_split=2; _output_shapes=[shape(None, 3), shape(None, 3)]\n"
)


def towers(first: str, second: str) -> str:
    return layer("a", first, 3, 2) + layer("a_1", second, 3, 2, "a/w")


def partings(text: str) -> list[str]:
    """The nodes that give the served replica its part and the other replica another."""
    flow, outputs = flow_of(text), [each for each in arranged(text).outputs if each.role != "loss"]
    behind = flow.behind(each.tensor for each in outputs if each.signature)
    left = {each.tensor for each in outputs if not each.signature}
    return [node.name for node in find_partings(flow, behind, left)]


def test_replicas_that_take_parts_of_a_batch_are_parted_where_it_is_split() -> None:
    assert partings(SPLIT + towers("parts", "parts:1")) == ["parts"]


def test_parts_that_are_cut_out_one_by_one_are_parted_where_the_served_one_is_cut() -> None:
    cuts = "".join(
        f"{name} = StridedSlice(x, axis, axis, axis) T=float32; _output_shapes=[shape(None, 3)]\n"
        for name in ("upper", "lower")
    )
    assert partings(PARTS + cuts + towers("upper", "lower")) == ["upper"]


def test_replicas_that_are_fed_apart_are_not_parted() -> None:
    assert partings(placeholder("p", 3) + placeholder("q", 3) + towers("p", "q")) == []
