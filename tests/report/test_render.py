from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest

from tf1compat.report import render
from tf1compat.report.document import Code, Entries, Entry, Paragraph, Table, Verbatim, document, section

EVERYTHING = document(
    "Model <b>a|b</b>",
    section(
        "Tables & lists",
        Table.of(("name", "value"), [(Code("scope/<x>|y"), "a|b *c* <i>"), (Code("w"), "1e5")]),
        Entries((Entry("code at node", ("reason with <tag>", "remedy")),)),
    ),
    section("Rest", Paragraph("one_two & <three>"), Verbatim(("tf1compat plan 'a<b'",))),
)


class Reader(HTMLParser):
    """Collects the text and checks that every tag is closed in order."""

    VOID = frozenset({"meta"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def test_text_shows_numbers_as_they_were_given():
    lines = render.text(EVERYTHING).splitlines()
    assert lines[:2] == ["Model <b>a|b</b>", "=" * 16]
    assert "w            1e5" in lines
    assert "    tf1compat plan 'a<b'" in lines
    assert not any(line != line.rstrip() for line in lines)


def test_text_wraps_prose_and_breaks_no_name():
    name = "scope/" * 30
    lines = render.text(document("t", section("s", Paragraph("word " * 40 + name)))).splitlines()
    assert name in lines
    assert max(len(line) for line in lines if line != name) <= 100


def test_markdown_escapes_what_would_be_markup():
    markdown = render.markdown(EVERYTHING)
    assert "# Model \\<b\\>a\\|b\\</b\\>" in markdown
    assert "| `scope/<x>\\|y` | a\\|b \\*c\\* \\<i\\> |" in markdown
    assert "* **code at node** reason with \\<tag\\> remedy" in markdown
    assert "one\\_two & \\<three\\>" in markdown


def test_every_row_of_a_markdown_table_has_as_many_cells():
    rows = [line for line in render.markdown(EVERYTHING).splitlines() if line.startswith("|")]
    assert {line.replace("\\|", "").count("|") for line in rows} == {3}


def test_html_is_well_formed_and_escaped():
    reader = Reader()
    reader.feed(render.html(EVERYTHING))
    reader.close()
    assert reader.open == []
    assert not {"b", "i", "x", "tag", "three"} & reader.tags
    for expected in (
        "Model <b>a|b</b>",
        "scope/<x>|y",
        "reason with <tag>",
        "one_two & <three>",
        "plan 'a<b'",
    ):
        assert expected in reader.text


def test_empty_tables_and_sections_vanish():
    empty = document(
        "t", section("nothing", Table.of(("a",), [])), section("none", None), section("e", Entries(()))
    )
    assert empty.sections == ()


def test_json_text_is_strict():
    assert json.loads(render.json_text({"a": [1, None, "é"]})) == {"a": [1, None, "é"]}
    assert "é" in render.json_text({"a": "é"}, ascii_only=False)
    assert render.json_text({"a": "é"}).isascii()
    with pytest.raises(ValueError, match="not JSON compliant"):
        render.json_text({"a": float("nan")})
