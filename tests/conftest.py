"""What tests share: the committed models, TensorFlow imported once, and each model migrated once."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.one_process import OneProcess
from tf1compat import pipeline
from tf1compat.report.migration import MigrationResult

FIXTURES = Path(__file__).parent.parent / "fixtures"

# Before anything imports TensorFlow: its C++ log would drown a failure's own output.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Collecting the tests must not import TensorFlow, whether they use it or not."""
    if "tensorflow" in sys.modules:
        raise pytest.UsageError(
            "a test module imports TensorFlow where it is collected; import it in the test"
        )


@pytest.fixture(autouse=True)
def _tensorflow_is_imported_only_where_marked(request: pytest.FixtureRequest) -> Iterator[None]:
    before = "tensorflow" in sys.modules
    yield
    marked = request.node.get_closest_marker("tensorflow") is not None
    if not marked and not before and "tensorflow" in sys.modules:
        pytest.fail("this test imports TensorFlow: mark it with @pytest.mark.tensorflow")


@pytest.fixture(scope="session")
def fixture_folder() -> Callable[[str], Path]:
    """The folder of a committed model: `fixture_folder("char_rnn/tf1.4.1")`."""

    def folder(name: str) -> Path:
        path = FIXTURES / name
        if not path.is_dir():
            pytest.fail(f"there is no fixture '{name}'")
        return path

    return folder


@pytest.fixture(scope="session")
def tensorflow() -> Iterator[ModuleType]:
    """TensorFlow, imported once for all; the test that asks for it carries the marker `tensorflow`.

    Whatever is verified in this process from then on is reloaded in one other process, which serves every model: to
    start TensorFlow takes seconds. The command line's own processes, and tests of FreshProcess, start theirs.
    """
    import tensorflow

    gc.freeze()  # all that it holds is there to stay; no collection need look at it again
    one = OneProcess()
    with pytest.MonkeyPatch.context() as patch:
        for stage in ("run", "given_answers"):
            patch.setattr(import_module(f"tf1compat.verify.{stage}"), "FreshProcess", one)
        yield tensorflow
    one.end()


@pytest.fixture(scope="session")
def migrate_sharing(tensorflow: ModuleType) -> Callable[..., MigrationResult]:
    """`tf1compat.migrate`, for tests that need no more of TensorFlow than that."""
    return pipeline.migrate


@pytest.fixture(scope="session")
def migrated(
    tmp_path_factory: pytest.TempPathFactory,
    fixture_folder: Callable[[str], Path],
    migrate_sharing: Callable[..., MigrationResult],
) -> Callable[..., MigrationResult]:
    """Migrate a committed model, once for each way of doing it: `migrated("char_rnn/tf1.4.1", labels=...)`.

    The result's `output` is shared between tests: read it, copy it, never change it.
    """
    made: dict[str, MigrationResult] = {}

    def migrate(name: str, **options: Any) -> MigrationResult:
        key = repr((name, sorted(options.items())))
        if key not in made:
            output = tmp_path_factory.mktemp(name.replace("/", "-")) / "migrated"
            made[key] = migrate_sharing(fixture_folder(name), output, **options)
        return made[key]

    return migrate
