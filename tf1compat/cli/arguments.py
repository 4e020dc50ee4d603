"""The commands and their options."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Sequence
from typing import Any, TypeAlias, get_args

from tf1compat import __version__
from tf1compat.cli.terminal import OneLineParser
from tf1compat.consumers import CONSUMERS
from tf1compat.options import BatchChoice, StatisticsChoice, ThawChoice, TimeChoice, WeightsChoice

_MODEL = (
    "a checkpoint prefix (dir/model), its .meta, a SavedModel or Hub module, a frozen graph, a Keras .h5, "
    "or a directory with one of them; its kind is found by looking"
)
_STATUS = (
    "Exit status: 0 done, 1 it ran but the result is not good or not proven (nothing is published), "
    "2 bad input or usage."
)


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The options of one command, and how it was `typed`; raises UsageError."""
    words = sys.argv[1:] if arguments is None else arguments
    options = _parser().parse_args(words)
    options.typed = shlex.join(["tf1compat", *words])
    return options


def _parser() -> OneLineParser:
    parser = OneLineParser(
        prog="tf1compat",
        description="Migrate TensorFlow 1 models to verified TensorFlow 2 SavedModels.",
        epilog=_STATUS,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"tf1compat {__version__}")
    _add_debug(parser, default=False)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _add_inspect(commands)
    _add_plan(commands)
    _add_migrate(commands)
    _add_verify(commands)
    _add_predict(commands)
    return parser


Commands: TypeAlias = "argparse._SubParsersAction[OneLineParser]"  # the class has no public name


def _add_command(commands: Commands, name: str, promise: str) -> argparse.ArgumentParser:
    command = commands.add_parser(
        name,
        help=promise,
        description=f"{promise[0].upper()}{promise[1:]}.",
        epilog=_STATUS,
        allow_abbrev=False,
    )
    # SUPPRESS: a `--debug` before the command's name is not undone by its absence after it.
    _add_debug(command, default=argparse.SUPPRESS)
    return command


def _add_debug(parser: argparse.ArgumentParser, default: object) -> None:
    parser.add_argument(
        "--debug", action="store_true", default=default, help="show the traceback of a failure"
    )


def _add_inspect(commands: Commands) -> None:
    command = _add_command(commands, "inspect", "show what a model's files are and hold, without TensorFlow")
    command.add_argument("model", metavar="MODEL", help=_MODEL)
    command.add_argument("--format", choices=("text", "json", "markdown", "html"), default="text")
    command.add_argument(
        "--explain", metavar="NODE", action="append", default=[],
        help="tell which recurrent cell a node is taken for, or how near each kind comes; repeat for several",
    )  # fmt: skip
    command.add_argument(
        "--for", metavar="CONSUMER", action="append", default=[], dest="consumers", choices=CONSUMERS,
        help=f"tell which ops of the result a consumer cannot take ({', '.join(CONSUMERS)}); repeat for several",
    )  # fmt: skip
    _add_source(command)
    _add_builder(command)
    _add_keras_code(command)
    _add_allow(command)
    command.add_argument("-o", "--output", metavar="FILE", help="write the report there instead of to stdout")


def _add_builder(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--builder", metavar="module:function",
        help="your own code that builds the graph of a checkpoint again whose graph is in no file; it is run",
    )  # fmt: skip


def _add_source(command: argparse.ArgumentParser) -> None:
    """What says which of what lies at MODEL is meant."""
    command.add_argument(
        "--tags", metavar="TAG,...", type=_tags,
        help="the tags of a SavedModel's graph; by default 'serve', else none at all, else the only graph",
    )  # fmt: skip
    command.add_argument(
        "--step", metavar="N", type=int, help="the training step of the checkpoint; by default the latest"
    )  # fmt: skip


def _tags(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (each.strip() for each in text.split(","))))


