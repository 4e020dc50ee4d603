"""What every recipe does alike: arguments, the migration with its report, the vocabulary, errors."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import tf1compat


def arguments(description: str) -> argparse.ArgumentParser:
    """A parser that knows MODEL, OUTPUT, --vocabulary and --overwrite."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("model", metavar="MODEL", help="a checkpoint prefix, its .meta, or its directory")
    parser.add_argument("output", metavar="OUTPUT", help="the SavedModel directory to make")
    parser.add_argument(
        "--vocabulary", metavar="vocabulary.json",
        help="a JSON list of tokens, or a mapping either way (default: the one beside the model)",
    )  # fmt: skip
    parser.add_argument(
        "--overwrite",
        action="store_true",
        help="replace OUTPUT where it is an earlier result and holds nothing else",
    )
    return parser


def migrated(options: argparse.Namespace, plan: tf1compat.MigrationPlan) -> tf1compat.MigratedModel | None:
    """The model, migrated, reported and loaded; None where verification failed."""
    result = tf1compat.migrate(options.model, options.output, plan, overwrite=options.overwrite)
    print(result, end="\n\n", flush=True)
    return None if result.output is None else tf1compat.load(result.output)


def vocabulary(options: argparse.Namespace) -> tuple[str, ...] | None:
    """The tokens in the order of their ids; None where no file is named and none lies beside the model."""
    model = Path(options.model)
    beside = (model if model.is_dir() else model.parent) / "vocabulary.json"
    path = Path(options.vocabulary) if options.vocabulary else beside
    if not path.is_file():
        if options.vocabulary:
            raise tf1compat.Tf1CompatError(f"the vocabulary '{path}' is not a file")
        return None
    try:
        return _tokens(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise tf1compat.Tf1CompatError(
            f"the vocabulary '{path}' is no JSON list of tokens, and no mapping of tokens and ids: {error}"
        ) from error


def _tokens(data: Any) -> tuple[str, ...]:
    if isinstance(data, dict):
        by_token = all(isinstance(value, int) for value in data.values())
        by_id = {number: token for token, number in data.items()} if by_token else _keyed_by_number(data)
        data = [by_id.get(number) for number in range(len(data))]
    if not isinstance(data, list) or not all(isinstance(each, str) for each in data):
        raise TypeError("not every id from 0 up has a token")
    return tuple(data)


def _keyed_by_number(data: dict[str, Any]) -> dict[int, Any]:
    return {int(number): token for number, token in data.items()}


def run(main: Callable[[], int]) -> NoReturn:
    """End the process as `main` ends: its status, or one `error:` line and the error's."""
    tf1compat.quiet_tensorflow()
    try:
        sys.exit(main())
    except tf1compat.Tf1CompatError as error:
        print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
        sys.exit(error.exit_status)
