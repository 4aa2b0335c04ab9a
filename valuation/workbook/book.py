"""Writing the workbook: every page drafted, every formula spelled, and the file replaced in one step."""

from __future__ import annotations

import datetime
import errno
import io
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from ..assumptions import Case
from ..atomic import opened_by, write_bytes
from ..checks import Finding, Recorded, checks, file_findings, run_findings
from ..identity import identity
from ..recording import evaluate_all
from ..sensitivity import Sensitivity
from ..simulation.draws import Draws
from ..simulation.few import Few
from ..simulation.results import Simulation
from ..simulation.views import compared, view_draws
from ..trial import record
from ..version import __version__
from .address import HEAD_ROW, Cell
from .contents import BACK, FRONT
from .pages import Draft, Page, write_page
from .results import result_rows
from .scopes import scope_titles
from .sheet import Material, Sheet
from .sheets import checks as checks_sheet
from .sheets import lines, parts, summary
from .sheets.scenarios import BASE_CASE
from .styles import Styles
from .worksheet import worksheet_class

FIXED_TIME: Final = datetime.datetime(2000, 1, 1)


@dataclass(frozen=True)
class Plan:
    """A drafted book: its pages and formulas, and what they were made of."""

    made: Material
    draft: Draft


def write_workbook(
    case: Case,
    path: str | Path,
    simulation: Simulation | None = None,
    scenarios: Mapping[str, float] | None = None,
    sensitivity: Sensitivity | None = None,
    few: Few | None = None,
    *,
    of_run: Sequence[Finding] | None = None,
) -> Path:
    """Write the case as a live workbook; the same case, simulation and sensitivity give the same bytes.

    ``few`` are draws of the simulation that the book computes itself, so that its distributions can be edited.
    ``of_run`` is what the rules about the run found in it; they are asked where it is not given. The file appears whole
    or not at all. Raises OSError with the path.
    """
    target = Path(path)
    check_target(target)
    write_bytes(target, _written(case, simulation, scenarios or {}, sensitivity, few, of_run))
    return target


def made_by() -> str:
    """Which version wrote a book; kept in its properties."""
    return f"valuation {__version__}"


def check_target(target: Path) -> None:
    """Raise the OSError of a workbook that cannot be written there, before any work is done for it."""
    if not target.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "there is no such folder", str(target.parent))
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, "is a folder, not a workbook", str(target))
    if target.suffix.lower() != ".xlsx":
        raise OSError(errno.EINVAL, "expected a name that ends in .xlsx, or Excel does not open it", str(target))
    if not os.access(target.parent, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(target.parent))
    if opened := opened_by(target):
        raise PermissionError(errno.EACCES, opened, str(target))


def _written(
    case: Case,
    simulation: Simulation | None,
    scenarios: Mapping[str, float],
    sensitivity: Sensitivity | None,
    few: Few | None,
    of_run: Sequence[Finding] | None,
) -> bytes:
    plan = draft_book(case, simulation, scenarios, sensitivity, few, of_run=of_run)
    properties = {
        "title": f"{case.name}: sum of the parts",
        "subject": f"Valuation as of {case.date or 'an unnamed date'}",
        "comments": "Live formulas; change the blue cells of the Inputs sheet",
    }
    return packed(plan.draft, properties, summary.SHEET.title, identity(case, simulation).properties)


def packed(draft: Draft, properties: Mapping[str, str], opened_at: str, custom: Mapping[str, str]) -> bytes:
    """The file of drafted pages: the same pages and properties give the same bytes; it opens at a sheet."""
    import xlsxwriter

    content = io.BytesIO()
    options = {"strings_to_urls": False, "strings_to_formulas": False, "in_memory": True}
    book = xlsxwriter.Workbook(content, options)
    book.set_properties({**properties, "author": "valuation", "category": made_by(), "created": FIXED_TIME})
    for name, text in custom.items():
        book.set_custom_property(name, text, "text")
    book.set_calc_mode("auto")
    styles, spelling = Styles(book), draft.spelling
    sheets = {title: book.add_worksheet(title, worksheet_class()) for title in draft.pages}
    for title, page in draft.pages.items():
        _set_up(sheets[title], page, styles)
        write_page(book, sheets[title], page, spelling, styles)
    for name, cell in draft.names.items():
        book.define_name(name, f"={cell.seen_from('')}")
    sheets[opened_at].activate()
    book.close()
    return content.getvalue()


def _set_up(sheet: Any, page: Page, styles: Styles) -> None:
    """Set up how a sheet is seen and printed."""
    sheet.hide_gridlines(2)
    sheet.freeze_panes(*page.freeze)
    if page.one_page:
        sheet.set_portrait()
    else:
        sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 1 if page.one_page else 0)
    if page.print_area:
        sheet.print_area(*page.print_area)
    if page.breaks:
        sheet.set_h_pagebreaks(page.breaks)
    sheet.set_footer("&L&F&C&A&R&P of &N")
    sheet.set_row(0, 24)
    sheet.repeat_rows(HEAD_ROW)


