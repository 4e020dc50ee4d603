from __future__ import annotations

import importlib
import inspect
import subprocess
import sys

import pytest

import tf1compat


@pytest.mark.parametrize("name", ["plan", "restore", "verify"])
def test_functions_keep_their_names_although_packages_share_them(name):
    package = importlib.import_module(f"tf1compat.{name}")
    importlib.reload(package)
    assert inspect.ismodule(package)
    assert inspect.isfunction(getattr(tf1compat, name))
    assert getattr(tf1compat, name).__module__ == "tf1compat.pipeline"


def test_other_modules_are_bound_as_ever():
    assert importlib.import_module("tf1compat.errors") is tf1compat.errors


def test_every_public_name_is_there():
    for name in tf1compat.__all__:
        assert getattr(tf1compat, name).__doc__, name
        assert name in dir(tf1compat)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'tf1compat' has no attribute 'migrat'"):
        _ = tf1compat.migrat


def test_every_error_is_in_one_tree():
    errors = importlib.import_module("tf1compat.errors")
    found = [each for each in vars(errors).values() if inspect.isclass(each) and issubclass(each, Exception)]
    assert len(found) > 5
    assert all(issubclass(each, tf1compat.Tf1CompatError) for each in found)


def test_signatures_of_the_functions_are_those_promised():
    def parameters(name: str) -> list[str]:
        return list(inspect.signature(getattr(tf1compat, name)).parameters)

    assert parameters("inspect")[:1] == ["model"]
    assert parameters("plan")[:4] == ["model", "signatures", "labels", "constants"]
    assert parameters("migrate")[:9] == [
        "model", "output", "plan", "signatures", "labels", "constants", "overwrite", "verify", "jit",
    ]  # fmt: skip
    assert parameters("verify")[:6] == ["model", "saved_model", "feeds", "rtol", "atol", "op_libraries"]
    assert parameters("verify")[6:] == ["allow_random", "expected", "build", "allow", "custom_objects"]
    assert parameters("restore")[:1] == ["model"]
    assert parameters("load") == ["output", "op_libraries"]
    assert parameters("Signature") == ["inputs", "outputs"]


def test_importing_the_package_imports_nothing_heavy():
    heavy = ("numpy", "tensorboard", "tensorflow")
    code = f"import sys, tf1compat; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
