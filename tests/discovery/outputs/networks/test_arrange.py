from tests.discovery.model_text import CLASSIFIER
from tests.discovery.outputs.two_networks import arranged, by_signature, layer, placeholder, trained

GENERATOR = placeholder("z", 2) + layer("G", "z", 2, 4, op="Tanh")
DISCRIMINATOR = (
    placeholder("x", 4) + layer("D", "x", 4, 1, op="Sigmoid") + layer("D_1", "G", 4, 1, "D/w", "Sigmoid")
)
GAN = GENERATOR + DISCRIMINATOR + trained(0, "D_1/MatMul", "D/w") + trained(1, "D_1/MatMul", "G/w")


def run(number: int) -> str:
    """One run of a notebook's cell: names get a number from the second on."""
    suffix = f"_{number}" if number else ""
    given, made = f"Placeholder{suffix}", f"out{suffix}"
    return (
        placeholder(given, 3)
        + layer(made, given, 3, 2, op="Softmax")
        + trained(number, f"{made}/MatMul", f"{made}/w")
    )


def reasons(text: str, stored: set[str] | None = None) -> dict[str, str]:
    return {str(each.tensor): each.reason for each in arranged(text, stored).outputs}


def test_one_network_is_served_whole() -> None:
    found = arranged(CLASSIFIER)
    assert found.entry_points == ("serving_default",)
    assert by_signature(found) == {"serving_default": ["Softmax:0", "logits:0", "best:0"]}


def test_a_generator_is_served_and_its_discriminator_is_a_signature_of_its_own() -> None:
    found = arranged(GAN.replace("loss_1 = Mean", "unused = Rank(loss_0) T=float32\nloss_1 = Mean"))
    assert found.entry_points == ("generator", "discriminator")
    assert by_signature(found)["generator"] == ["G:0"]
    assert by_signature(found)["discriminator"] == ["D:0", "D/MatMul:0"]


def test_what_a_discriminator_says_of_what_was_generated_is_not_offered() -> None:
    assert by_signature(arranged(GAN))[""] == ["D_1:0", "D_1/MatMul:0"]
    assert "only training looks at" in reasons(GAN)["D_1:0"]


def test_networks_on_one_input_with_objectives_of_their_own_are_two_signatures() -> None:
    text = (
        placeholder("s", 3)
        + layer("Critic/V", "s", 3, 1, op="Identity")
        + layer("Actor/P", "s", 3, 2)
        + trained(0, "Critic/V", "Critic/V/w")
        + trained(1, "Actor/P/MatMul", "Actor/P/w")
    )
    found = arranged(text, outputs=("Critic/V:0",))
    assert found.entry_points == ("actor", "critic")
    assert by_signature(found)["critic"] == ["Critic/V:0"]


def test_networks_that_are_fed_alike_and_trained_together_stay_one_signature() -> None:
    text = (
        placeholder("x", 3)
        + layer("age", "x", 3, 2)
        + layer("kind", "x", 3, 4)
        + "age/flat = Reshape(age/MatMul, kind/rows) T=float32; _output_shapes=[shape(None, 1)]\n"
        + "kind/rows = Const() dtype=int32; value=tensor(int32, [-1, 1])\n"
        + trained(0, "age/flat", "age/w", "kind/w")
    )
    assert arranged(text).entry_points == ("serving_default",)


def test_of_a_cell_s_runs_the_newest_is_served_and_the_others_have_numbers() -> None:
    found = arranged(run(0) + run(1) + run(2))
    assert found.entry_points == ("serving_default", "copy_1", "copy_2")
    assert by_signature(found) == {
        "copy_1": ["out:0", "out/MatMul:0"],
        "copy_2": ["out_1:0", "out_1/MatMul:0"],
        "serving_default": ["out_2:0", "out_2/MatMul:0"],
    }


def test_a_run_that_the_checkpoint_lacks_is_not_the_one_that_counts() -> None:
    text = run(0) + run(1)
    found = arranged(text, stored={"out/w"})
    assert by_signature(found) == {
        "serving_default": ["out:0", "out/MatMul:0"],
        "": ["out_1:0", "out_1/MatMul:0"],
    }
    assert "the checkpoint lacks weights of this one" in reasons(text, {"out/w"})["out_1:0"]


def test_a_run_that_was_broken_off_before_its_optimizer_is_not_the_one_that_counts() -> None:
    broken = run(1).partition("loss_1/axes")[0]
    found = by_signature(arranged(run(0) + broken))
    assert found["serving_default"] == ["out:0", "out/MatMul:0"]
    assert found[""] == ["out_1:0", "out_1/MatMul:0"]


def test_of_many_runs_only_the_newest_is_offered() -> None:
    found = arranged("".join(map(run, range(12))))
    assert found.entry_points == ("serving_default",)
    assert by_signature(found)["serving_default"] == ["out_11:0", "out_11/MatMul:0"]
    assert len(by_signature(found)[""]) == 22