def draft_book(
    case: Case,
    simulation: Simulation | None,
    scenarios: Mapping[str, float],
    sensitivity: Sensitivity | None = None,
    few: Few | None = None,
    *,
    judged: bool = True,
    of_run: Sequence[Finding] | None = None,
) -> Plan:
    """Draft every page; they stand in the order in which a reader turns them and are written as they need each other.

    ``judged`` runs the rules whose results are stored texts; a proof, which compares formulas, does without. ``of_run``
    is what those about the run found, where it is known already.
    """
    made = _material(case, simulation, scenarios, sensitivity, few, judged, of_run)
    draft = Draft(case.years, results=result_rows(case, made.recording, made.valuation))
    wanted = [sheet for sheet in (*FRONT, *BACK) if sheet.needed(made)]
    for sheet in wanted:
        sheet.prepare(made, draft)
    _add_pages(made, draft)
    for sheet in wanted:
        sheet.place(draft.pages[sheet.title], made, draft)
    draft.values = evaluate_all(made.recording, dict(draft.values))
    _write_model(made, draft)
    for sheet in sorted(wanted, key=lambda sheet: sheet.closing):
        sheet.write(draft.pages[sheet.title], made, draft)
    for page in draft.pages.values():
        headers(page, checks_sheet.MASTER, draft)
    return Plan(made, draft)


def _material(
    case: Case,
    simulation: Simulation | None,
    scenarios: Mapping[str, float],
    sensitivity: Sensitivity | None,
    few: Few | None,
    judged: bool,
    of_run: Sequence[Finding] | None,
) -> Material:
    recording, found = record(case)
    recorded = Recorded(case, recording, found)
    stored = file_findings(recorded) if judged else []
    if judged and simulation is not None:
        stored += run_findings(recorded, simulation) if of_run is None else of_run
    titles = scope_titles(case, recording, [sheet.title for sheet in (*FRONT, *BACK)])
    views: dict[str, Draws] = {}
    if simulation is not None:
        flat = dict.fromkeys(compared(case), Draws(np.zeros(2)))
        views = view_draws(case, simulation.seed) if judged else flat
    return Material(
        case,
        recording,
        found,
        recorded,
        checks(recorded),
        stored,
        simulation,
        scenarios,
        sensitivity,
        views,
        titles,
        few,
    )


def _add_pages(made: Material, draft: Draft) -> None:
    """Add the pages: what sums up and what is given, the lines of every scope, what is made of them."""
    case = made.case
    for sheet in FRONT:
        _add_page(sheet, made, draft)
    for name, title in made.titles.items():
        working = case.workings.get(name)
        note = f"{case.currency} m unless stated"
        if working is not None:
            note = f"{working.calculation.name}: {working.calculation.summary}".replace("`", "")
        draft.page(title, made.recording.scopes[name].title, note)
    for sheet in BACK:
        _add_page(sheet, made, draft)


def _add_page(sheet: Sheet, made: Material, draft: Draft) -> None:
    if sheet.needed(made):
        draft.page(sheet.title, sheet.heading(made), sheet.subtitle(made), sheet.about).group = sheet.group


def _write_model(made: Material, draft: Draft) -> None:
    """The rows of every scope: placed first, so that each may read any other, then written."""
    scopes, titles, case = made.recording.scopes, made.titles, made.case
    for scope, title in titles.items():
        if scope == parts.SCOPE:
            parts.place_parts(draft.pages[title], made, draft)
        else:
            lines.place_rows(draft.pages[title], scopes[scope], draft)
    timed = {name for name in titles if any(row.yearly for row in scopes[name].rows)}
    for scope, title in titles.items():
        page = draft.pages[title]
        if scope == parts.SCOPE:
            parts.write_parts(page, made, draft)
        else:
            noted = case.workings.get(scope) or case.segments.get(scope)
            axis = draft.base_year if scope in timed or not timed else None
            note = noted.note if noted else ""
            lines.write_rows(page, scopes[scope], draft, case.base_year + 1, base_year=axis, note=note)


def headers(page: Page, master: Cell, draft: Draft) -> None:
    """Write a page's heading and, on all pages but that of the checks, the master check."""
    page.text(0, 0, page.heading, "title")
    page.text(1, 0, page.subtitle, "subtitle")
    if page.title != master.sheet:
        status = draft.pages[master.sheet].cells[master.row, master.column]
        text = f'="Checks: "&{master.seen_from(page.title)}'
        value = f"Checks: {getattr(status, 'value', '')}"
        if draft.selector is not None:
            text += f'&". Scenario: "&{draft.selector.seen_from(page.title)}'
            value += f". Scenario: {BASE_CASE}"
        page.raw(2, 0, text, value, "formula")
