"""Proof of a workbook: its formulas are those of its own assumption files, and they compute what NumPy computes.

The book carries the text of the files it was made from. Verification reads that text, drafts the book anew and compares
every formula; then it types random values into the blue cells, lets an independent engine (formualizer) recalculate the
book's own formulas, and compares every line with the NumPy reading of the same values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from ..assumptions import Case
from ..formula import Row
from ..lines import Array, Lines, snake
from ..model import value
from ..sensitivity import QUICK, sensitivity
from ..simulation.draws import Draws
from ..simulation.evaluator import Evaluator
from ..simulation.few import Few
from ..simulation.results import Drawn, Simulation
from .address import HEAD_ROW, Cell, column_name
from .book import Plan, draft_book, made_by
from .carried import Values, case_of
from .cells import Spot
from .matching import Match, match
from .opening import OpenedBook, open_book
from .pages import FormulaCell, NumberCell, RawCell
from .replica_block import FIRST
from .sheets import live_draws, live_draws_data, two_way
from .sheets import sensitivity as sensitivity_sheet
from .sheets.evidence import TITLE as EVIDENCE
from .sheets.evidence import facts_in
from .sheets.inputs import TITLE as INPUTS
from .sheets.scenarios import BASE_CASE
from .sheets.simulation import TITLE as SIMULATION
from .sheets.two_way_workings import NOTHING

TOLERANCE: Final = 1e-9
NEAR_ZERO: Final = 1e-6
JITTER: Final = 0.02
FEW: Final = 32
LAST_ROW: Final = 1 << 20


@dataclass(frozen=True)
class Difference:
    """A cell whose formula or value is not what the assumption files give."""

    cell: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.cell}: expected {self.expected}, found {self.found}"


@dataclass(frozen=True)
class Proof:
    """What verification found: the worst relative difference over all compared cells and draws."""

    book: str
    draws: int
    formulas: int
    compared: int
    worst: float
    worst_cell: str
    differences: tuple[Difference, ...]
    writer: str = ""
    match: Match | None = None

    @property
    def proved(self) -> bool:
        """Whether every formula is the model's and every value agrees."""
        return not self.differences and self.worst <= TOLERANCE

    def as_json(self) -> dict[str, Any]:
        """The proof as one object; the worst difference is null where the book has an error in place of a number.

        Whether the book matches a case is null where it was compared with none.
        """
        found = self.match
        return {
            "book": self.book,
            "draws": self.draws,
            "formulas": self.formulas,
            "values_compared": self.compared,
            "worst_difference": self.worst if np.isfinite(self.worst) else None,
            "worst_cell": self.worst_cell,
            "proved": self.proved,
            "written_by": self.writer,
            "differences": [vars(difference) for difference in self.differences],
            "matches_case": None if found is None else found.matches,
            "input_differences": [] if found is None else [difference.as_json() for difference in found.differences],
        }

    def __str__(self) -> str:
        lines = [str(difference) for difference in self.differences[:20]]
        if self.differences and self.writer != made_by():
            lines.insert(0, f"written by {self.writer or 'an unknown version'}, verified by {made_by()}: write it anew")
        if len(self.differences) > 20:
            lines.append(f"... and {len(self.differences) - 20} more")
        where = f" at {self.worst_cell}" if self.worst_cell else ""
        lines.append(
            f"{self.formulas:,} formulas compared, {self.compared:,} values over {self.draws} random draws: "
            f"worst difference {self.worst:.0e}{where}"
        )
        lines.append("proved: the workbook is the model" if self.proved else "NOT proved")
        if self.match is not None:
            lines.append(str(self.match))
        return "\n".join(lines)


def verify_book(path: Path, draws: int = 200, seed: int = 1, other: Case | None = None) -> Proof:
    """Verify a workbook written by ``write_workbook``, and whether it still matches a case, where one is given.

    Raises InvalidAssumptions when it is no such workbook.
    """
    book = open_book(path)
    formulas, constants = book.formulas, book.constants
    plan = drafted(book)
    case = plan.made.case
    differences = [*_formula_differences(plan, formulas), *_input_differences(plan, constants)]
    found = _Comparison(path, plan, case)
    if not any(difference.cell.startswith(f"{INPUTS}!") for difference in differences):
        found.run(draws, seed, constants)
    return Proof(
        book=str(path),
        draws=draws,
        formulas=sum(len(cells) for cells in formulas.values()),
        compared=found.compared,
        worst=found.worst,
        worst_cell=found.worst_cell,
        differences=(*differences, *found.differences),
        writer=book.properties.category,
        match=None if other is None else match(book, case, other),
    )