def _add_plan(commands: Commands) -> None:
    command = _add_command(commands, "plan", "show what migrate would write, without TensorFlow")
    command.add_argument("model", metavar="MODEL", help=_MODEL)
    _add_planning(command)
    # What concerns only the writing is accepted, so that `migrate` may become `plan` in a command and back.
    command.add_argument("--overwrite", action="store_true", help=argparse.SUPPRESS)
    command.add_argument("--no-verify", action="store_true", help=argparse.SUPPRESS)
    command.add_argument("--inputs", help=argparse.SUPPRESS)
    _add_builder(command)
    command.add_argument("--format", choices=("text", "json"), default="text")
    command.add_argument(
        "-o", "--output", metavar="plan.json", help="write the plan there, to edit and migrate"
    )


def _add_migrate(commands: Commands) -> None:
    command = _add_command(
        commands, "migrate", "write a TensorFlow 2 SavedModel and verify it against the model"
    )
    command.add_argument("model", metavar="MODEL", help=_MODEL)
    command.add_argument("output", metavar="OUTPUT", help="the SavedModel directory to make")
    _add_planning(command)
    command.add_argument(
        "--overwrite",
        action="store_true",
        help="replace OUTPUT where it is an earlier result and holds nothing else",
    )
    command.add_argument(
        "--no-verify", action="store_true", help="publish without comparing with the original"
    )
    _add_builder(command)
    _add_inputs(command)
    _add_report(command)


def planning_defaults() -> dict[str, Any]:
    """What the options that a plan is made by are where they are not given, by the name that they are parsed under."""
    parser = argparse.ArgumentParser(add_help=False)
    _add_planning(parser)
    return {name: default for name, default in vars(parser.parse_args([])).items() if name != "plan"}


def _add_planning(command: argparse.ArgumentParser) -> None:
    """The options that both `plan` and `migrate` take."""
    command.add_argument("--plan", metavar="plan.json", help="use this plan, as `plan -o` wrote it or edited")
    command.add_argument(
        "--signature", metavar="SIG", action="append", default=[],
        help="'NAME(alias=tensor, ...) -> alias=tensor, ...'; repeat for several",
    )  # fmt: skip
    command.add_argument(
        "--set", metavar="TENSOR=VALUE", action="append", default=[], dest="constants",
        help="freeze a tensor to a constant (keep_prob=1.0, is_training=false)",
    )  # fmt: skip
    command.add_argument(
        "--asset", metavar="NAME=PATH", action="append", default=[], dest="assets",
        help="a file that the graph names, where it is now (vocab.txt=data/vocab.txt); repeat for several",
    )  # fmt: skip
    _add_labels(command)
    _add_source(command)
    command.add_argument(
        "--thaw", choices=get_args(ThawChoice), default="auto",
        help="auto: the constants of a frozen graph that are weights become variables again",
    )  # fmt: skip
    _add_keras_code(command)
    _add_free_sizes(command)
    _add_op_libraries(command)
    command.add_argument(
        "--softmax", action="store_true", help="add 'probabilities', the softmax of the logits that the graph lacks"
    )  # fmt: skip
    command.add_argument("--softmax-for", metavar="ALIAS", help="the output that the softmax is taken of")
    command.add_argument(
        "--weights", choices=get_args(WeightsChoice), default="auto",
        help="the variables as training left them, or their moving averages; auto: what evaluations restored, and why",
    )  # fmt: skip
    command.add_argument(
        "--batch-statistics", choices=get_args(StatisticsChoice), default="auto",
        help="what batch normalisation in training mode becomes: its moving averages, these even if no training "
        "updated them, or what it is",
    )  # fmt: skip
    command.add_argument("--jit", action="store_true", help="compile the signatures with XLA")
    _add_allow(command)
    _add_allow_random(command)


