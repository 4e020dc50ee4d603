"""What a user may ask of a migration: every option once, with its type, its default and what it means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypedDict, get_args

from tf1compat.errors import PlanError

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from tf1compat.plan.signatures.signature import Signature

Place: TypeAlias = "str | Path"
Signatures: TypeAlias = "Mapping[str, Signature | str] | Sequence[str] | None"

#: The variables as training left them, or their moving averages; auto: what evaluations restored.
WeightsChoice = Literal["auto", "raw", "ema"]
#: The number of examples that the author fixed, or any.
BatchChoice = Literal["keep", "free"]
#: Sequences of as many steps as the author fed, or of any number.
TimeChoice = Literal["keep", "free"]
#: What batch normalisation in training mode becomes: its moving averages, these even where no training updated them,
#: or what it is.
StatisticsChoice = Literal["auto", "averages", "keep"]


#: Constants of a frozen graph that are weights become variables again, or stay as they are.
ThawChoice = Literal["auto", "none"]


class PlanArguments(TypedDict, total=False):
    """The options that `plan` and `migrate` take by keyword alone; what each means stands in `PlanOptions`."""

    tags: Iterable[str] | None
    step: int | None
    thaw: ThawChoice
    custom_objects: Iterable[str]

    labels_for: str | None
    label_offset: int | None
    weights: WeightsChoice
    allow: Iterable[str]
    assets: Mapping[str, Place] | None
    batch_statistics: StatisticsChoice
    softmax: bool | str
    batch: BatchChoice
    time: TimeChoice
    op_libraries: Iterable[Place]
    allow_random: Iterable[str]


@dataclass(frozen=True)
class SourceOptions:
    """How what lies on disk is opened: of the options of `PlanOptions`, those that say which of it is the model."""

    tags: tuple[str, ...] | None = None
    step: int | None = None
    thaw: ThawChoice = "auto"
    custom_objects: tuple[str, ...] = ()
    allow_lambda: bool = False
    #: of a Keras file, what it says of itself is enough: nothing is built
    described: bool = False


_CODE_NAME = re.compile(r"([\w.]+):(\w+)")


def code_name(text: str) -> tuple[str, str] | None:
    """The module and the name in `module:name`; None for what is not so."""
    found = _CODE_NAME.fullmatch(text)
    return None if found is None else (found[1], found[2])


#: What is allowed so that a Keras file's own bytecode may run.
LAMBDA = "Lambda"


def source_options(
    tags: Iterable[str] | None = None,
    step: int | None = None,
    thaw: ThawChoice = "auto",
    *,
    custom_objects: Iterable[str] = (),
    allow: Iterable[str] = (),
    described: bool = False,
) -> SourceOptions:
    """The options as they are given; tags in any order. Raises PlanError for a value that is none of an option's."""
    _check("thaw", thaw, get_args(ThawChoice))
    chosen, objects = None if tags is None else tuple(sorted(set(tags))), tuple(custom_objects)
    wrong = [each for each in objects if code_name(each) is None]
    if wrong:
        raise PlanError([f"custom_objects are MODULE:NAME, not '{each}'" for each in wrong])
    return SourceOptions(chosen, step, thaw, objects, LAMBDA in allow, described)


@dataclass(frozen=True)
class PlanOptions:
    """What the user asked for; everything may be left open.

    Raises PlanError for a value that is none of an option's.
    """

    #: a `Signature` or its text form by name, or text forms; None takes what discovery finds
    signatures: Signatures = None
    #: a file, `checkpoint:VARIABLE`, `OTHER_PREFIX:VARIABLE` or `table:NODE`, with the names of the neurons
    labels: str | None = None
    #: the alias of the output that the labels name; None takes the probabilities
    labels_for: str | None = None
    #: the neuron that the first name belongs to, where the first ones have none; None goes by the names' own numbers
    label_offset: int | None = None
    #: values to freeze tensors to, by tensor name
    constants: Mapping[str, Any] = field(default_factory=dict)
    weights: WeightsChoice = "auto"
    #: compile the signatures with XLA
    jit: bool = False
    #: ops that are accepted though they are refused otherwise
    allow: tuple[str, ...] = ()
    #: files that fill lookup tables, by the name or path that the graph has for them
    assets: Mapping[str, Place] = field(default_factory=dict)
    batch_statistics: StatisticsChoice = "auto"
    #: add `probabilities`, the softmax that the graph lacks, of its logits or of the output of this alias
    softmax: bool | str = False
    batch: BatchChoice = "keep"
    time: TimeChoice = "keep"
    #: shared libraries that hold ops of the model, built for the TensorFlow that is installed
    op_libraries: tuple[str, ...] = ()
    #: outputs that may be drawn at random, where verification then has nothing else of a signature to compare
    allow_random: tuple[str, ...] = ()
    #: the tags of a SavedModel's graph; None takes `serve`, else no tags at all, else the only graph
    tags: tuple[str, ...] | None = None
    #: the training step of the checkpoint; None takes the latest
    step: int | None = None
    thaw: ThawChoice = "auto"
    #: classes and functions that a Keras file needs, as `module:name`
    custom_objects: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.label_offset is not None and self.label_offset < 0:
            raise PlanError([f"label_offset is the number of a neuron, 0 or more, not {self.label_offset}"])
        _check("weights", self.weights, get_args(WeightsChoice))
        _check("batch", self.batch, get_args(BatchChoice))
        _check("time", self.time, get_args(TimeChoice))
        _check("thaw", self.thaw, get_args(ThawChoice))
        _check("batch_statistics", self.batch_statistics, get_args(StatisticsChoice))

    @property
    def opening(self) -> SourceOptions:
        """Those that say how the model is opened."""
        return source_options(
            self.tags, self.step, self.thaw, custom_objects=self.custom_objects, allow=self.allow
        )


def plan_options(
    signatures: Signatures = None,
    labels: str | None = None,
    constants: Mapping[str, Any] | None = None,
    jit: bool = False,
    **given: Unpack[PlanArguments],
) -> PlanOptions:
    """The options as `plan` and `migrate` are given them; raises PlanError, and TypeError for an unknown name."""
    tags = given.get("tags")
    chosen: dict[str, Any] = {
        **given,
        "tags": None if tags is None else tuple(tags),
        "allow": tuple(given.get("allow", ())),
        "assets": dict(given.get("assets") or {}),
        "op_libraries": absolute(given.get("op_libraries", ())),
        "custom_objects": tuple(given.get("custom_objects", ())),
        "allow_random": tuple(given.get("allow_random", ())),
    }
    return PlanOptions(signatures, labels, constants=dict(constants or {}), jit=jit, **chosen)


def absolute(paths: Iterable[Place]) -> tuple[str, ...]:
    """The files' whole paths, so that a plan made in one folder holds in another; raises PlanError for no file."""
    found = [Path(each) for each in paths]
    missing = [f"the op library '{each}' is not a file" for each in found if not each.is_file()]
    if missing:
        raise PlanError(missing)
    return tuple(str(each.resolve()) for each in found)


def _check(option: str, value: str, choices: Sequence[str]) -> None:
    if value not in choices:
        *others, last = map(repr, choices)
        raise PlanError([f"{option} is {', '.join(others)} or {last}, not {value!r}"])
