from tests.discovery.model_text import CLASSIFIER, FORWARD, LOSS
from tf1compat.analysis.gradients import gradient_scopes, scopes_of_features
from tf1compat.analysis.training import find_losses, find_training_nodes
from tf1compat.graph.text import from_text


def training_of(text: str) -> frozenset[str]:
    return find_training_nodes(from_text(text))


def test_optimizer_gradient_saver_summary_and_initializer_parts_are_training():
    found = training_of(CLASSIFIER)
    expected = {
        "step_w", "train", "gradients/product_grad/MatMul", "clipped", "halved", "seen", "start", "start/shape",
        "w/Assign", "init", "all", "save/filename", "save/Const", "save/SaveV2", "save/control_dependency",
        "save/RestoreV2", "save/Assign", "save/restore_all",
    }  # fmt: skip
    assert expected <= found


def test_the_forward_part_the_loss_and_what_is_fed_are_not():
    forward = {node.name for node in from_text(FORWARD + LOSS).nodes} | {"rate"}
    assert not training_of(CLASSIFIER) & (forward - {"tag"})


def test_a_graph_without_training_has_no_training_nodes():
    assert training_of(FORWARD + LOSS) == frozenset()


def test_an_author_s_own_scopes_named_gradients_and_save_are_no_training():
    text = FORWARD.replace("product", "gradients/logits_main").replace("logits =", "save/logits =")
    text = text.replace("Softmax(logits)", "Softmax(save/logits)") + "logits = Neg(x) T=float32\n"
    assert training_of(text) == frozenset()


def test_gradient_scopes_know_what_they_go_back_through():
    assert gradient_scopes(from_text(CLASSIFIER)) == {"gradients": {"loss", "cost", "logits", "product"}}


def test_gradients_of_a_second_optimizer_and_of_an_imported_graph_are_seen():
    graph = from_text(
        """
        model/loss = Placeholder() dtype=float32
        model/optimizer/gradients_1/loss_grad/ones = Fill(model/loss, model/loss) T=float32
        """
    )
    assert gradient_scopes(graph) == {"model/optimizer/gradients_1": {"model/loss"}}
    assert find_training_nodes(graph) == {"model/optimizer/gradients_1/loss_grad/ones"}


def test_gradients_start_from_the_losses():
    assert find_losses(from_text(CLASSIFIER)) == ("loss",)


def test_a_loss_that_only_a_moving_average_reads_is_not_its_servant():
    average = """
        average = VariableV2() dtype=float32; shape=shape()
        average/read = Identity(average) T=float32
        difference = Sub(average/read, loss) T=float32
        average/update = AssignSub(average, difference) T=float32
    """
    unseen = CLASSIFIER.replace("seen = ScalarSummary(tag, loss)", "seen = ScalarSummary(tag, tag)")
    found = training_of(unseen + average)
    assert {"difference", "average/update"} <= found
    assert "loss" not in found


def test_final_states_that_an_assignment_keeps_are_not_its_servants():
    text = """
        kept = VariableV2() dtype=float32; shape=shape(3)
        switch = Switch(kept, kept) T=float32
        final = Exit(switch) T=float32
        keep = Assign(kept, final) T=float32
    """
    assert training_of(text) == {"keep"}


UPDATED_IN_BRANCH = """
    flag = Placeholder() dtype=bool; shape=shape()
    seen = VariableV2() dtype=float32; shape=shape(3)
    seen/read = Identity(seen) T=float32
    side = Switch(seen/read, flag) T=float32
    reference = RefSwitch(seen, flag) T=float32
    update = AssignSub(reference:1, side:1) T=float32
    after = Merge(side, update) T=float32
"""


def test_what_an_update_in_a_branch_left_behind_is_no_result():
    assert "after" in find_training_nodes(from_text(FORWARD + UPDATED_IN_BRANCH))
    read = FORWARD + UPDATED_IN_BRANCH + "result = Neg(after) T=float32\n"
    assert "after" not in find_training_nodes(from_text(read))


def test_what_is_added_to_a_weight_by_hand_is_training_and_what_is_counted_is_not():
    change = (
        "    change = MatMul(x, logits) T=float32; transpose_a=True\n    Mul = Mul(change, half) T=float32\n"
    )
    half = "    half = Const() dtype=float32; value=tensor(float32, 0.5)\n"
    assert {"change", "Mul"} <= training_of(
        FORWARD + half + change + "    add = AssignAdd(w, Mul) T=float32\n"
    )
    total = "    total = VariableV2() dtype=float32; shape=shape(4, 3)\n    add = AssignAdd(total, Mul) T=float32\n"
    assert not {"change", "Mul"} & training_of(FORWARD + half + change + total)


def test_an_update_at_a_rate_of_unknown_shape_that_is_fed_makes_no_gradient_a_part_of_what_is_predicted():
    text = CLASSIFIER.replace(
        "rate = Placeholder() dtype=float32; shape=shape()", "rate = Placeholder() dtype=float32"
    )
    text = text.replace("halved, ", "rate, ").replace(
        "    halved = Mul(rate, gradients/seed) T=float32\n", ""
    )
    assert list(gradient_scopes(from_text(text))) == ["gradients"]


def test_gradients_of_two_towers_that_are_averaged_before_an_update_are_no_features():
    towers = "".join(
        f"""
        x_{each} = Placeholder() dtype=float32; shape=shape(None, 2)
        product_{each} = MatMul(x_{each}, w) T=float32
        {scope}/product_{each}_grad/MatMul = MatMul(x_{each}, product_{each}) T=float32
        """
        for each, scope in enumerate(("gradients", "gradients_1"))
    )
    graph = from_text(f"""
        w = VariableV2() dtype=float32; shape=shape(2, 3)
        rate = Const() dtype=float32; value=tensor(float32, 0.1)
        {towers}
        sum = AddN(gradients/product_0_grad/MatMul, gradients_1/product_1_grad/MatMul) T=float32; N=2
        update = ApplyGradientDescent(w, rate, sum) T=float32
    """)
    assert scopes_of_features(graph) == frozenset()
    assert find_training_nodes(graph) >= {"gradients/product_0_grad/MatMul", "sum", "update"}
