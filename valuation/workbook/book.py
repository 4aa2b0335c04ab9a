"""Writing the workbook: every page drafted, every formula spelled, written beside the target and renamed at the end."""

from __future__ import annotations

import datetime
import errno
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ..assumptions import Case
from ..bridge import Valuation
from ..checks import Check, Finding, Recorded, checks, file_findings, run_findings
from ..formula import Reference
from ..model import GROUP_TITLES
from ..recording import Recording, evaluate_all
from ..sensitivity import Sensitivity
from ..simulation.results import Simulation
from ..trial import record
from ..version import __version__
from . import (
    checks_page,
    inputs_page,
    parts_page,
    peers_page,
    reverse_page,
    sensitivity_page,
    simulation_page,
    summary_page,
    tables_pages,
    transactions_page,
)
from .address import HEAD_ROW, Cell
from .lines_page import place_rows, write_rows
from .pages import Draft, Page, write_page
from .results import result_rows
from .scopes import scope_titles
from .styles import Styles

INPUTS: Final = "Inputs"
SUMMARY: Final = "Summary"
CONTENTS: Final = "Contents"
SIMULATION: Final = "Simulation"
PEERS: Final = "Peers"
EVIDENCE: Final = "Evidence and sources"
SCENARIOS: Final = "Scenarios"
BASELINE: Final = "Audit baseline"
FILES: Final = "Audit files"
RESERVED: Final = (
    CONTENTS,
    SUMMARY,
    INPUTS,
    SIMULATION,
    PEERS,
    EVIDENCE,
    SCENARIOS,
    BASELINE,
    FILES,
    checks_page.TITLE,
    transactions_page.TITLE,
    reverse_page.TITLE,
    sensitivity_page.TITLE,
)
FIXED_TIME: Final = datetime.datetime(2000, 1, 1)


@dataclass(frozen=True)
class Plan:
    """A drafted book: its pages and formulas, and the recording they came from."""

    case: Case
    recording: Recording
    valuation: Valuation
    draft: Draft
    titles: Mapping[str, str]
    checks: list[Check]


def write_workbook(
    case: Case,
    path: str | Path,
    simulation: Simulation | None = None,
    scenarios: Mapping[str, float] | None = None,
    sensitivity: Sensitivity | None = None,
) -> Path:
    """Write the case as a live workbook; the same case, simulation and sensitivity give the same bytes.

    The file appears whole or not at all: it is written beside the target and renamed. Raises OSError with the path.
    """
    target = Path(path)
    check_target(target)
    handle, name = tempfile.mkstemp(prefix=f".{target.stem}-", suffix=".xlsx", dir=target.parent)
    os.close(handle)
    try:
        _write(case, Path(name), simulation, scenarios or {}, sensitivity)
        os.chmod(name, 0o644)
        os.replace(name, target)
    finally:
        Path(name).unlink(missing_ok=True)
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


def _write(
    case: Case,
    path: Path,
    simulation: Simulation | None,
    scenarios: Mapping[str, float],
    sensitivity: Sensitivity | None,
) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"strings_to_urls": False, "strings_to_formulas": False})
    book.set_properties(
        {
            "title": f"{case.name}: sum of the parts",
            "subject": f"Valuation as of {case.date or 'an unnamed date'}",
            "author": "valuation",
            "category": made_by(),
            "comments": "Live formulas; change the blue cells of the Inputs sheet",
            "created": FIXED_TIME,
        }
    )
    book.set_calc_mode("auto")
    plan = draft_book(case, simulation, scenarios, sensitivity)
    styles = Styles(book)
    sheets = {title: book.add_worksheet(title) for title in plan.draft.pages}
    spelling = plan.draft.spelling
    for title, page in plan.draft.pages.items():
        sheet = sheets[title]
        _set_up(sheet, page, styles)
        write_page(book, sheet, page, spelling, styles)
    for name, cell in plan.draft.names.items():
        book.define_name(name, f"={cell.seen_from('')}")
    sheets[SUMMARY].activate()
    book.close()


