from tests.discovery.outputs.two_networks import arranged, by_signature, layer, placeholder

CODE = placeholder("x", 3) + layer("hidden", "x", 3, 3, op="Elu")
NAMED = "code = Identity(hidden) T=float32; _output_shapes=[shape(None, 3)]\n"
TAUGHT = """
    y = Placeholder() dtype=float32; shape=shape(None, 3)
    both = Add(code, y) T=float32; _output_shapes=[shape(None, 3)]
"""
DECODED = TAUGHT + layer("out", "both", 3, 3)
COST = "cost = SoftmaxCrossEntropyWithLogits(out/MatMul, y) T=float32; _output_shapes=[shape(None)]\n"


def test_a_code_that_is_handed_to_what_only_a_teacher_can_run_is_served() -> None:
    assert by_signature(arranged(CODE + NAMED + DECODED + COST)) == {
        "serving_default": ["code:0"],
        "teacher_forcing": ["out:0", "out/MatMul:0"],
    }


def test_beside_results_that_need_no_label_a_code_is_a_step_of_theirs() -> None:
    free = layer("free", "code", 3, 2)
    found = by_signature(arranged(CODE + NAMED + DECODED + COST + free))
    assert found["serving_default"] == ["free:0", "free/MatMul:0"]


def test_a_code_without_a_name_is_not_offered() -> None:
    text = (CODE + NAMED + DECODED + COST).replace("code", "Identity")
    assert by_signature(arranged(text)) == {"serving_default": ["out:0", "out/MatMul:0"]}
