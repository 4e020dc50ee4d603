import pytest

from tests.discovery.loop_text import RNN_BODY
from tests.discovery.wrapper_text import nodes, unwrapped

MASKS = {
    "until 1.12": "~mask = Floor(~c) T=float32\n~scaled = RealDiv({0}, ~one) T=float32\n",
    "from 1.13": "~mask = Cast(~c) SrcT=bool; DstT=float32\n~scaled = Mul({0}, ~one) T=float32\n",
}


@pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS)
def test_dropout_of_the_output_is_found(mask: str):
    whole = unwrapped(mask.format("~h_new") + "~dropped = Mul(~scaled, ~mask) T=float32\n")
    assert (whole.wrappers, nodes(whole)) == (("dropout",), ("x", "dropped"))


@pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS)
def test_dropout_of_the_input_is_found(mask: str):
    body = mask.format("~x") + "~dropped = Mul(~scaled, ~mask) T=float32\n"
    whole = unwrapped("", body + RNN_BODY.replace("(~x,", "(~dropped,"))
    assert (whole.wrappers, nodes(whole)) == (("dropout",), ("x", "h_new"))


def test_a_mere_product_is_no_dropout():
    assert unwrapped("~scaled = Mul(~h_new, ~c) T=float32\n").wrappers == ()


def test_dropout_of_another_tensor_is_not_the_cell_s():
    mask = MASKS["until 1.12"].format("~c")
    assert unwrapped(mask + "~dropped = Mul(~scaled, ~mask) T=float32\n").wrappers == ()
