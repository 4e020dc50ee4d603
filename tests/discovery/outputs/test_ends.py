import pytest

from tests.discovery.outputs.two_networks import arranged, layer, placeholder

OUT = placeholder("x", 4) + layer("out", "x", 4, 6, op="Elu")


def offered(text: str) -> list[str]:
    return sorted(str(each.tensor) for each in arranged(text).outputs if each.role != "loss")


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("parts = Unpack(out) T=float32; num=6; axis=1", 6),
        ("k = Const() dtype=int32; value=tensor(int32, 2)\nparts = TopKV2(out, k) T=float32", 2),
        ("parts = Svd(out) T=float32", 3),
        ("scale = Const() dtype=float32; value=tensor(float32, 1.0)\n"
         "parts = FusedBatchNorm(out, scale, scale, scale, scale) T=float32", 1),
    ],
)  # fmt: skip
def test_all_results_of_an_op_are_offered(text: str, count: int) -> None:
    assert offered(OUT + text + "\n") == [f"parts:{index}" for index in range(count)]


def test_the_ids_are_offered_though_something_is_made_of_the_scores_alone() -> None:
    top = "k = Const() dtype=int32; value=tensor(int32, 2)\nparts = TopKV2(out, k) T=float32\n"
    assert offered(OUT + top + "logs = Log(parts) T=float32\n") == ["logs:0", "parts:1"]


def test_a_part_that_nothing_reads_before_a_variable_is_no_result() -> None:
    parts = "axis = Const() dtype=int32; value=tensor(int32, 1)\n" + (
        "parts = Split(axis, out) T=float32; num_split=2; _output_shapes=[shape(None, 3), shape(None, 3)]\n"
    )
    assert offered(OUT + parts + layer("last", "parts", 3, 2, op="Tanh")) == ["last:0"]


def test_a_share_that_only_a_summary_would_show_is_no_result() -> None:
    share = """
        axes = Const() dtype=int32; value=tensor(int32, [0, 1])
        mean = Mean(out, axes) T=float32; _output_shapes=[shape()]
        fraction = Identity(mean) T=float32; _output_shapes=[shape()]
    """
    assert "fraction:0" not in offered(OUT + share)
