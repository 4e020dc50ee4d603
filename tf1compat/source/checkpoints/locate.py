"""From what the user gave as MODEL to the one checkpoint prefix that is meant."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath, PureWindowsPath

from tf1compat.errors import SourceError, nearest
from tf1compat.source.checkpoints.state_file import CheckpointState, base_name, read_state
from tf1compat.source.checkpoints.v1_checkpoint import is_first_version, without_shard
from tf1compat.source.files import Prefix, beside, prefix_of, read_part, refuse_pointer, size_of

_STATE_FILE = "checkpoint"
_SHARD = re.compile(r"\.data-\d{5}-of-\d{5}\Z")
_STEP = re.compile(r"-(\d+)\Z")
_LISTED = 8  # names that a message lists at most
_HERE = frozenset({"", "."})
_WANTED = "give a checkpoint's prefix, its .meta, or the folder of its 'checkpoint' file"


class MissingGraphError(SourceError):
    """A checkpoint is there, and its `.meta` is not."""

    def __init__(self, message: str, prefix: Prefix) -> None:
        super().__init__(message)
        self.prefix = prefix


class MissingValuesError(SourceError):
    """A `.meta` is there, and no part of a checkpoint is."""

    def __init__(self, message: str, prefix: Prefix) -> None:
        super().__init__(message)
        self.prefix = prefix


def is_checkpoint(given: Path) -> bool:
    """Whether `given` is a checkpoint's prefix, one of its files, or a folder that holds parts of one."""
    if given.name and beside(given, ".index").is_file():
        return True
    if given.is_dir():
        return _state_of(given) is not None or bool(
            _with_suffix(given, ".meta", ".index") or _first_versions(given)
        )
    if given.is_file() and (given.name.endswith(".meta") or given.name == _STATE_FILE):
        return True
    return given.parent.is_dir() and (
        bool(_part_of(given)) or _has_part(given) or _whole_of(given) is not None
    )


def _part_of(given: Path) -> str:
    """What a checkpoint's file is called behind the prefix; empty for other files."""
    found = _SHARD.search(given.name) or re.search(r"\.index\Z", given.name)
    return found[0] if found else ""


def _whole_of(given: Path) -> Path | None:
    """The V1 checkpoint of which a file is one shard; None for any other file."""
    whole = given.with_name(without_shard(given.name))
    return whole if whole != given and is_first_version(whole) else None


def locate(given: Path, *, is_folder: bool = False, step: int | None = None) -> Prefix:
    """The checkpoint prefix that `given` means, its `.meta` and its weights found to be there.

    `given`: a prefix, a `.meta`, a folder, or a folder's `checkpoint` file; a folder, where there is one,
    `is_folder` says, even if files beside it have its name. A folder's own files win over the path that its
    `checkpoint` file holds, which is often that of another machine. `step` chooses among a folder's checkpoints.
    Raises SourceError, MissingGraphError where nothing but the `.meta` is missing, and MissingValuesError where there
    is nothing but the `.meta`.
    """
    named_alike = given.name and not is_folder and beside(given, ".index").is_file()
    if given.is_dir() and not named_alike:
        prefix = _in_folder(given) if step is None else _of_step(given, step)
    elif given.name == _STATE_FILE and given.is_file() and not is_first_version(given):
        prefix = _in_folder(given.parent) if step is None else _of_step(given.parent, step)
    else:
        prefix = _prefix_of(given)
    _check_complete(prefix)
    return prefix


# ------------------------------------------------------------------------------------------- a path itself


def _prefix_of(given: Path) -> Prefix:
    if given.name.endswith(".meta") and given.is_file():
        return prefix_of(given.parent, given.name.removesuffix(".meta"))
    part = _part_of(given)
    if part and _has_part(prefix := prefix_of(given.parent, given.name.removesuffix(part))):
        raise SourceError(
            f"'{given}' is one part of a checkpoint; give the prefix that its parts share: '{prefix}'"
        )
    if (whole := _whole_of(given)) is not None:
        return whole
    if not _has_part(given):
        raise SourceError(nothing_at(given))
    return given


