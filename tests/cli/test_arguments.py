from __future__ import annotations

import pytest

from tf1compat.cli.arguments import parse
from tf1compat.cli.terminal import UsageError

PLANNING = [
    "--signature", "serving_default(x) -> y", "--signature", "step(x) -> z", "--set", "keep_prob=1.0",
    "--labels", "labels.txt", "--labels-for", "probabilities", "--weights", "ema", "--jit",
    "--allow", "PyFunc", "--asset", "vocab.txt=here.txt", "--overwrite", "--no-verify",
    "--inputs", "feeds.npz", "--allow-random", "samples", "--allow-random", "noise",
]  # fmt: skip


@pytest.mark.parametrize("command", [["plan", "model"], ["migrate", "model", "output"]])
def test_plan_takes_what_migrate_takes(command):
    options = parse([*command, *PLANNING])
    assert options.signature == ["serving_default(x) -> y", "step(x) -> z"]
    assert options.constants == ["keep_prob=1.0"]
    assert (options.labels, options.labels_for) == ("labels.txt", "probabilities")
    assert (options.weights, options.jit, options.allow) == ("ema", True, ["PyFunc"])
    assert options.assets == ["vocab.txt=here.txt"]
    assert (options.inputs, options.allow_random) == ("feeds.npz", ["samples", "noise"])
    assert parse([*command, "--plan", "plan.json"]).plan == "plan.json"


def test_defaults_are_those_of_the_python_functions():
    options = parse(["migrate", "model", "output"])
    assert (options.overwrite, options.no_verify, options.jit, options.weights) == (
        False,
        False,
        False,
        "auto",
    )
    assert (options.plan, options.labels, options.signature, options.constants) == (None, None, [], [])
    options = parse(["verify", "model", "saved"])
    assert (options.rtol, options.atol, options.inputs) == (1e-5, 1e-5, None)
    assert parse(["predict", "saved", "--inputs", "f.npz"]).signature == "serving_default"


@pytest.mark.parametrize("arguments", [["--debug", "inspect", "m"], ["inspect", "m", "--debug"]])
def test_debug_may_stand_before_and_after_the_command(arguments):
    assert parse(arguments).debug is True


def test_without_debug_it_is_off():
    assert parse(["inspect", "m"]).debug is False


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "arguments are required: COMMAND; see 'tf1compat --help'"),
        (["convert"], "invalid choice: 'convert'"),
        (["inspect"], "arguments are required: MODEL; see 'tf1compat inspect --help'"),
        (["inspect", "m", "--format", "xml"], "invalid choice: 'xml'"),
        (["migrate", "m"], "arguments are required: OUTPUT"),
        (["migrate", "m", "o", "--over"], "unrecognized arguments: --over"),
        (["predict", "s"], "arguments are required: --inputs"),
        (["verify", "m", "s", "--rtol", "-1"], "a tolerance is a number from 0 up, not '-1'"),
        (["verify", "m", "s", "--atol", "nan"], "a tolerance is a number from 0 up, not 'nan'"),
        (["verify", "m", "s", "--atol", "x"], "invalid tolerance value: 'x'"),
    ],
)
def test_wrong_usage_says_what_is_wrong_and_where_to_look(arguments, says):
    with pytest.raises(UsageError) as caught:
        parse(arguments)
    assert says in str(caught.value)
    assert "--help'" in str(caught.value)


@pytest.mark.parametrize(
    ("options", "wished"), [([], False), (["--softmax"], True), (["--softmax-for", "scores"], "scores")]
)
def test_a_softmax_is_wished_for_of_the_logits_or_of_an_output(options, wished):
    found = parse(["plan", *options, "model"])
    assert found.model == "model"
    assert (found.softmax_for or found.softmax) == wished