def _set_up(sheet: Any, page: Page, styles: Styles) -> None:
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
    sheet.set_footer("&L&F&C&A&R&P of &N")
    sheet.set_row(0, 24)
    sheet.repeat_rows(HEAD_ROW)


def draft_book(
    case: Case,
    simulation: Simulation | None,
    scenarios: Mapping[str, float],
    sensitivity: Sensitivity | None = None,
    *,
    judged: bool = True,
) -> Plan:
    """Draft every page in the order of the book; the order of writing is that of the model.

    ``judged`` runs the rules whose results are stored texts; a proof, which compares formulas, does without.
    """
    recording, found = record(case)
    mark = recording.constant(summary_page.PRICE_MARK, 0.008)
    if found.price is not None:
        reverse_page.least_change(recording)
    recorded = Recorded(case, recording, found)
    made = checks(recorded)
    stored = _stored_findings(recorded, simulation) if judged else []
    draft = Draft(case.years, results=result_rows(case, recording, found))
    titles = scope_titles(case, recording, RESERVED)
    pages = _pages(case, recording, titles, draft, simulation, sensitivity)
    base_year = inputs_page.place_inputs(pages[INPUTS], case, recording, draft)
    inputs_page.write_inputs(pages[INPUTS], case, recording, draft)
    if PEERS in pages:
        peers_page.write_peers(pages[PEERS], case, recording, draft)
    draft.values = evaluate_all(recording, dict(draft.values))
    _write_model(case, recording, titles, draft, base_year)
    per_share = parts_page.write_parts(
        pages[titles["parts"]], case, recording.scopes["parts"], found, draft, simulation
    )
    if case.transactions:
        transactions_page.write_transactions(pages[transactions_page.TITLE], case, found, draft)
    if found.price is not None:
        reverse_page.write_reverse(pages[reverse_page.TITLE], case, recording, found, draft)
    checks_page.write_checks(pages[checks_page.TITLE], made, stored, simulation is not None, draft, case.folder)
    _write_run(case, pages, draft, simulation, found, per_share, mark)
    if sensitivity is not None:
        sensitivity_page.write_sensitivity(pages[sensitivity_page.TITLE], sensitivity, found, draft)
    _write_lists(case, pages, draft, simulation, scenarios)
    for page in pages.values():
        _headers(page, checks_page.MASTER, draft)
    return Plan(case, recording, found, draft, titles, made)


def _stored_findings(recorded: Recorded, simulation: Simulation | None) -> list[Finding]:
    found = file_findings(recorded)
    return found if simulation is None else found + run_findings(recorded, simulation)


def _write_model(case: Case, recording: Recording, titles: Mapping[str, str], draft: Draft, base_year: Cell) -> None:
    """The rows of every scope: placed first, so that each may read any other, then written."""
    for scope, title in titles.items():
        place = parts_page.place_parts if scope == "parts" else place_rows
        place(draft.pages[title], recording.scopes[scope], draft)
    timed = {name for name in titles if any(row.yearly for row in recording.scopes[name].rows)}
    for scope, title in titles.items():
        if scope != "parts":
            noted = case.workings.get(scope) or case.segments.get(scope)
            note = noted.note if noted else ""
            axis = base_year if scope in timed or not timed else None
            page = draft.pages[title]
            write_rows(page, recording.scopes[scope], draft, case.base_year + 1, base_year=axis, note=note)


def _write_lists(
    case: Case,
    pages: Mapping[str, Page],
    draft: Draft,
    simulation: Simulation | None,
    scenarios: Mapping[str, float],
) -> None:
    """The pages that only list."""
    if SCENARIOS in pages:
        tables_pages.write_scenarios(pages[SCENARIOS], case, scenarios)
    tables_pages.write_evidence(pages[EVIDENCE], case)
    tables_pages.write_baseline(pages[BASELINE], case, draft, INPUTS)
    tables_pages.write_files(pages[FILES], case)
    tables_pages.write_contents(pages[CONTENTS], pages, case, _notes(case), _run_note(simulation))


