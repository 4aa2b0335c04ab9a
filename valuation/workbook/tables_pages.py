"""Pages that only list: contents, peers, reconciliations' evidence, scenarios, the baseline of the run, the files."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

import numpy as np

from ..assumptions import Case, PeerTable
from ..model import column_values
from .address import FIRST_ROW, HEAD_ROW, Cell, quoted
from .inputs_page import BASE, DISTRIBUTION
from .pages import Draft, Page

FACT_FIELDS: Final = ("id", "statement", "value", "unit", "as_of", "kind", "source_title", "source_url", "published")


def write_contents(page: Page, pages: Mapping[str, Page], case: Case, notes: Mapping[str, str], run: str) -> None:
    """Write the cover: what this is, where everything stands, what the colours mean."""
    page.widths = {0: 36, 1: 90}
    page.freeze = (HEAD_ROW, 0)
    page.heads(HEAD_ROW, {0: "Sheet", 1: "What it shows"}, right_from=99)
    at = HEAD_ROW + 1
    for title, other in pages.items():
        if title == page.title:
            continue
        page.text(at, 0, title)
        page.links[at, 0] = title
        page.text(at, 1, notes.get(title, other.heading))
        at += 1
    at += 1
    page.text(at, 0, "Colours", "section")
    for style, text in (
        (
            "input",
            "Blue: a number that somebody chose or that a run stored. Change the blue cells of the Inputs sheet.",
        ),
        ("formula", "Black: a formula over cells of the same sheet."),
        ("link", "Green: a formula that reads another sheet."),
    ):
        at += 1
        page.text(at, 0, text.partition(":")[0], style)
        page.text(at, 1, text.partition(": ")[2])
    at += 2
    page.text(at, 0, "About", "section")
    for label, text in (("Valuation date", case.date or "not given"), ("Money", f"{case.currency} m"), ("Run", run)):
        at += 1
        page.text(at, 0, label)
        page.text(at, 1, text)


def write_peers(page: Page, case: Case, draft: Draft) -> None:
    """Write each table of peers as it is in its file; a ratio that a formula names is added as a column of formulas."""
    page.widths = {0: 26, **dict.fromkeys(range(1, 16), 15)}
    page.freeze = (HEAD_ROW, 1)
    at = HEAD_ROW
    for table in case.peers.values():
        at = _peer_table(page, table, _ratios(case, table), draft, at) + 2


def _ratios(case: Case, table: PeerTable) -> list[str]:
    from ..expressions import names_in

    names = [n.dotted for a in case.assumptions.values() for n in names_in(a.expression)]
    prefix = f"peers.{table.id}."
    wanted = {name.removeprefix(prefix) for name in names if name.startswith(prefix)}
    return sorted(wanted - set(table.numeric))


def _peer_table(page: Page, table: PeerTable, ratios: list[str], draft: Draft, at: int) -> int:
    page.text(at, 0, f"peers.{table.id}", "section")
    heads = [*table.columns, *ratios]
    page.heads(at + 1, dict(enumerate(heads)), right_from=99)
    count = len(next(iter(table.columns.values())))
    first = at + 2
    for column, head in enumerate(heads):
        values = column_values(table, head) if head in ratios else table.columns[head]
        for number, value in enumerate(values):
            if isinstance(value, str):
                page.text(first + number, column, value)
            elif head in ratios:
                _ratio(page, first + number, column, head, heads, float(value))
            elif np.isfinite(value):
                page.number(first + number, column, float(value), "#,##0.00_);(#,##0.00)", "input")
        a, b = page.cell(first, column), page.cell(first + count - 1, column)
        draft.peers[table.id, head] = f"{quoted(page.title)}!{a.fixed}:{b.fixed}"
    return first + count


def _ratio(page: Page, row: int, column: int, head: str, heads: list[str], value: float) -> None:
    from ..peers import derived_ratio

    pair = derived_ratio(head, heads)
    assert pair is not None
    if np.isfinite(value):
        above, below = (Cell(page.title, row, heads.index(name)).name for name in pair)
        page.raw(row, column, f"={above}/{below}", value, "formula", '0.0"x"_);(0.0"x")')


def write_evidence(page: Page, case: Case) -> None:
    """Write the facts that assumptions cite."""
    page.heads(
        HEAD_ROW,
        dict(enumerate(("Id", "Statement", "Value", "Unit", "As of", "Kind", "Source", "Link", "Published"))),
        99,
    )
    page.widths = {0: 34, 1: 80, 2: 16, 3: 20, 4: 22, 5: 12, 6: 50, 7: 50, 8: 14}
    page.freeze = (HEAD_ROW + 1, 1)
    cited = {source for found in case.inputs for source in found.origin.sources}
    facts = [fact for fact in case.evidence.values() if fact.id in cited]
    facts += [fact for fact in case.evidence.values() if fact.id not in cited]
    for at, fact in enumerate(facts, start=HEAD_ROW + 1):
        for column, name in enumerate(FACT_FIELDS):
            text = fact.fields.get(name, "")
            number = _number(text) if name == "value" else None
            if number is not None:
                page.number(at, column, number, "#,##0.####_);(#,##0.####)", "stored")
            else:
                page.text(at, column, text)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if np.isfinite(value) else None


def write_scenarios(page: Page, case: Case, values: Mapping[str, float]) -> None:
    """Write each scenario with its probability, what it changes and the value per share that the last run found."""
    quote = case.quote
    page.heads(
        HEAD_ROW,
        {0: "Scenario", 1: "Unit", 2: "Probability", 3: f"Value, {quote} (last run)", 4: "What it changes", 5: "Why"},
        99,
    )
    page.widths = {0: 28, 1: 11, 2: 13, 3: 16, 4: 90, 5: 70}
    page.heights[HEAD_ROW] = 28
    page.freeze = (HEAD_ROW + 1, 1)
    at = HEAD_ROW + 1
    for name, scenario in case.scenarios.items():
        page.text(at, 0, name)
        page.text(at, 1, str(quote), "unit")
        page.number(at, 2, scenario.probability, "0.0%_);(0.0%)")
        page.number(at, 3, values[name], quote.number_format)
        changes = "; ".join(f"{key} {value}" for key, value in scenario.values.items())
        page.text(at, 4, changes, "wrapped")
        page.text(at, 5, scenario.origin.why, "wrapped")
        page.heights[at] = 14 * max(1, math.ceil(len(changes) / 90), math.ceil(len(scenario.origin.why) / 70))
        at += 1
    first, last = HEAD_ROW + 2, at
    page.text(at, 0, "Weighted by probability", "total_text")
    page.text(at, 1, str(quote), "unit")
    weighted = sum(scenario.probability * values[name] for name, scenario in case.scenarios.items())
    page.raw(at, 3, f"=SUMPRODUCT($C${first}:$C${last},$D${first}:$D${last})", weighted, "total", quote.number_format)


def write_baseline(page: Page, case: Case, draft: Draft, inputs: str) -> None:
    """Write what the run was given, row by row beside the Inputs sheet, so that a change is seen."""
    page.heads(
        HEAD_ROW,
        {0: "Name in the files", 1: "Unit", BASE: "Base at the run", DISTRIBUTION: "Distribution at the run"},
        99,
    )
    page.widths = {0: 44, 1: 12, BASE: 16, DISTRIBUTION: 40}
    page.freeze = (HEAD_ROW + 1, 1)
    for found in case.inputs:
        at = draft.names[found.name].row
        page.text(at, 0, found.name)
        page.text(at, 1, str(found.unit), "unit")
        page.number(at, BASE, found.base, found.unit.number_format, "stored")
        if found.distribution is not None:
            page.text(at, DISTRIBUTION, found.written)
    page.text(FIRST_ROW, 0, "Each row stands beside its row on the Inputs sheet.", "subtitle")


FILE, LINE = 0, 1


def write_files(page: Page, case: Case) -> None:
    """Write the text of the assumption files, so that the book can be verified and rebuilt from itself."""
    page.heads(HEAD_ROW, {FILE: "File", LINE: "Text"}, right_from=99)
    page.widths = {FILE: 34, LINE: 150}
    page.freeze = (HEAD_ROW + 1, 0)
    at = HEAD_ROW + 1
    for name, text in case.files.items():
        if name == "evidence.yaml":
            continue
        for line in text.splitlines():
            page.text(at, FILE, name, "unit")
            page.text(at, LINE, line)
            at += 1
