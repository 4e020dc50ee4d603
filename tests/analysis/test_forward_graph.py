from tests.discovery.loop_text import nested_rnn, rnn_in_branch
from tests.discovery.model_text import CLASSIFIER, FORWARD, LOSS, flow_of
from tf1compat.names import TensorRef


def names(refs) -> set[str]:
    return {str(each) for each in refs}


def test_labels_are_what_only_losses_and_metrics_feel():
    flow = flow_of(CLASSIFIER)
    assert names(flow.sources) == {"x:0", "y:0", "rate:0"}
    assert names(flow.labels) == {"y:0"}


def test_one_hot_labels_whose_class_a_metric_takes_are_labels_still():
    flow = flow_of(
        FORWARD + LOSS.replace("Equal(best, y)", "Equal(best, wanted)") + "wanted = ArgMax(y, axis)\n"
    )
    assert names(flow.labels) == {"y:0"}


def test_what_is_looked_up_in_a_table_is_an_example():
    ids = "ids = Placeholder() dtype=int32; shape=shape(None)\nrow = Gather(w/read, ids) Tparams=float32\n"
    text = FORWARD.replace("MatMul(x,", "MatMul(row,") + ids + LOSS
    assert names(flow_of(text).labels) == {"y:0"}


def test_a_temperature_that_a_softmax_feels_is_no_label():
    text = FORWARD.replace("Softmax(logits)", "Softmax(cooled)")
    text += "heat = Placeholder() dtype=float32; shape=shape()\ncooled = RealDiv(logits, heat) T=float32\n"
    text += LOSS.replace("Logits(logits,", "Logits(cooled,")
    assert names(flow_of(text).labels) == {"y:0"}


def test_predictions_feel_examples_and_variables_and_no_label():
    predicted = flow_of(CLASSIFIER).predicted
    assert {"product", "logits", "Softmax", "best"} <= predicted
    assert not predicted & {"cost", "loss", "right", "accuracy", "w/read", "x"}


def test_a_shape_does_not_carry_a_value():
    flow = flow_of(FORWARD + "shape = Shape(logits) T=float32\nfilled = Fill(shape, b/read) T=float32\n")
    assert not flow.reached([TensorRef("x")]) & {"shape", "filled"}


def test_the_tail_of_a_model_is_where_no_variable_comes_in_any_more():
    before = flow_of(CLASSIFIER).before_parameters
    assert "product" in before
    assert not before & {"logits", "Softmax"}


def test_variables_are_followed_into_loops_and_branches():
    flow = flow_of(
        FORWARD
        + """
        flag = Placeholder() dtype=bool; shape=shape()
        entered = Enter(w/read) T=float32; frame_name="f"
        used = MatMul(x, entered) T=float32
        switched = Switch(b/read, flag) T=float32
        branch = Identity(switched:1) T=float32
        added = Add(x, branch) T=float32
        """
    )
    assert {"used", "added", "product", "logits"} == flow.parametric


def test_an_autoencoder_s_comparison_with_its_example_is_judgement():
    text = (
        FORWARD
        + """
        off = Sub(x, Softmax) T=float32
        zero = Const() dtype=int32; value=tensor(int32, [0])
        loss = Mean(off, zero) T=float32; _output_shapes=[shape()]
        gradients/loss_grad/truediv = RealDiv(loss, zero) T=float32
        gradients/off_grad/Neg = Neg(gradients/loss_grad/truediv) T=float32
    """
    )
    assert {"off", "loss"} <= flow_of(text).judged
    assert "Softmax" in flow_of(text).predicted


def test_a_residual_connection_is_no_judgement():
    text = FORWARD.replace("Softmax(logits)", "Softmax(rest)") + "rest = Sub(x, logits) T=float32\n" + LOSS
    assert "rest" not in flow_of(text).judged


def test_branches_end_where_they_merge():
    flow = flow_of(
        """
        x = Placeholder() dtype=float32; shape=shape(None)
        flag = Placeholder() dtype=bool; shape=shape()
        switch = Switch(x, flag) T=float32
        pivot = Identity(switch:1) T=float32
        fixed = Const(^pivot) dtype=float32; value=tensor(float32, 1.0)
        scaled = Mul(pivot, fixed) T=float32
        merged = Merge(switch, scaled) T=float32
        after = Neg(merged) T=float32
        """
    )
    assert flow.inside_branches == {"switch", "pivot", "fixed", "scaled"}


def test_what_a_constant_in_a_branch_waits_for_decides_its_value_and_a_guard_does_not():
    flow = flow_of(
        """
        x = Placeholder() dtype=float32; shape=shape(None)
        guarded = Placeholder() dtype=bool; shape=shape()
        check = Assert(guarded, x) T=[float32]
        flag = Placeholder() dtype=bool; shape=shape()
        switch = Switch(flag, flag) T=bool
        pivot = Identity(switch:1) T=bool
        fixed = Const(^pivot) dtype=float32; value=tensor(float32, 1.0)
        result = Identity(fixed, ^check) T=float32
        """
    )
    behind = flow.behind([TensorRef("result")])
    assert "flag" in behind
    assert "guarded" not in behind


def test_a_weight_is_applied_in_parts_and_shapes_too():
    shaped = (
        "rows = Const() dtype=int32; value=tensor(int32, [-1, 4])\nturned = Reshape(w/read, rows) T=float32\n"
    )
    flow = flow_of(FORWARD.replace("MatMul(x, w/read)", "MatMul(x, turned)") + shaped)
    assert flow.parametric == {"product", "logits"}
    assert flow.applied == {"turned", "logits"}


def test_the_norm_of_a_weight_in_a_loss_is_no_application_of_it():
    penalty = """
        norm = L2Loss(w/read) T=float32; _output_shapes=[shape()]
        whole = Add(loss, norm) T=float32; _output_shapes=[shape()]
    """
    flow = flow_of(FORWARD + LOSS + penalty)
    assert "whole" not in flow.parametric
    assert "Softmax" not in flow.before_parameters


def test_labels_whose_scores_a_loss_looks_up_are_labels_still():
    crf = """
        flat = Reshape(w/read, zero) T=float32
        score = Gather(flat, y) Tparams=float32; _output_shapes=[shape(None)]
        reached = Sum(product, axis) T=float32; _output_shapes=[shape(None)]
        likelihood = Sub(score, reached) T=float32; _output_shapes=[shape(None)]
        negative = Mean(likelihood, zero) T=float32; _output_shapes=[shape()]
    """
    assert names(flow_of(FORWARD + LOSS + crf).labels) == {"y:0"}
    looked_up = crf.replace("Mean(likelihood, zero)", "Neg(likelihood)").replace("[shape()]", "[shape(None)]")
    assert names(flow_of(FORWARD + LOSS + looked_up).labels) == set()


def test_what_leaves_a_loop_inside_another_is_still_inside():
    flow = flow_of(nested_rnn())
    assert "outer/while/rnn/while/h_exit" in flow.inside_loops
    assert "outer/while/h_exit" not in flow.inside_loops


def test_a_loop_in_a_branch_is_inside_the_branch_to_its_end():
    inside = flow_of(rnn_in_branch()).inside_branches
    assert {"rnn/while/h_new", "rnn/while/h_exit", "rnn/stack"} <= inside
    assert "result" not in inside


def test_without_any_variable_all_that_feels_the_examples_is_predicted():
    flow = flow_of("""
        x = Placeholder() dtype=float32; shape=shape(None, 3)
        y = Relu(x) T=float32
    """)
    assert "y" in flow.predicted
