"""What `docs/architecture.md` says of the code is what holds: who may import whom, what the parts are, the passes."""

from __future__ import annotations

import re

from tests.docs.pages import prose_of, section, table_rows
from tests.test_architecture import MAY_IMPORT

PAGE = "docs/architecture.md"


def listed() -> dict[str, set[str]]:
    """The table of the page: what each part may import."""
    _, *rows = table_rows(section(PAGE, "## Who may import whom"))
    return {name(part): set(map(name, re.findall(r"`([^`]+)`", imports))) for part, imports in rows}


def name(quoted: str) -> str:
    """`tf1compat` itself is `__init__` in the test's table."""
    part = quoted.strip("`")
    return "__init__" if part == "tf1compat" else part


def test_the_table_of_imports_is_the_one_that_is_enforced():
    assert listed() == MAY_IMPORT


def test_every_part_has_its_line_in_the_way_through():
    text = prose_of(PAGE)
    assert [
        part
        for part in MAY_IMPORT
        if f"`tf1compat/{part}/`" not in text and f"`tf1compat/{part}.py`" not in text
    ] == []