def _add_labels(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--labels", metavar="SOURCE",
        help="class names: a file (.txt, .json, .csv, .tsv, .yaml, .npy, .npz, a pickle or joblib dump, which is read "
        "without running it, a label map .pbtxt), checkpoint:VARIABLE, OTHER_PREFIX:VARIABLE or table:NODE",
    )  # fmt: skip
    command.add_argument("--labels-for", metavar="ALIAS", help="the output that the labels name")
    command.add_argument(
        "--label-offset", metavar="N", type=_count,
        help="the first name is that of neuron N; those before it, like a background class, have none",
    )  # fmt: skip


def _add_allow(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--allow", metavar="OP", action="append", default=[],
        help="accept an op, or Keras' Lambda, that is refused otherwise; repeat",
    )  # fmt: skip


def _add_keras_code(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--custom-objects", metavar="MODULE:NAME", action="append", default=[],
        help="a class or function that a Keras file needs, by name, or by the name of the Lambda that it is; repeat",
    )  # fmt: skip


def _add_free_sizes(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--time", choices=get_args(TimeChoice), default="keep",
        help="free: a model that was built for sequences of one length takes any",
    )  # fmt: skip
    command.add_argument(
        "--batch", choices=get_args(BatchChoice), default="keep",
        help="free: a model that was built for one number of examples takes any",
    )  # fmt: skip


def _add_verify(commands: Commands) -> None:
    command = _add_command(commands, "verify", "compare a SavedModel with the model that it came from")
    command.add_argument("model", metavar="MODEL", help=_MODEL)
    command.add_argument("saved_model", metavar="SAVED_MODEL", help="a directory that migrate wrote")
    _add_inputs(command)
    command.add_argument(
        "--expected", metavar="outputs.npz",
        help="what TensorFlow 1 gave for --inputs, by alias: compared with instead of the original",
    )  # fmt: skip
    _add_builder(command)
    _add_allow_random(command)
    command.add_argument(
        "--rtol", metavar="R", type=_tolerance, default=1e-5, help="relative (default %(default)s)"
    )
    command.add_argument(
        "--atol", metavar="A", type=_tolerance, default=1e-5, help="absolute (default %(default)s)"
    )
    _add_op_libraries(command)
    _add_keras_code(command)
    _add_allow(command)
    _add_report(command)


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"'{text}' is not a number from 0 on")
    return int(text)


def _add_report(command: argparse.ArgumentParser) -> None:
    command.add_argument("--format", choices=("text", "json", "markdown", "html"), default="text")
    command.add_argument(
        "-o", "--output", metavar="FILE", dest="report", help="write the report there instead of to stdout"
    )


def _add_inputs(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--inputs",
        metavar="feeds.npz",
        help="your own inputs by alias to compare on, instead of made ones; .npz or .json",
    )


def _add_allow_random(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--allow-random", metavar="ALIAS", action="append", default=[],
        help="accept that this output is drawn at random, where nothing else of a signature can be compared; repeat",
    )  # fmt: skip


def _add_op_libraries(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--load-op-library", metavar="PATH", action="append", default=[], dest="op_libraries",
        help="a shared library that holds ops of the model; repeat for several",
    )  # fmt: skip


def _add_predict(commands: Commands) -> None:
    command = _add_command(commands, "predict", "run a migrated model on arrays")
    command.add_argument("saved_model", metavar="SAVED_MODEL", help="a directory that migrate wrote")
    command.add_argument(
        "--inputs", metavar="feeds.npz", required=True, help="the inputs by alias (.npz or .json)"
    )
    command.add_argument(
        "--signature", metavar="NAME", default="serving_default", help="(default %(default)s)"
    )
    _add_op_libraries(command)
    command.add_argument("--format", choices=("text", "json"), default="text")
    command.add_argument("-o", "--output", metavar="out.npz", help="write the outputs there")


def _tolerance(text: str) -> float:
    """A number from 0 up, NaN excluded."""
    number = float(text)
    if not number >= 0:
        raise argparse.ArgumentTypeError(f"a tolerance is a number from 0 up, not '{text}'")
    return number


_tolerance.__name__ = "tolerance"  # argparse puts this name into its message for a ValueError
