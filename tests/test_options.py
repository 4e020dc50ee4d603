"""The options of a migration: they stand once, and the Python functions and the command line give what they say."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from tf1compat.cli.arguments import parse, planning_defaults
from tf1compat.cli.commands import _planning
from tf1compat.errors import PlanError
from tf1compat.options import PlanArguments, PlanOptions, plan_options

#: The options that `plan` and `migrate` take by place too.
BY_PLACE = {"signatures", "labels", "constants", "jit"}


def test_every_option_can_be_given_from_python_and_no_other():
    assert set(PlanArguments.__annotations__) | BY_PLACE == {each.name for each in fields(PlanOptions)}
    with pytest.raises(TypeError, match="wieghts"):
        plan_options(wieghts="ema")  # type: ignore[call-arg]


def test_every_option_can_be_given_on_the_command_line():
    translated = _planning(parse(["migrate", "model", "output"]))
    assert set(translated) == {each.name for each in fields(PlanOptions)}


def test_what_is_left_out_on_the_command_line_is_what_is_left_out_in_python():
    assert plan_options(**_planning(parse(["plan", "model"]))) == plan_options() == PlanOptions()


def test_an_option_of_the_plan_is_known_to_stand_beside_a_plan_file():
    given = vars(parse(["plan", "model", "--batch", "free", "--plan", "plan.json"]))
    assert [name for name, default in planning_defaults().items() if given[name] != default] == ["batch"]


@pytest.mark.parametrize("option", ["weights", "batch", "batch_statistics"])
def test_a_word_that_is_none_of_an_options_is_refused(option: str):
    with pytest.raises(PlanError, match=rf"{option} is '\w+'.* or '\w+', not 'other'"):
        plan_options(**{option: "other"})


def test_what_is_given_is_kept_whatever_form_it_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "op.so").touch()
    monkeypatch.chdir(tmp_path)
    options = plan_options(allow=["PyFunc"], assets=None, op_libraries=[Path("op.so")])
    assert (options.allow, options.assets) == (("PyFunc",), {})
    assert options.op_libraries == (str(tmp_path.resolve() / "op.so"),)