def drafted(book: OpenedBook) -> Plan:
    """Draft a book anew from the files that it carries; numbers of its run are stand-ins."""
    case, _ = case_of(book)
    case = replace(case, evidence=facts_in(book.constants.get(EVIDENCE, {})))  # which the files of a case do not hold
    simulation = _stand_in(case) if SIMULATION in book.constants else None
    # the page is laid out by few draws, its numbers are not compared
    analysed = sensitivity(case, QUICK, FEW) if sensitivity_sheet.TITLE in book.constants else None
    few = _few(case, book.constants)
    return draft_book(case, simulation, dict.fromkeys(case.scenarios, 0.0), analysed, few, judged=False)


Formulas = Mapping[str, Mapping[Spot, str]]


def _stand_in(case: Case) -> Simulation:
    """A simulation that only has the shape of a run: the pages are laid out by it, its numbers are not compared."""
    flat = Draws(np.zeros(2))
    parts = dict.fromkeys(case.parts, flat)
    price = 1.0 if case.has("shares.price") else None
    return Simulation(flat, parts, parts, price, Drawn(0, "random", 2, 1))


def _few(case: Case, constants: Values) -> Few | None:
    """As many live draws as the book has, with the numbers that it stores; None where it has none."""
    cells = constants.get(live_draws_data.TITLE)
    if cells is None:
        return None
    names = tuple(found.name for found in Evaluator.of(case).uncertain)
    draws = sum(1 for row, column in cells if row == HEAD_ROW and column >= FIRST)
    rows = range(HEAD_ROW + 1, HEAD_ROW + 1 + len(names))
    columns = range(FIRST, FIRST + draws)
    stored = np.array([[_number(cells.get((row, column))) for column in columns] for row in rows])
    return Few(names, stored, stored)


# Comparing -------------------------------------------------------------------------------------------------------


def _formula_differences(plan: Plan, formulas: Formulas) -> Iterator[Difference]:
    """Every expected formula, against the book's; and formulas that nobody expects."""
    spelling = plan.draft.spelling
    for title, page in plan.draft.pages.items():
        there = formulas.get(title, {})
        expected: set[tuple[int, int]] = set()
        for (row, column), content in page.cells.items():
            if not isinstance(content, (FormulaCell, RawCell)):
                continue
            expected.add((row, column))
            at = page.cell(row, column)
            text = spelling.spell(content.formula, at) if isinstance(content, FormulaCell) else content.text
            found = there.get((row, column))
            if found is None:
                yield Difference(str(at), text, "no formula")
            elif _plain(found) != _plain(text):
                yield Difference(str(at), text, str(found))
        for row, column in sorted(set(there) - expected):
            yield Difference(str(page.cell(row, column)), "no formula", str(there[row, column]))


def _plain(formula: Any) -> str:
    """A formula without what programs change when they save: blanks, quotes around plain titles, prefixes."""
    text = re.sub(r"\s+", "", str(formula)).replace("_xlfn.", "")
    return re.sub(r"'([A-Za-z_][A-Za-z0-9_]*)'!", r"\1!", text)


def _input_differences(plan: Plan, constants: Values) -> Iterator[Difference]:
    """Blue cells that hold no number."""
    for (row, column), content in plan.draft.pages[INPUTS].cells.items():
        if isinstance(content, NumberCell) and content.style == "input":
            found = constants.get(INPUTS, {}).get((row, column))
            if not isinstance(found, (int, float)) or isinstance(found, bool):
                yield Difference(f"{INPUTS}!{column_name(column)}{row + 1}", "a number", repr(found))