def nothing_at(given: Path) -> str:
    """That a path is no model, in words, with what is there instead."""
    folder = given.parent
    if given.is_dir():
        return f"there is no model in '{given}'{_listing(given)}"
    if not folder.is_dir():
        return f"there is no '{given}': the folder '{folder}' does not exist"
    if given.exists():
        return f"'{given}' is no model: {size_of(given)} bytes of a kind that is not known; {_WANTED}"
    hint = nearest(given.name, sorted({*_names(folder), *_with_suffix(folder, ".meta", ".index")} - {""}))
    return f"there is no model '{given}'{hint or _listing(folder)}"


def _has_part(prefix: Prefix) -> bool:
    if any(beside(prefix, suffix).is_file() for suffix in (".index", ".meta")) or is_first_version(prefix):
        return True
    return bool(_shards(prefix))


def _shards(prefix: Prefix) -> list[str]:
    names = _names(prefix.parent) if prefix.parent.is_dir() else []
    return [
        name for name in names if name.startswith(prefix.name) and _SHARD.fullmatch(name[len(prefix.name) :])
    ]


# ------------------------------------------------------------------------------------------------ a folder


def _in_folder(folder: Path) -> Prefix:
    state = _state_of(folder)
    if state is None:
        return _only_prefix(folder)
    inside = (prefix for prefix in _inside(folder, state.latest) if _has_part(prefix))
    return next(inside, None) or _instead_of_named(folder, state)


def _of_step(folder: Path, step: int) -> Prefix:
    """The checkpoint of this training step."""
    names = sorted({*_with_suffix(folder, ".meta", ".index"), *_first_versions(folder)})
    steps = {int(match[1]): name for name in names if (match := _STEP.search(name))}
    if step not in steps:
        there = f"give one of {_shortened([*map(str, sorted(steps))])}" if steps else "none has a step"
        raise SourceError(f"there is no checkpoint of step {step} in '{folder}': {there}")
    return prefix_of(folder, steps[step])


def _state_of(folder: Path) -> CheckpointState | None:
    path = folder / _STATE_FILE
    if not path.is_file() or is_first_version(path):
        return None
    return read_state(read_part(path).decode("utf-8", "replace"))


def _inside(folder: Path, entry: str | None) -> list[Prefix]:
    """Where in the folder an entry of its `checkpoint` file may lie."""
    if not entry:
        return []
    entry = without_shard(entry)
    name = base_name(entry)
    by_name = prefix_of(folder, "" if name in _HERE else name)
    return [by_name] if _is_absolute(entry) else [_of_entry(folder, entry), by_name]


def _of_entry(folder: Path, entry: str) -> Prefix:
    """What a path in a `checkpoint` file is the prefix of; one that ends in a slash is so of suffixes alone."""
    path = folder / entry
    return prefix_of(path, "") if base_name(entry) in _HERE else path


def _is_absolute(entry: str) -> bool:
    return PurePosixPath(entry).is_absolute() or PureWindowsPath(entry).is_absolute()


def _instead_of_named(folder: Path, state: CheckpointState) -> Prefix:
    complete = _complete(folder)
    if len(complete) > 1:
        return prefix_of(folder, _newest(folder, complete, state))
    if not complete and state.latest and _is_absolute(state.latest):
        elsewhere = _of_entry(folder, state.latest)
        if _has_part(elsewhere):
            return elsewhere
    return _only_prefix(folder, f"its 'checkpoint' file names {_named(state)}; ")


def _named(state: CheckpointState) -> str:
    return f"'{state.latest}', which is not there" if state.latest else "none"


def _newest(folder: Path, complete: list[str], state: CheckpointState) -> str:
    steps = {name: int(match[1]) for name in complete if (match := _STEP.search(name))}
    if steps:
        return max(
            steps, key=lambda name: (steps[name], beside(prefix_of(folder, name), ".meta").stat().st_mtime)
        )
    written = [name for entry in state.all if (name := without_shard(base_name(entry))) in complete]
    if written:
        return written[-1]
    raise SourceError(
        f"'{folder}' holds several checkpoints, and its 'checkpoint' file names {_named(state)}; "
        f"give one by its prefix: {_paths(folder, complete)}"
    )