def _write_run(
    case: Case,
    pages: Mapping[str, Page],
    draft: Draft,
    simulation: Simulation | None,
    found: Valuation,
    per_share: dict[str, Reference],
    mark: Reference,
) -> None:
    """The pages that show a run; without one the summary shows the base case only."""
    status = '"no simulation in this book"'
    if simulation is not None:
        page = pages[SIMULATION]
        simulation_page.write_simulation(page, case, simulation, draft, BASELINE, INPUTS)
        status = f"{SIMULATION}!{simulation_page.status_cell(page)}"
    summary_page.write_summary(pages[SUMMARY], case, found, per_share, draft, simulation, status, mark)


def _pages(
    case: Case,
    recording: Recording,
    titles: Mapping[str, str],
    draft: Draft,
    simulation: Simulation | None,
    sensitivity: Sensitivity | None,
) -> dict[str, Page]:
    """Add the pages in the order in which a reader turns them."""
    draft.page(CONTENTS, case.name, f"Sum of the parts as of {case.date}" if case.date else "Sum of the parts")
    draft.page(SUMMARY, f"{case.name}: summary", f"{case.quote}; base case beside the simulation")
    draft.page(INPUTS, "Inputs", "Every assumption, in blue; change the column Base and the whole book follows")
    if case.peers:
        draft.page(PEERS, "Peers", "Tables of peers as pasted; derived columns, statistics and samples are formulas")
    for name, title in titles.items():
        working = case.workings.get(name)
        note = f"{case.currency} m unless stated"
        if working is not None:
            note = f"{working.calculation.name}: {working.calculation.summary}".replace("`", "")
        draft.page(title, recording.scopes[name].title, note)
    if case.transactions:
        note = f"{case.currency} m and {case.quote}; every difference named"
        draft.page(transactions_page.TITLE, "Before and after transactions", note)
    if case.has("shares.price"):
        draft.page(reverse_page.TITLE, reverse_page.TITLE, "Solved in closed form and live, everything else at base")
    if simulation is not None:
        note = "A stored run: numbers in blue do not follow the inputs until the next run"
        draft.page(SIMULATION, "Simulation", note)
    if sensitivity is not None:
        draft.page(sensitivity_page.TITLE, "Sensitivity", sensitivity_page.SUBTITLE)
    if case.scenarios:
        draft.page(SCENARIOS, "Scenarios", "Named overlays of the base case")
    draft.page(EVIDENCE, "Evidence", "Facts that assumptions cite, first those cited")
    draft.page(checks_page.TITLE, "Checks", "Live tests of the model, and what was found in the files and the run")
    draft.page(BASELINE, "Audit: what the run was given", "Stored values, compared with the Inputs sheet")
    draft.page(FILES, "Audit: the assumption files", "The text from which this book was made")
    return draft.pages


def _headers(page: Page, master: Cell, draft: Draft) -> None:
    page.text(0, 0, page.heading, "title")
    page.text(1, 0, page.subtitle, "subtitle")
    if page.title != master.sheet:
        status = draft.pages[master.sheet].cells[master.row, master.column]
        page.raw(
            2, 0, f'="Checks: "&{master.seen_from(page.title)}', f"Checks: {getattr(status, 'value', '')}", "formula"
        )


def _notes(case: Case) -> dict[str, str]:
    return {
        SUMMARY: "The value per share beside the price, the football field and the value by part",
        INPUTS: "Every assumption with unit, distribution, range, source and reason",
        transactions_page.TITLE: "What each transaction changes for one share, and what is expected of it",
        SIMULATION: "Percentiles, histogram and cumulative distribution of the last run",
        sensitivity_page.TITLE: "Which assumptions move the value: tornado, contributions, the worst draws, events",
        reverse_page.TITLE: "Each part, the holding discount and each transaction as the price implies it",
        EVIDENCE: "Dated and sourced facts",
        BASELINE: "The inputs that the stored run was given",
        FILES: "The assumption files as text",
        GROUP_TITLES["parts"]: "Each part's worth and what the group owns of it",
        GROUP_TITLES["bridge"]: "From the parts to the equity of the group and to one share",
    }


def _run_note(simulation: Simulation | None) -> str:
    if simulation is None:
        return "no simulation"
    return f"{simulation.draws:,} draws, seed {simulation.seed}, {simulation.kind}"
