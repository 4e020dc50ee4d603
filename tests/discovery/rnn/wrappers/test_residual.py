from tests.discovery.wrapper_text import nodes, unwrapped

DROPPED = """
    ~mask = Floor(~c) T=float32
    ~scaled = RealDiv(~h_new, ~one) T=float32
    ~dropped = Mul(~scaled, ~mask) T=float32
"""


def test_the_sum_of_input_and_output_is_residual():
    whole = unwrapped("~sum_up = Add(~x, ~h_new) T=float32\n")
    assert (whole.wrappers, nodes(whole)) == (("residual",), ("x", "sum_up"))


def test_the_sum_with_anything_else_is_not():
    assert unwrapped("~sum_up = Add(~c, ~h_new) T=float32\n").wrappers == ()


def test_wrappers_are_named_from_the_inside_out():
    whole = unwrapped(DROPPED + "~sum_up = AddV2(~dropped, ~x) T=float32\n")
    assert (whole.wrappers, nodes(whole)) == (("dropout", "residual"), ("x", "sum_up"))
