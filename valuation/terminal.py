"""What the commands print: tables of parts, ranges and checks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from .checks.standards import SEVERITIES
from .units import shown

if TYPE_CHECKING:
    from .base_case import BaseCase
    from .checks import Finding
    from .dependence import Repair
    from .reverse import Solution
    from .simulation.results import Simulation
    from .study import Study
    from .units import Unit

WIDTH = 110
REPAIRED = 12


def console() -> Console:
    """A console that respects NO_COLOR and keeps its width when the output is no terminal."""
    found = Console()
    return found if found.is_terminal else Console(width=WIDTH)


def print_value(study: Study) -> None:
    """Print the base case part by part."""
    base = study.value()
    print_table(base)
    print_price(base)
    print_checks(base.checks, quiet=True)


def print_table(base: BaseCase, simulation: Simulation | None = None) -> None:
    """Print a row for each part and bridge item and one for the value per share, with the ranges of a run."""
    case, quote = base.case, str(base.case.quote)
    table = Table(title=escape(f"{case.name}, {case.date}".removesuffix(", ")), title_justify="left")
    table.add_column("part")
    table.add_column(f"value, {case.currency} m", justify="right")
    table.add_column("owned", justify="right")
    table.add_column(quote, justify="right")
    if simulation is not None:
        for name in ("P5", "P50", "P95"):
            table.add_column(name, justify="right")
    for part in base.parts:
        row = [escape(part.name), f"{part.attributable:,.0f}", f"{part.owned:.1%}", f"{part.per_share:,.2f}"]
        if simulation is not None:
            quantiles = simulation.part_quantiles(part.id)
            row += [f"{quantiles[q]:,.2f}" for q in (0.05, 0.5, 0.95)]
        table.add_row(*row)
    table.add_section()
    items = dict(base.bridge)
    if base.holding_discount is not None:
        items["holding discount"] = base.holding_discount
    if base.transactions:
        items["transactions, weighted by probability"] = sum(found.expected for found in base.transactions)
    for name, amount in items.items():
        table.add_row(escape(name.replace("_", " ")), f"{amount:,.0f}", "", f"{amount * base.factor:,.2f}")
    table.add_section()
    row = ["[bold]value per share[/bold]", f"{base.equity:,.0f}", "", f"[bold]{base.per_share:,.2f}[/bold]"]
    if simulation is not None:
        row += [f"{simulation.quantiles[q]:,.2f}" for q in (0.05, 0.5, 0.95)]
    table.add_row(*row)
    console().print(table)
    if base.transactions:
        _print_transactions(base)


def _print_transactions(base: BaseCase) -> None:
    """Each transaction as if it were certain, and what its probability makes of it."""
    quote = str(base.case.quote)
    table = Table(title=f"Transactions, {quote}", title_justify="left")
    for name, justify in (("transaction", "left"), ("route", "left"), ("probability", "right")):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    for name in ("before", "after", "expected change"):
        table.add_column(name, justify="right")
    for found in base.transactions:
        ends = (f"{amount * base.factor:,.2f}" for amount in (found.before, found.after))
        chance, change = f"{found.probability:.1%}", f"{found.expected_per_share:+,.2f}"
        table.add_row(escape(found.name), found.route, chance, *ends, change)
    console().print(table)


def print_price(base: BaseCase) -> None:
    """Print the price and how far the base case is from it."""
    if base.price is not None and base.upside is not None:
        text = f"price {base.price:,.2f} {base.case.quote}; base case {base.upside:+.1%} against it"
        console().print(text, highlight=False)


def print_repair(repair: Repair | None) -> None:
    """Print the rank correlations that were repaired, before and after; nothing when none was."""
    if repair is None:
        return
    out = console()
    text = f"rank correlations that contradict each other (smallest eigenvalue {repair.smallest_eigenvalue:.3g})"
    out.print(f"{text} were repaired:", highlight=False, markup=False)
    table = Table()
    for name in ("between", "and", "before", "after"):
        table.add_column(name, justify="right" if name in ("before", "after") else "left")
    for change in repair.visible[:REPAIRED]:
        before = f"{change.before:.3f}" if change.given else "not given"
        table.add_row(*map(escape, change.between), before, f"{change.after:.3f}")
    out.print(table)
    if len(repair.visible) > REPAIRED:
        out.print(f"and {len(repair.visible) - REPAIRED} more, by less; --json lists them all", highlight=False)


def print_checks(findings: Sequence[Finding], *, quiet: bool = False) -> None:
    """Print the checks that fired, errors first, each with its rule; ``quiet`` leaves out what only informs."""
    out = console()
    unsourced = [finding for finding in findings if finding.id == "source"]
    shown = [finding for finding in findings if not quiet or (finding.id != "source" and finding.severity != "info")]
    shown.sort(key=lambda finding: SEVERITIES.index(finding.severity))
    if quiet and unsourced:
        out.print(f"warning: {len(unsourced)} assumptions have no source; valuation check lists them", highlight=False)
    for finding in shown:
        rule = f" [{finding.rule}]" if finding.rule not in ("", "source") else ""
        text = f"{finding.severity}: {finding.place}: {finding.message}{rule}"
        out.print(text, highlight=False, markup=False, emoji=False, soft_wrap=True)
    if not findings and not quiet:
        out.print("no problems; every check is clear", highlight=False)


def print_solution(found: Solution) -> None:
    """Print what the price implies: base beside implied, how likely that is, and what other parts change about it."""
    out, quote, what = console(), found.case.quote, found.unknown
    out.print(f"{found.case.name}: what the price implies for {what.name}", highlight=False, markup=False)
    table = Table()
    for heading in (escape(what.label), "base", "implied", "difference"):
        table.add_column(heading, justify="left" if not table.columns else "right")
    if what.sort != "part":
        label = {"path": "shift of every year", "event": "probability"}.get(what.sort, what.name)
        amounts = [_implied(found, amount) for amount in (what.base, found.implied)]
        table.add_row(escape(label), *amounts, _points(found.difference, what.unit))
    for level in found.levels:
        amounts = [shown(level.base, level.unit), shown(level.implied, level.unit)]
        table.add_row(escape(level.label), *amounts, _points(level.implied - level.base, level.unit))
    out.print(table)
    out.print(f"price {shown(found.price, quote)}; base case {shown(found.value, quote)}", highlight=False)
    if found.probability is not None:
        whence = "its own distribution" if found.exact else f"{found.simulation.draws:,} draws"
        out.print(
            f"probability that it is at least that good: [bold]{found.probability:.1%}[/bold] ({whence})",
            highlight=False,
        )
    if found.simulation.valid:
        above = found.probability_above_price
        out.print(f"probability that value is above the price: [bold]{above:.1%}[/bold]", highlight=False)
    _print_sensitivity(found, out)
    for note in found.notes:
        out.print(f"note: {note}", highlight=False, markup=False, soft_wrap=True)


def _print_sensitivity(found: Solution, out: Console) -> None:
    if not found.sensitivity:
        return
    out.print("implied when another part is worth 10% less or more:", highlight=False)
    table = Table()
    for heading in ("part", "10% less", "10% more"):
        table.add_column(heading, justify="left" if heading == "part" else "right")
    for other in found.sensitivity:
        ends = ("out of reach" if end is None else _implied(found, end) for end in (other.lower, other.higher))
        table.add_row(escape(other.name), *ends)
    out.print(table)


def _implied(found: Solution, amount: float) -> str:
    return _points(amount, found.unknown.unit) if found.unknown.sort == "path" else shown(amount, found.unknown.unit)


def _points(amount: float, unit: Unit) -> str:
    """A difference with its sign; rates differ by points."""
    text = shown(amount, unit)
    text = text if amount < 0 else f"+{text}"
    return text.replace("%", " points") if unit.pure and unit.shown == "rate" else text
