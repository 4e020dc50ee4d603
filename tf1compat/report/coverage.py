"""The report on coverage: how much of each signature the compared cases reached."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from tf1compat.report import wording
from tf1compat.report.document import Paragraph, Section, Table, section
from tf1compat.verify.comparison import Comparison, OutputDifference
from tf1compat.verify.coverage import Coverage, TableCoverage

_NOUNS = {"embedding": "rows of", "lookup": "keys of"}
_WORDS = {
    "compared": "values compared",
    "only_shape": "only shape compared",
    "random": "drawn at random, only shape compared",
}


def coverage_json(comparison: Comparison) -> list[dict[str, Any]]:
    """An entry a signature: its cases by size, tables, branches and outputs."""
    return [_json(comparison, each) for each in comparison.coverage]


def _json(comparison: Comparison, covered: Coverage) -> dict[str, Any]:
    return {
        "signature": covered.signature,
        "cases": covered.cases,
        "sizes": {
            axis: {str(size): count for size, count in each.items()} for axis, each in covered.sizes.items()
        },
        "tables": [
            {"table": each.name, "kind": each.kind, "size": each.size, "touched": each.touched}
            for each in covered.tables
        ],
        "branches": [{"predicate": each.predicate, "taken": list(each.taken)} for each in covered.branches],
        "unseen": list(covered.unseen),
        "outputs": _outputs(comparison, covered.signature),
    }


def _outputs(comparison: Comparison, signature: str) -> dict[str, list[str]]:
    """The outputs of which values were compared, those of which only shapes were, and those that are random."""
    found: dict[str, list[OutputDifference]] = {}
    for case in comparison.compared:
        if case.signature == signature and not case.with_itself:
            for each in case.outputs:
                found.setdefault(each.alias, []).append(each)
    kinds: dict[str, list[str]] = {"compared": [], "only_shape": [], "random": []}
    for alias, cases in found.items():
        drawn = any(each.drawn for each in cases)
        kinds[
            "random" if drawn else "compared" if any(each.has_values for each in cases) else "only_shape"
        ].append(alias)
    return kinds


def coverage_section(comparison: Comparison) -> Section:
    """What was reached, a line each."""
    rows = [row for each in comparison.coverage for row in _rows(comparison, each)]
    unseen = sorted({name for each in comparison.coverage for name in each.unseen})
    note = f"Inside loops, so not looked at: {', '.join(map(wording.printable, unseen))}." if unseen else ""
    return section(
        "What was covered",
        Table.of(("signature", "what", "covered"), rows),
        Paragraph(note) if note else None,
    )


def _rows(comparison: Comparison, covered: Coverage) -> Iterator[tuple[str, str, str]]:
    name = wording.name(covered.signature)
    for axis, sizes in covered.sizes.items():
        counts = ", ".join(f"{size} ({wording.count(count, 'case')})" for size, count in sizes.items())
        yield name, f"sizes of {axis}", counts
    for each in covered.tables:
        yield name, f"{_NOUNS[each.kind]} {wording.printable(each.name)}", _share(each)
    if covered.branches:
        yield name, "branches taken both ways", _branches(covered)
    for what, aliases in _outputs(comparison, covered.signature).items():
        if aliases:
            yield name, f"outputs: {_WORDS[what]}", _listed(aliases)


def _share(table: TableCoverage) -> str:
    return f"{table.touched:,} of {table.size:,} ({100 * table.touched / table.size:.0f} %)"


def _branches(covered: Coverage) -> str:
    one_sided = [
        f"{wording.printable(each.predicate)} always {wording.yes(each.taken[0])}"
        for each in covered.branches
        if not each.both
    ]
    both = sum(each.both for each in covered.branches)
    return f"{both} of {len(covered.branches)}" + (f"; {', '.join(one_sided)}" if one_sided else "")


def _listed(aliases: Iterable[str]) -> str:
    return ", ".join(map(wording.printable, aliases))
