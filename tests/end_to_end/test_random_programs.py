"""Random programs of nested loops, branches and arrays: each computes in TF2 what TensorFlow 1 computed.

The programs of a group stand in one graph and are migrated together, as outputs of one signature.
"""

from __future__ import annotations

import json
import re
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import tf1compat
from tests.end_to_end.golden import check_equal, forbidden_in
from tf1compat.errors import RewriteError
from tf1compat.graph.lint import lint
from tf1compat.rewrite import rewrite

ARCHIVE = Path(__file__).parent.parent.parent / "fixtures" / "random_programs.tar.xz"
FROZEN = {"is_training": False}


@dataclass(frozen=True)
class Group:
    """The programs of one graph, by name, with what they take and give."""

    folder: Path

    @cached_property
    def programs(self) -> dict[str, dict[str, Any]]:
        content: dict[str, dict[str, Any]] = json.loads((self.folder / "programs.json").read_text("utf-8"))
        return content

    def signature(self, *names: str) -> dict[str, tf1compat.Signature]:
        chosen = [self.programs[name] for name in names or self.programs]
        inputs = {name: f"{name}:0" for each in chosen for name in each["inputs"]}
        outputs = {alias_of(name): f"{name}:0" for each in chosen for name in each["outputs"]}
        return {"serving_default": tf1compat.Signature(inputs=inputs, outputs=outputs)}

    def cases(self) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        """What each case feeds and what TensorFlow 1 gave, by node."""
        fed = {name for each in self.programs.values() for name in each["inputs"]}
        given = {name for each in self.programs.values() for name in each["outputs"]}
        with np.load(self.folder / "golden.npz") as arrays:
            for case in sorted({key.partition("|")[0] for key in arrays.files}):
                yield (
                    {name: arrays[f"{case}|{name}"] for name in fed},
                    {name: arrays[f"{case}|{name}"] for name in given},
                )


def alias_of(node: str) -> str:
    return node.replace("/", "_")


@pytest.fixture(scope="module")
def groups(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[Group]]:
    """The groups whose names match a pattern, unpacked."""
    place = tmp_path_factory.mktemp("random_programs")
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(place, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
    found = [Group(path.parent) for path in sorted(place.glob("*/programs.json"))]
    return lambda pattern: [each for each in found if re.fullmatch(pattern, each.folder.name)]


def check_group(group: Group, place: Path) -> None:
    tf1compat.migrate(group.folder, place, signatures=group.signature(), constants=FROZEN, verify=False)
    assert forbidden_in(place) == set()
    model = tf1compat.load(place)
    for fed, expected in group.cases():
        found = model.predict("serving_default", fed)
        for node, value in expected.items():
            if value.dtype.kind == "S":
                assert np.asarray(found[alias_of(node)]).tolist() == value.tolist(), node
            else:
                check_equal(found[alias_of(node)], value, node)


def test_there_are_programs_enough_of_each_release(groups: Callable[[str], list[Group]]) -> None:
    sizes = {
        release: sum(len(each.programs) for each in groups(rf"tf{release}-\d+"))
        for release in ("0.12.1", "1.4.1", "1.15.5")
    }
    assert sizes == {"0.12.1": 100, "1.4.1": 120, "1.15.5": 120}
    assert all(len(each.programs) > 20 for each in groups(r".*-special"))


@pytest.mark.tensorflow
@pytest.mark.slow
@pytest.mark.parametrize("release", ["0.12.1", "1.4.1", "1.15.5"])
def test_random_programs_compute_what_they_computed(
    groups: Callable[[str], list[Group]], release: str, tmp_path: Path, tensorflow: ModuleType
) -> None:
    for group in groups(rf"tf{release}-\d+"):
        check_group(group, tmp_path / group.folder.name)


@pytest.mark.tensorflow
@pytest.mark.slow
@pytest.mark.parametrize("release", ["0.12.1", "1.4.1", "1.15.5"])
def test_special_programs_compute_what_they_computed(
    groups: Callable[[str], list[Group]], release: str, tmp_path: Path, tensorflow: ModuleType
) -> None:
    (group,) = groups(f"tf{release}-special")
    check_group(group, tmp_path / "migrated")


def test_what_only_training_runs_is_gone(groups: Callable[[str], list[Group]]) -> None:
    for group in groups(r".*-special"):
        signature = group.signature("frozen_by_another", "loop_of_training")
        plan = tf1compat.plan(group.folder, signatures=signature, constants=FROZEN)
        (written,) = rewrite(tf1compat.inspect(group.folder).model.meta_graph.graph, plan).signatures
        bodies = [written.graph, *(each.graph for each in written.graph.functions.values())]
        ops = [node.op for body in bodies for node in body.nodes]
        assert not [op for op in ops if "Random" in op or op == "If"]
        assert ops.count("While") == 1


def test_the_rewritten_programs_are_sound(groups: Callable[[str], list[Group]]) -> None:
    (group,) = groups(r"tf1.15.5-special")
    plan = tf1compat.plan(group.folder, signatures=group.signature(), constants=FROZEN)
    (written,) = rewrite(tf1compat.inspect(group.folder).model.meta_graph.graph, plan).signatures
    assert lint(written.graph) == ()


def test_what_has_no_form_is_refused_by_name(groups: Callable[[str], list[Group]]) -> None:
    (group,) = groups(r".*-refused")
    graph = tf1compat.inspect(group.folder).model.meta_graph.graph
    for name, program in group.programs.items():
        with pytest.raises(RewriteError) as caught:
            rewrite(graph, tf1compat.plan(group.folder, signatures=group.signature(name)))
        assert program["refused"] in str(caught.value)