def _only_prefix(folder: Path, because: str = "") -> Prefix:
    complete = _complete(folder)
    candidates = complete or sorted(_with_suffix(folder, ".meta", ".index")) or _first_versions(folder)
    if len(candidates) == 1:
        return prefix_of(folder, candidates[0])
    if candidates:
        what = "several checkpoints" if complete else "parts of several checkpoints"
        choice = _paths(folder, candidates)
        raise SourceError(f"'{folder}' holds {what}; {because}give one by its prefix: {choice}")
    raise SourceError(f"there is no checkpoint in '{folder}'{_listing(folder)}; {because}{_WANTED}")


def _complete(folder: Path) -> list[str]:
    graphs, indices = _with_suffix(folder, ".meta"), _with_suffix(folder, ".index")
    return sorted(name for name in graphs if name in indices or is_first_version(prefix_of(folder, name)))


def _with_suffix(folder: Path, *suffixes: str) -> set[str]:
    names = _names(folder)
    return {name.removesuffix(end) for end in suffixes for name in names if name.endswith(end)}


def _first_versions(folder: Path) -> list[str]:
    names = {without_shard(name) for name in _names(folder)}
    return sorted(name for name in names if is_first_version(prefix_of(folder, name)))


def _names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def _paths(folder: Path, names: list[str]) -> str:
    """The prefixes of these names, as they may be given: a folder's own name would mean its latest checkpoint."""
    return _shortened([f"'{folder / (name or '.meta')}'" for name in names])


def _listing(folder: Path) -> str:
    names = _names(folder)
    return f"; the folder holds: {_shortened(names)}" if names else "; the folder is empty"


def _shortened(items: list[str]) -> str:
    return ", ".join(items[:_LISTED]) + (", ..." if len(items) > _LISTED else "")


# ------------------------------------------------------------------------------------------- completeness


def _check_complete(prefix: Prefix) -> None:
    graph, index = beside(prefix, ".meta"), beside(prefix, ".index")
    first_version = is_first_version(prefix)
    if first_version and not graph.is_file():
        raise MissingGraphError(
            f"'{prefix}' is a V1 checkpoint, which holds weights only, and its graph, '{graph.name}', is not there; "
            f"put it there, or write it with tf.train.export_meta_graph('{graph.name}') in the program that builds it"
            f"{_copied_graph(graph)}",
            prefix,
        )
    if not first_version and not index.is_file():
        _refuse_damaged_table(prefix)
        if graph.is_file() and not _shards(prefix):
            raise MissingValuesError(
                f"'{graph}' is there alone: it holds the graph, the weights are in '{index.name}' and the .data files; "
                "put them beside it",
                prefix,
            )
        others = [name for name in _complete(prefix.parent) if name != prefix.name]
        instead = f"; or give another checkpoint: {_paths(prefix.parent, others)}" if others else ""
        raise SourceError(
            f"'{index}' is missing, and without it the weights cannot be found; "
            f"put it beside the other files{instead}"
        )
    if not graph.is_file():
        raise MissingGraphError(
            f"'{graph}' is missing: the checkpoint holds weights only, the graph is in its .meta file; "
            f"put it beside '{index.name}'{_copied_graph(graph)}",
            prefix,
        )


def _refuse_damaged_table(prefix: Prefix) -> None:
    """Raises SourceError for a file of the prefix's own name: it can only be what is left of a V1 checkpoint."""
    whole = beside(prefix, "")
    if whole.is_file():
        refuse_pointer(whole)
        raise SourceError(
            f"'{prefix}' is no V1 checkpoint ({size_of(whole)} bytes that do not end as one does), and there is no "
            f"'{prefix.name}.index' of a newer one: it is cut short or damaged, copy it again"
        )


def _copied_graph(graph: Path) -> str:
    others = sorted(_with_suffix(graph.parent, ".meta"))
    return f" (if '{others[0]}.meta' is this model's, copy it to that name)" if others else ""
