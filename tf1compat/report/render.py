"""A document as text, Markdown or HTML, and data as JSON."""

from __future__ import annotations

import html as html_escapes
import json
import re
import textwrap
from collections.abc import Callable, Mapping
from typing import Any

from tabulate import tabulate

from tf1compat.report.document import Block, Code, Document, Entries, Paragraph, Section, Table, Verbatim

_WIDTH = 100
_MARKDOWN_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")


def json_text(data: Mapping[str, Any], *, ascii_only: bool = True, indent: int | None = 2) -> str:
    """The data as strict JSON with a newline at its end."""
    return json.dumps(data, indent=indent, ensure_ascii=ascii_only, allow_nan=False) + "\n"


# ------------------------------------------------------------------------------------------------- text


def text(document: Document) -> str:
    """For a terminal: plain characters, prose wrapped, names never broken."""
    parts = [document.title, "=" * len(document.title), ""]
    for section in document.sections:
        parts += [section.title, "-" * len(section.title)]
        parts += [line for block in section.blocks for line in (*_text_block(block), "")]
    return "\n".join(parts).rstrip() + "\n"


def _text_block(block: Block) -> list[str]:
    if isinstance(block, Table):
        table = tabulate(block.rows, block.headers, tablefmt="simple", disable_numparse=True)
        return [line.rstrip() for line in table.splitlines()]
    if isinstance(block, Entries):
        return [line for each in block.entries for line in _text_entry(each.head, each.sentences)]
    if isinstance(block, Verbatim):
        return ["    " + line for line in block.lines]
    return _wrapped(block.text, "")


def _text_entry(head: str, sentences: tuple[str, ...]) -> list[str]:
    return [f"* {head}", *(line for each in sentences for line in _wrapped(each, "    "))]


def _wrapped(prose: str, indent: str) -> list[str]:
    return textwrap.wrap(
        prose, _WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip


# --------------------------------------------------------------------------------------------- Markdown


def markdown(document: Document) -> str:
    """For a README or a review: GitHub's Markdown."""
    parts = [f"# {_markdown_text(document.title)}", ""]
    for section in document.sections:
        parts += [f"## {_markdown_text(section.title)}", ""]
        parts += [line for block in section.blocks for line in (*_markdown_block(block), "")]
    return "\n".join(parts).rstrip() + "\n"


def _markdown_text(value: str) -> str:
    if isinstance(value, Code) and value and "`" not in value:
        return "`" + value.replace("|", "\\|") + "`"
    return _MARKDOWN_SPECIAL.sub(r"\\\1", value)


def _markdown_row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(map(_markdown_text, cells)) + " |"


def _markdown_block(block: Block) -> list[str]:
    if isinstance(block, Table):
        rule = "|" + " --- |" * len(block.headers)
        return [_markdown_row(block.headers), rule, *map(_markdown_row, block.rows)]
    if isinstance(block, Entries):
        return [
            f"* **{_markdown_text(each.head)}** {_markdown_text(' '.join(each.sentences))}"
            for each in block.entries
        ]
    if isinstance(block, Verbatim):
        return ["    " + line for line in block.lines]
    return [_markdown_text(block.text)]


# ------------------------------------------------------------------------------------------------- HTML

_STYLE = (
    "body{font:15px/1.5 sans-serif;max-width:75em;margin:2em auto;padding:0 1em}"
    "table{border-collapse:collapse;margin:1em 0}"
    "td,th{border:1px solid #bbb;padding:.2em .6em;text-align:left}"
    "pre{background:#f4f4f4;padding:.6em;overflow-x:auto}dd{margin-bottom:.6em}"
)


def html(document: Document) -> str:
    """For a browser: one page that needs nothing else."""
    title = html_escapes.escape(document.title)
    head = f'<head><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style></head>'
    sections = "\n".join(_html_section(each) for each in document.sections)
    body = f"<body>\n<h1>{title}</h1>\n{sections}\n</body>"
    return f'<!DOCTYPE html>\n<html lang="en">{head}\n{body}</html>\n'


def _html_section(section: Section) -> str:
    blocks = "\n".join(_HTML_BLOCKS[type(block)](block) for block in section.blocks)
    return f"<section>\n<h2>{html_escapes.escape(section.title)}</h2>\n{blocks}\n</section>"


def _html_text(value: str) -> str:
    escaped = html_escapes.escape(value)
    return f"<code>{escaped}</code>" if isinstance(value, Code) else escaped


def _html_row(cells: tuple[str, ...], tag: str) -> str:
    return "<tr>" + "".join(f"<{tag}>{_html_text(cell)}</{tag}>" for cell in cells) + "</tr>"


def _html_table(block: Table) -> str:
    head = _html_row(block.headers, "th")
    rows = "\n".join(_html_row(row, "td") for row in block.rows)
    return f"<table>\n<thead>{head}</thead>\n<tbody>\n{rows}\n</tbody>\n</table>"


def _html_entries(block: Entries) -> str:
    items = (
        f"<dt><strong>{html_escapes.escape(each.head)}</strong></dt>"
        f"<dd>{html_escapes.escape(' '.join(each.sentences))}</dd>"
        for each in block.entries
    )
    return "<dl>\n" + "\n".join(items) + "\n</dl>"


def _html_verbatim(block: Verbatim) -> str:
    return "<pre>" + html_escapes.escape("\n".join(block.lines)) + "</pre>"


def _html_paragraph(block: Paragraph) -> str:
    return f"<p>{html_escapes.escape(block.text)}</p>"


_HTML_BLOCKS: dict[type[Block], Callable[[Any], str]] = {
    Table: _html_table,
    Entries: _html_entries,
    Verbatim: _html_verbatim,
    Paragraph: _html_paragraph,
}
