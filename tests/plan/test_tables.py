"""The lookup tables of a plan, and the files that fill them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.discovery.tables.table_text import LOOKUP, MUTABLE, TABLE, TENSORS, from_file, model_in
from tf1compat.discovery import discover
from tf1compat.errors import PlanError
from tf1compat.options import PlanOptions
from tf1compat.plan import document
from tf1compat.plan.check import fitted
from tf1compat.plan.make import make_plan
from tf1compat.plan.model import MigrationPlan, TablePlan
from tf1compat.plan.tables import planned_files
from tf1compat.source.model import LegacyModel

FILE = LOOKUP + TABLE + from_file("/data/vocab.txt")


def planned(model: LegacyModel, **wishes: object) -> MigrationPlan:
    return make_plan(model, discover(model), PlanOptions(**wishes))  # type: ignore[arg-type]


def vocabulary(path: Path) -> Path:
    path.write_text("the\nfilm\n")
    return path


def test_a_plan_names_the_file_that_was_found(tmp_path: Path) -> None:
    path = vocabulary(tmp_path / "vocab.txt")
    plan = planned(model_in(tmp_path, FILE))
    assert plan.tables == (TablePlan("table", "file", str(path)),)
    assert [each.code for each in plan.hazards] == ["asset-moved"]
    assert plan.blockers == ()


def test_a_plan_names_the_file_that_was_given_and_says_no_more_of_it(tmp_path: Path) -> None:
    path = vocabulary(tmp_path / "words.txt")
    plan = planned(model_in(tmp_path, FILE), assets={"vocab.txt": path})
    assert plan.tables == (TablePlan("table", "file", str(path)),)
    assert (plan.hazards, plan.blockers) == ((), ())


def test_a_file_that_was_given_and_is_not_there_is_a_blocker(tmp_path: Path) -> None:
    plan = planned(model_in(tmp_path, FILE), assets={"vocab.txt": "nowhere.txt"})
    (blocker,) = plan.blockers
    assert blocker.code == "asset-missing"
    assert "'nowhere.txt', which is not there" in blocker.reason


def test_an_unknown_name_is_told_with_all_other_problems(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match=r"constant 'keep'.*asset 'vocab.tx' is no file that the graph names"):
        planned(model_in(tmp_path, FILE), assets={"vocab.tx": "a"}, constants={"keep": 1})


def test_the_blocker_of_a_plan_has_the_signature_that_discovery_knows(tmp_path: Path) -> None:
    (blocker,) = planned(model_in(tmp_path, FILE)).blockers
    assert blocker.code == "asset-missing"
    assert "--signature 'serving_default(" in blocker.remedy


def test_a_signature_that_cuts_the_lookup_off_needs_no_table(tmp_path: Path) -> None:
    plan = planned(model_in(tmp_path, FILE), signatures=["serving_default(ids) -> probabilities"])
    assert (plan.tables, plan.blockers) == ((), ())


def test_an_op_that_is_allowed_is_no_blocker(tmp_path: Path) -> None:
    plan = planned(model_in(tmp_path, LOOKUP + MUTABLE), allow=("MutableHashTableV2",))
    assert plan.tables == (TablePlan("table", "unknown"),)
    assert plan.blockers == ()


def test_tables_survive_json_and_old_plans_have_none(tmp_path: Path) -> None:
    vocabulary(tmp_path / "vocab.txt")
    for text in (FILE, LOOKUP + TABLE + TENSORS):
        plan = planned(model_in(tmp_path, text))
        written = document.to_json(plan)
        assert document.from_json(written) == plan
        del written["tables"]
        assert document.from_json(written).tables == ()


def test_a_plan_that_fits_keeps_its_file_and_one_whose_file_is_gone_is_refused(tmp_path: Path) -> None:
    path = vocabulary(tmp_path / "words.txt")
    model = model_in(tmp_path, FILE)
    plan = planned(model, assets={"vocab.txt": path})
    assert fitted(plan, model, discover(model)).tables == plan.tables
    path.unlink()
    with pytest.raises(PlanError, match=r"asset-missing at 'table'.*words.txt', which is not there"):
        fitted(plan, model, discover(model))


def test_an_ambiguity_blocks_until_it_is_taken_out_of_the_plan(tmp_path: Path) -> None:
    vocabulary(tmp_path / "vocab.txt")
    two = LOOKUP.replace("Gather(w/read, ids)", "Gather(w/read, both)") + TABLE + from_file("/en/vocab.txt")
    two += TABLE.replace("table =", "others =") + from_file("/de/vocab.txt", "others")
    two += "    more = LookupTableFindV2(others, words, none) Tin=string; Tout=int64\n"
    model = model_in(tmp_path, two + "    both = AddV2(ids, more) T=int64\n")
    plan = planned(model)
    with pytest.raises(PlanError, match="asset-ambiguous"):
        fitted(plan, model, discover(model))
    assert fitted(replace(plan, blockers=()), model, discover(model)).tables == plan.tables


def test_verification_takes_the_file_that_is_there_by_now(tmp_path: Path) -> None:
    path = vocabulary(tmp_path / "vocab.txt")
    tables = discover(model_in(tmp_path, FILE)).tables
    (gone,) = planned_files(tables, (TablePlan("table", "file", "/elsewhere/vocab.txt"),))
    assert gone.path == path
    other = vocabulary(tmp_path / "other.txt")
    (there,) = planned_files(tables, (TablePlan("table", "file", str(other)),))
    assert (there.path, there.given) == (other, True)