class _Comparison:
    """Random values through the book's formulas in an independent engine, beside NumPy."""

    def __init__(self, path: Path, plan: Plan, case: Case) -> None:
        self.path, self.plan, self.case = path, plan, case
        self.worst, self.worst_cell, self.compared = 0.0, "", 0
        self.differences: list[Difference] = []

    def run(self, draws: int, seed: int, constants: Values) -> None:
        """Compare every line of the model for every draw."""
        import formualizer

        given = self._given(draws, seed, constants)
        lines = Lines(self.case.years)
        value(self.case, lines, given)
        targets = list(self._targets(lines, draws))
        engine = formualizer.load_workbook(str(self.path))
        if self.plan.draft.selector is not None:
            at = self.plan.draft.selector
            engine.set_value(at.sheet, at.row + 1, at.column + 1, BASE_CASE)
        cells = [(self.plan.draft.names[name], np.broadcast_to(values, (draws,))) for name, values in given.items()]
        found = np.empty((len(targets), draws))
        for number in range(draws):
            for cell, values in cells:
                engine.set_value(cell.sheet, cell.row + 1, cell.column + 1, float(values[number]))
            found[:, number] = _evaluated(engine, [cell for cell, _, _ in targets])
        self._compare(targets, found)
        self._replicas(engine)

    def _replicas(self, engine: Any) -> None:
        """Compare what two-way tables and live draws compute from the numbers of the files."""
        pages = self.plan.draft.pages
        for (row, column), content in pages[INPUTS].cells.items():
            if isinstance(content, NumberCell):
                engine.set_value(INPUTS, row + 1, column + 1, content.value)
        ends = {two_way.TITLE: LAST_ROW, live_draws.TITLE: live_draws.BLOCK + 1}
        targets = [
            (page.cell(*at), "", np.array([np.nan if content.value == NOTHING else float(content.value)]))
            for page in (pages[title] for title in ends if title in pages)
            for at, content in page.cells.items()
            if isinstance(content, RawCell) and at[0] <= ends[page.title] and _counts(content.value)
        ]
        if targets:
            self._compare(targets, np.array([_evaluated(engine, [cell for cell, _, _ in targets])]).T)

    def _given(self, draws: int, seed: int, constants: Values) -> dict[str, Array]:
        """Draw the distributed inputs; move every other a little, so that a number typed over a formula shows."""
        evaluator = Evaluator.of(self.case)
        given, _ = evaluator.some(draws, seed, "random")
        generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(1,))))
        drawn = {found.name for found in evaluator.uncertain}
        for name in given:
            if name not in drawn:
                cell = self.plan.draft.names[name]
                base = float(constants[INPUTS][cell.row, cell.column])
                given[name] = base * (1 - JITTER * generator.random(draws))
        return given

    def _targets(self, lines: Lines, draws: int) -> Iterator[tuple[Cell, str, Array]]:
        """The cell of every line, year by year, with its unit and its NumPy values."""
        for scope_name, scope in self.plan.made.recording.scopes.items():
            for row in scope.rows:
                if row in self.plan.draft.overlays.added:
                    continue  # no line of the model: it stands aside in the base case
                values = self._values(lines, scope_name, row)
                cell = self.plan.draft.cells[row]
                if not row.yearly:
                    yield cell, str(row.unit), np.broadcast_to(np.ravel(values), (draws,))
                    continue
                for year in range(self.case.years):
                    at = Cell(cell.sheet, cell.row, cell.column + year)
                    yield at, str(row.unit), np.broadcast_to(values[year], (draws,))

    @staticmethod
    def _values(lines: Lines, scope: str, row: Row) -> Array:
        return lines.scopes[scope][row.name or snake(row.label)]

    def _compare(self, targets: list[tuple[Cell, str, Array]], found: Array) -> None:
        """Relative differences, cell by cell; an error in the book and NaN in NumPy are the same."""
        cells, units = [cell for cell, _, _ in targets], [unit for _, unit, _ in targets]
        expected = np.array([values for _, _, values in targets])
        both_invalid = np.isnan(expected) & np.isnan(found)
        size = np.maximum(np.maximum(np.abs(expected), np.abs(found)), NEAR_ZERO * _scales(units, expected))
        difference = np.where(both_invalid, 0.0, np.nan_to_num(np.abs(expected - found) / size, nan=np.inf))
        self.compared += difference.size
        worst = difference.max(axis=1)
        if worst.max() >= self.worst:
            self.worst, self.worst_cell = float(worst.max()), str(cells[int(worst.argmax())])
        for index in np.flatnonzero(worst > TOLERANCE):
            draw_number = int(difference[index].argmax())
            pair = expected[index, draw_number], found[index, draw_number]
            self.differences.append(Difference(str(cells[index]), *(repr(float(number)) for number in pair)))


def _evaluated(engine: Any, cells: list[Cell]) -> list[float]:
    """What cells hold, each computed with all that it needs and no more."""
    return [_number(value) for value in engine.evaluate_cells([(c.sheet, c.row + 1, c.column + 1) for c in cells])]


def _counts(value: float | str) -> bool:
    """Whether a cell holds a number, or says that there is none."""
    return not isinstance(value, str) or value == NOTHING


def _scales(units: list[str], values: Array) -> Array:
    """The largest amount of each cell's unit, draw by draw, and at least 1.

    What is left of large amounts that cancel, such as a residual, is known only to their last digits.
    """
    scales = np.ones_like(values)
    for unit in set(units):
        rows = [number for number, other in enumerate(units) if other == unit]
        scales[rows] = np.fmax(1.0, np.max(np.nan_to_num(np.abs(values[rows])), axis=0))
    return scales


def _number(found: Any) -> float:
    """What a cell of the engine holds, as a number; errors and texts are NaN."""
    return float(found) if isinstance(found, (int, float)) else float("nan")
