from tests.discovery.model_text import FORWARD
from tests.discovery.outputs.two_networks import arranged, layer, placeholder

FRAMES = placeholder("x", 3) + layer("scores", "x", 3, 4, op="Identity")
LENGTHS = "lengths = Placeholder() dtype=int32; shape=shape(None)\n"
GREEDY = LENGTHS + "ctc = CTCGreedyDecoder(scores, lengths)\n"
DENSE = """
    default = Const() dtype=int64; value=tensor(int64, -1)
    text = SparseToDense(ctc, ctc:2, ctc:1, default) T=int64; Tindices=int64
"""
CRF = """
    tags = Placeholder() dtype=int32; shape=shape(None)
    T = VariableV2() dtype=float32; shape=shape(3, 3)
    T/read = Identity(T) T=float32
    all = Const() dtype=int32; value=tensor(int32, [-1])
    flat = Reshape(T/read, all) T=float32
    taken = Gather(flat, tags) Tparams=float32; Tindices=int32
    front = Const() dtype=int32; value=tensor(int32, 0)
    expanded = ExpandDims(T/read, front) T=float32; _output_shapes=[shape(1, 3, 3)]
    summed = Add(logits, expanded) T=float32; _output_shapes=[shape(1, None, 3)]
    score = Sub(summed, taken) T=float32
    every = Const() dtype=int32; value=tensor(int32, [0, 1, 2])
    loss = Mean(score, every) T=float32; _output_shapes=[shape()]
"""


def offered(text: str) -> dict[str, str]:
    return {str(each.tensor): each.role for each in arranged(text).outputs if each.signature}


def test_the_dense_form_of_what_ctc_decoded_is_offered_with_its_scores() -> None:
    assert offered(FRAMES + GREEDY + DENSE) == {"scores:0": "logits", "text:0": "class_ids"}


def test_without_a_dense_form_the_parts_of_the_sparse_one_are_offered() -> None:
    assert offered(FRAMES + GREEDY) == {
        "scores:0": "logits", "ctc:1": "class_ids", "ctc:0": "value", "ctc:2": "value",
    }  # fmt: skip


def test_of_several_paths_of_a_beam_the_first_is_offered() -> None:
    beam = LENGTHS + "ctc = CTCBeamSearchDecoder(scores, lengths) top_paths=2; beam_width=5\n"
    assert {"ctc:0", "ctc:2", "ctc:4"} <= set(offered(FRAMES + beam))


def test_the_transitions_of_a_random_field_are_offered() -> None:
    assert offered(FORWARD + CRF)["T:0"] == "value"


def test_a_square_matrix_that_is_not_looked_up_is_no_transitions() -> None:
    text = CRF.replace(
        "taken = Gather(flat, tags) Tparams=float32; Tindices=int32", "taken = Identity(flat) T=float32"
    )
    assert "T:0" not in offered(FORWARD + text)
