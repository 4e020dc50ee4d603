"""Families of ops: each of ops that there are, and no two the same."""

from __future__ import annotations

from collections import Counter

from tf1compat.ops import families
from tf1compat.ops.registry import op_names
from tf1compat.ops.unregistered import EXPRESSED

FAMILIES = {name: ops for name, ops in vars(families).items() if name.isupper()}


def test_every_family_holds_ops_that_there_are():
    assert {name: ops - op_names() - EXPRESSED for name, ops in FAMILIES.items()} == dict.fromkeys(
        FAMILIES, frozenset()
    )
    assert all(FAMILIES.values())


def test_no_two_families_are_the_same():
    twice = {ops for ops, count in Counter(FAMILIES.values()).items() if count > 1}
    assert [name for name, ops in FAMILIES.items() if ops in twice] == []
