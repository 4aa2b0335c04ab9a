"""What the commands print: tables as they are laid out, and the checks that fired."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table as Ruled
from rich.text import Text as Styled

from .checks.standards import SEVERITIES
from .layouts.base_case import base_tables
from .layouts.simulation import simulation_tables
from .tables import Bold, Table, Text, Toned, pieces, plain

if TYPE_CHECKING:
    from .checks import Finding
    from .simulation.results import Simulation
    from .study import Study

WIDTH = 110
TONES = {"error": "bold red", "warning": "yellow", "info": "cyan"}


def console() -> Console:
    """A console that respects NO_COLOR and keeps its width when the output is no terminal."""
    found = Console()
    return found if found.is_terminal else Console(width=WIDTH)


def print_tables(tables: Iterable[Table]) -> None:
    """Print tables one below the other, each with its notes."""
    for table in tables:
        print_table(table)


def print_table(table: Table) -> None:
    """Print one table: its title, the rows that the terminal shows, and its notes."""
    out = console()
    if table.above and plain(table.title):
        out.print(Styled(plain(table.title), style="italic"), soft_wrap=True)
    if table.columns:
        out.print(_ruled(table))
    if table.most is not None and len(table.rows) > table.most:
        out.print(Styled(table.rest.format(most=table.most, all=len(table.rows))), soft_wrap=True)
    for note in table.notes:
        out.print(styled(note), soft_wrap=True)


def _ruled(table: Table) -> Ruled:
    title = None if table.above or not plain(table.title) else styled(table.title)
    found, left = Ruled(title=title, title_justify="left"), len(table.rows) if table.most is None else table.most
    for column in table.columns:
        found.add_column(Styled(column.heading), justify="right" if column.right else "left", no_wrap=column.whole)
    for group in table.groups:
        for row in group[:left]:
            found.add_row(*map(styled, row))
        left -= len(group[:left])
        found.add_section()
    return found


def styled(text: Text) -> Styled:
    """A text with what stands out in it."""
    return Styled.assemble(*((str(piece), _style(piece)) for piece in pieces(text)))


def _style(piece: str) -> str:
    if isinstance(piece, Toned):
        return TONES.get(piece, "")
    return "bold" if isinstance(piece, Bold) else ""


def print_value(study: Study) -> None:
    """Print the base case part by part."""
    base = study.value()
    print_tables(base.tables())
    print_checks(base.checks, quiet=True)


def print_run(study: Study, simulation: Simulation, written: Sequence[Path]) -> None:
    """Print parts with ranges, the price, how well the value is known, the checks, and which files were written."""
    base = study.value()
    print_tables(base_tables(base, simulation))
    print_tables(simulation_tables(simulation, base.case.quote))
    print_checks(study.findings(simulation), quiet=True)
    print_written(written)


def print_written(written: Iterable[Path]) -> None:
    """Say which files were written."""
    for path in written:
        console().print(f"[bold]{escape(str(path))}[/bold] written", highlight=False)


def took(simulation: Simulation) -> str:
    """How long a run took and what computed it; not of the report, which is the same whenever it is made."""
    drawn = simulation.drawn
    speed = f", {simulation.draws / drawn.seconds:,.0f} a second" if drawn.seconds else ""
    name = {"numpy": "NumPy", "compiled": "compiled code"}.get(drawn.engine, drawn.engine)
    return f"{simulation.draws:,} draws in {drawn.seconds:.2f} s by {name}{speed}"


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
        text = f": {finding.place}: {finding.message}{rule}"
        line = Styled.assemble((finding.severity, TONES.get(finding.severity, "")), text)
        out.print(line, highlight=False, markup=False, emoji=False, soft_wrap=True)
    if not findings and not quiet:
        out.print("no problems; every check is clear", highlight=False)
