"""The wheel is whole: it installs, and runs outside the checkout."""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import numpy
import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parent.parent
TABLES = {ROOT / "tf1compat/ops/registry.txt", ROOT / "tf1compat/consumers/taken_ops.txt"}


def pip(*arguments: str, cwd: Path) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel that `pip install .` builds, from a copy, so that the checkout stays clean."""
    copy = tmp_path_factory.mktemp("source")
    for name in ("setup.py", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    for name in ("tf1compat", "converters"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    target = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(target), ".", cwd=copy)
    (built,) = target.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """Another virtual environment with the wheel in it; the dependencies are those of this one."""
    folder = tmp_path_factory.mktemp("elsewhere") / "venv"
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    pip("--python", str(python), "install", "--quiet", "--no-deps", str(wheel), cwd=folder)
    (site_packages,) = folder.glob("lib/python*/site-packages")
    (site_packages / "dependencies.pth").write_text(str(Path(numpy.__file__).parent.parent) + "\n")
    return folder


def run(folder: Path, program: str, *arguments: str) -> str:
    command = [str(folder / "bin" / program), *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout


def test_the_wheel_holds_both_packages_whole(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    expected = {
        str(path.relative_to(ROOT))
        for package in ("tf1compat", "converters")
        for path in (ROOT / package).rglob("*")
        if path.suffix == ".py" or path.name == "py.typed" or path in TABLES
    }
    assert expected <= names
    others = {name for name in names if ".dist-info/" not in name} - expected
    assert others == set()
    assert any(name.endswith("LICENSE") for name in names)


def test_it_runs_outside_the_checkout(installed):
    assert "inspect" in run(installed, "tf1compat", "--help")
    place = run(installed, "python", "-c", "import tf1compat; print(tf1compat.__file__)")
    assert place.startswith(str(installed))
    assert "--temperature" in run(installed, "python", "-m", "converters.char_rnn", "--help")


def test_it_inspects_outside_the_checkout(installed, fixture_folder):
    report = run(installed, "tf1compat", "inspect", str(fixture_folder("char_rnn/tf1.4.1")))
    assert "LSTM(112)" in report


def test_the_version_is_one(installed):
    import tf1compat

    assert run(installed, "tf1compat", "--version") == f"tf1compat {tf1compat.__version__}\n"
    assert f"## [{tf1compat.__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
