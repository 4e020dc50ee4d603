"""What the pages point to exists: other pages, headings, files, folders; and every page is found."""

from __future__ import annotations

import re

import pytest

from tests.docs.pages import PAGES, README, ROOT, prose_of, section, table_rows, text_of

_LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
#: What stands in backquotes and looks like a place in the checkout.
_PLACE = re.compile(r"`((?:tf1compat|tests|docs|converters|fixtures|benchmarks)/[\w./-]*)`")
LARGEST_README = 10_000  # bytes: one sitting


def anchors(page: str) -> set[str]:
    """What GitHub makes of a page's headings."""
    headings = re.findall(r"^#+ (.+)$", prose_of(page), re.MULTILINE)
    return {
        re.sub(r"[^\w -]", "", each.replace("`", "")).strip().lower().replace(" ", "-") for each in headings
    }


def links(page: str) -> list[str]:
    return [each for each in _LINK.findall(prose_of(page)) if not each.startswith(("http://", "https://"))]


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_to_a_file_and_to_a_heading_in_it(page: str):
    broken = []
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = (ROOT / page).parent / path if path else ROOT / page
        known = target.exists() and target.resolve().is_relative_to(ROOT)
        if not known or (anchor and anchor not in anchors(str(target.resolve().relative_to(ROOT)))):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("page", PAGES)
def test_every_place_that_is_named_exists(page: str):
    assert [place for place in _PLACE.findall(prose_of(page)) if not (ROOT / place).exists()] == []


@pytest.mark.parametrize("start", [README, "docs/index.md"])
def test_every_page_is_one_click_away(start: str):
    reached = {str(((ROOT / start).parent / link).resolve().relative_to(ROOT)) for link in links(start)}
    assert {page for page in PAGES if page != start} <= reached


def test_the_readme_is_read_in_one_sitting():
    assert len(text_of(README).encode("utf-8")) <= LARGEST_README


def test_the_first_screen_says_what_it_is_one_command_and_what_comes_back():
    head = "\n".join(text_of(README).splitlines()[:40])
    assert "$ tf1compat migrate " in head
    assert "SavedModel" in head.partition("```")[0]
    assert "Written to migrated" in head


@pytest.mark.parametrize(
    ("question", "place", "word"),
    [
        ("a GRU is recognised", "tf1compat/discovery/rnn/cells/gru.py", "GRU = CellKind("),
        ("does to axes", "tf1compat/ops/axes/filling.py", '"Pad"'),
        ("a new pass goes", "tf1compat/rewrite/passes.py", "PASSES"),
        ("the SavedModel is published", "tf1compat/savedmodel/publish.py", "def publish("),
    ],
)
def test_what_a_newcomer_looks_for_is_found_in_one_look(question: str, place: str, word: str):
    """The README's map has a line for it, and what it is about stands in the place that is named first."""
    rows = table_rows(section(README, "## Where things are"))
    (named,) = [row[1] for row in rows if question in row[0]]
    assert _PLACE.findall(named)[0] == place
    assert word in (ROOT / place).read_text(encoding="utf-8")


def test_links_and_places_are_seen():
    assert all(links(page) for page in (README, "docs/index.md", "docs/guide.md"))
    assert len(_PLACE.findall(prose_of(README))) > 10
