from tests.discovery.wrapper_text import nodes, unwrapped

CARRY = """
    ~carry_product = MatMul(~x, carry/read) T=float32
    ~carry_sum = BiasAdd(~carry_product, ~c) T=float32
    ~carry = Sigmoid(~carry_sum) T=float32
    ~carried = Mul(~x, ~carry) T=float32
"""
COUPLED = "~transform = Sub(~one, ~carry) T=float32\n"
UNCOUPLED = """
    ~transform_product = MatMul(~x, transform/read) T=float32
    ~transform_sum = BiasAdd(~transform_product, ~c) T=float32
    ~transform = Sigmoid(~transform_sum) T=float32
"""
SUM = """
    ~transformed = Mul(~h_new, ~transform) T=float32
    ~both = AddV2(~carried, ~transformed) T=float32
"""
WEIGHTS = ("carry", "transform")


def test_coupled_gates_are_found():
    whole = unwrapped(CARRY + COUPLED + SUM, weights=WEIGHTS)
    assert (whole.wrappers, nodes(whole)) == (("highway",), ("x", "both"))


def test_a_gate_of_its_own_for_the_output_is_found():
    whole = unwrapped(CARRY + UNCOUPLED + SUM, weights=WEIGHTS)
    assert (whole.wrappers, nodes(whole)) == (("highway",), ("x", "both"))


def test_gates_made_from_another_tensor_are_not():
    assert unwrapped(CARRY.replace("~x", "~c") + COUPLED + SUM, weights=WEIGHTS).wrappers == ()


def test_a_complement_of_anything_but_one_is_not():
    halves = "~half = Const() dtype=float32; value=tensor(float32, 0.5)\n"
    whole = unwrapped(halves + CARRY + COUPLED.replace("~one", "~half") + SUM, weights=WEIGHTS)
    assert whole.wrappers == ()