def test_a_target_network_that_follows_by_assignment_is_not_offered() -> None:
    text = (
        placeholder("s", 3)
        + placeholder("s_", 3)
        + layer("eval", "s", 3, 2)
        + layer("target", "s_", 3, 2)
        + "follow = Assign(target/w, eval/w/read) T=float32\n"
        + trained(0, "eval/MatMul", "eval/w")
    )
    assert by_signature(arranged(text)) == {
        "serving_default": ["eval:0", "eval/MatMul:0"],
        "": ["target:0", "target/MatMul:0"],
    }
    assert "no optimizer trains its network" in reasons(text)["target:0"]


def test_of_towers_the_first_is_served() -> None:
    text = (
        placeholder("a", 3)
        + placeholder("b", 3)
        + layer("tower_0/net", "a", 3, 2)
        + layer("tower_1/net", "b", 3, 2, "tower_0/net/w")
        + trained(0, "tower_0/net/MatMul", "tower_0/net/w")
        + trained(1, "tower_1/net/MatMul", "tower_0/net/w")
        + "gradients/tower_0/net/MatMul_grad/MatMul = Neg(gradients/Fill) T=float32\n"
        + "gradients_1/tower_1/net/MatMul_grad/MatMul = Neg(gradients_1/Fill) T=float32\n"
    )
    found = by_signature(arranged(text))
    assert found["serving_default"] == ["tower_0/net:0", "tower_0/net/MatMul:0"]
    assert "a replica" in reasons(text)["tower_1/net:0"]


def test_of_runs_that_share_their_weights_the_last_is_served() -> None:
    text = (
        placeholder("x", 3)
        + layer("out", "x", 3, 2)
        + layer("out_1", "x", 3, 2, "out/w")
        + trained(0, "out/MatMul", "out/w")
        + trained(1, "out_1/MatMul", "out/w")
        + "gradients/out/MatMul_grad/MatMul = Neg(gradients/Fill) T=float32\n"
        + "gradients_1/out_1/MatMul_grad/MatMul = Neg(gradients_1/Fill) T=float32\n"
    )
    assert by_signature(arranged(text))["serving_default"] == ["out_1:0", "out_1/MatMul:0"]
    assert "an older run" in reasons(text)["out:0"]


def test_the_form_that_training_does_not_go_through_is_served() -> None:
    text = (
        placeholder("x", 3)
        + layer("train", "x", 3, 2)
        + layer("test", "x", 3, 2, "train/w")
        + trained(0, "train/MatMul", "train/w")
        + "gradients/train/MatMul_grad/MatMul = Neg(gradients/Fill) T=float32\n"
    )
    found = by_signature(arranged(text))
    assert found["serving_default"] == ["test:0", "test/MatMul:0"]
    assert "in training form" in reasons(text)["train:0"]


def learner(scope: str) -> str:
    return placeholder(f"{scope}/s", 3) + layer(f"{scope}/q", f"{scope}/s", 3, 2, op="Identity")


def test_a_follower_is_not_offered_though_it_has_an_optimizer() -> None:
    both = learner("a") + learner("b") + trained(0, "a/q", "a/q/w") + trained(1, "b/q", "b/q/w")
    for one, other in ("ab", "ba"):
        text = both + f"follow = Assign({other}/q/w, {one}/q/w/read) T=float32\n"
        found = arranged(text, outputs=("a/q:0", "b/q:0"))
        assert by_signature(found) == {"serving_default": [f"{one}/q:0"], "": [f"{other}/q:0"]}
        assert "assigned from another's" in reasons(text)[f"{other}/q:0"]


def test_networks_that_are_assigned_from_each_other_both_count() -> None:
    text = learner("a") + learner("b") + trained(0, "a/q", "a/q/w") + trained(1, "b/q", "b/q/w")
    text += "there = Assign(b/q/w, a/q/w/read) T=float32\nback = Assign(a/q/w, b/q/w/read) T=float32\n"
    assert "" not in by_signature(arranged(text, outputs=("a/q:0", "b/q:0")))


def test_numbers_of_the_author_tell_agents_apart() -> None:
    text = learner("agent_0") + learner("agent_1")
    text += trained(0, "agent_0/q", "agent_0/q/w") + trained(1, "agent_1/q", "agent_1/q/w")
    found = arranged(text, outputs=("agent_0/q:0", "agent_1/q:0"))
    assert found.entry_points == ("agent_0", "agent_1")


def test_what_the_author_runs_on_data_of_its_own_stands_in_for_the_form_of_training() -> None:
    text = (
        placeholder("x", 3)
        + placeholder("seen", 3)
        + layer("act", "x", 3, 2)
        + layer("learn", "seen", 3, 2, "act/w", op="Identity")
        + trained(0, "learn", "act/w")
        + "gradients/learn/MatMul_grad/MatMul = Neg(gradients/Fill) T=float32\n"
    )
    found = by_signature(arranged(text, outputs=("act:0", "learn:0")))
    assert found["serving_default"] == ["act:0", "act/MatMul:0"]
    assert "learn:0" in found[""]
