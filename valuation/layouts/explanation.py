"""One explained name as tables: what it is, its values, who uses it, and how much of the value hangs on it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..tables import Bold, Cells, Column, Table
from ..units import RATE, amount, shown

if TYPE_CHECKING:
    from ..explaining import Explanation
    from ..explaining.explanation import Source

MANY = 12


def explanation_tables(found: Explanation) -> list[Table]:
    """What it is; its values where there are several; what hangs on it."""
    columns = (Column(found.name, whole=True), Column(found.label))
    groups = (tuple(_itself(found)), tuple(_origin(found)), tuple(_uses(found)), tuple(_beside(found)))
    return [Table("", columns, groups), *_values(found), *_effects(found)]


def _itself(found: Explanation) -> Iterator[Cells]:
    yield "what", f"{found.sort}{f'; {found.help}' if found.help else ''}"
    if found.written:
        yield "as written", found.written
    if found.formula:
        yield "formula", f"= {found.formula}"
    if found.with_numbers:
        told = f" (FY{found.years[0]})" if found.years else ""
        yield f"with numbers{told}", f"= {found.with_numbers}"
    if found.unit is not None:
        if len(found.values) == 1:
            yield "base case", (Bold(shown(found.values[0], found.unit)),)
        yield "unit", str(found.unit)
    if found.distribution:
        yield "distribution", found.distribution
    if found.spread is not None and len(found.values) == 1 and found.unit is not None:
        ends = (f"P{100 * q:g} {amount(values[0], found.unit)}" for q, values in found.spread.quantiles.items())
        yield "over draws", ", ".join(ends)
    if found.share_of_sum is not None:
        yield "share of the sum", f"{found.share_of_sum:.1%}"


def _origin(found: Explanation) -> Iterator[Cells]:
    for source in found.sources:
        yield "source", _source(source)
    for name in ("why", "note", "owner"):
        text = getattr(found, name)
        if text:
            yield name, text
    if found.as_of:
        yield "as of", found.as_of
    yield "place", str(found.place)
    if found.cell:
        yield "in the workbook", found.cell


def _source(source: Source) -> str:
    return "; ".join(text for text in (source.id, source.statement, source.date, source.title, source.link) if text)


def _uses(found: Explanation) -> Iterator[Cells]:
    if found.uses:
        yield "uses", _listed(found.uses)
    behind = tuple(name for name in found.inputs if name not in found.uses)
    if behind:
        yield "inputs behind it", _listed(behind)
    yield "used by", _listed(found.users) if found.users else "nothing"
    if len(found.path) > 1:
        yield "to the value", " -> ".join(found.path[1:])


def _beside(found: Explanation) -> Iterator[Cells]:
    for name, text in found.scenarios.items():
        yield "scenario", f"{name}: {text}"
    for one, other, rank in found.correlations:
        yield "rank correlation", f"{one} and {other}: {rank:+.2f}"


def _listed(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - MANY} more" if len(names) > MANY else ""
    return ", ".join(names[:MANY]) + more


def _values(found: Explanation) -> list[Table]:
    if found.companies:
        told = zip(found.companies, found.values, strict=False)
        cells = tuple((company, "" if math.isnan(value) else f"{value:,.6g}") for company, value in told)
        return [Table("", (Column("company"), Column(found.label, right=True)), (cells,))]
    if len(found.values) < 2 or found.unit is None:
        return []
    spread = {} if found.spread is None else found.spread.quantiles
    columns = (Column("year"), Column("base", right=True), *(Column(f"P{100 * q:g}", right=True) for q in spread))
    series = (found.values, *spread.values())
    rows: tuple[Cells, ...] = tuple(
        (f"FY{year}", *(amount(one[number], found.unit) for one in series)) for number, year in enumerate(found.years)
    )
    if all(len(set(one)) == 1 for one in series):
        rows = (("every year", *rows[0][1:]),)
    return [Table(f"By year, {found.unit}", columns, (rows,))]


def _effects(found: Explanation) -> list[Table]:
    """What hangs on it, with the share of the variance below."""
    notes = list(_variance(found))
    if found.sort == "peers":
        return []
    title = f"Value per share, all else at base {shown(found.per_share, found.quote)}"
    if not found.effects:
        told = "nothing of the value per share hangs on it" if len(found.path) < 2 else ""
        return [Table("", (), (), tuple(text for text in (told, *notes) if text))]
    columns = (
        Column(found.name),
        Column("level", right=True),
        Column(str(found.quote), right=True),
        Column("change", right=True),
    )
    rows = tuple(
        (one.what, _level(found, one.level), amount(one.per_share, found.quote), _change(one.change))
        for one in found.effects
    )
    return [Table(title, columns, (rows,), tuple(notes), above=True)]


def _level(found: Explanation, level: tuple[float, ...]) -> str:
    unit = RATE if found.unit is None else found.unit
    if len(level) > 1 and len(set(level)) > 1:
        return f"{amount(level[0], unit)} to {amount(level[-1], unit)}"
    return {0.0: "no", 1.0: "yes"}.get(level[0], "") if unit.shown == "flag" else amount(level[0], unit)


def _change(value: float) -> str:
    return f"{value:+,.2f}" if math.isfinite(value) else "impossible"


def _variance(found: Explanation) -> Iterator[str]:
    if found.spread is None:
        yield "certain: it does not vary over draws"
        return
    if found.sort == "peers" or math.isnan(found.spread.rank_correlation):
        return
    share, correlation = found.spread.contribution, found.spread.rank_correlation
    if found.sort == "input":
        yield f"contribution to the variance of the value: {share:+.1%} (rank correlation {correlation:+.2f})"
    else:
        yield f"share of the variance that goes with it: {share:.1%} (rank correlation {correlation:+.2f}, squared)"
    yield f"{found.draws:,} draws; {found.valid:,} valid; seed {found.seed}"
