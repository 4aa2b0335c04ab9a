"""The sheet of scenarios: a selector, what each changes and is worth; the model reads the column Live."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from ...assumptions import Scenario
from ...formula import Reference, Row
from ...lines import single
from ...units import FLAG, NUMBER, RATE, WHOLE, Unit
from ..address import HEAD_ROW, Cell, column_name
from ..overlays import Overlaid, overlay
from ..pages import Draft, Page
from ..sheet import Material, Sheet
from .inputs import rule, shown

TITLE: Final = "Scenarios"
NAME, UNIT, BASE = range(3)
FIRST: Final = BASE + 1
SELECTOR_ROW, NUMBER_ROW, TABLE_ROW = HEAD_ROW + 1, HEAD_ROW + 2, HEAD_ROW + 4
BASE_CASE: Final = "Base case"
NOT_CHANGED, OWN_FORMULA = "base", "own formula"
SAME: Final = 1e-9
SAME_LABEL: Final = "Difference between live and stored values that is rounding"
SUBTITLE: Final = "The model reads the column Live. A word in place of a number means: as in the base case"


def _prepare(made: Material, draft: Draft) -> None:
    made.recording.constant(SAME_LABEL, SAME)


@dataclass(frozen=True)
class _Columns:
    """Where the columns behind the scenarios stand: how many there are, and what each is called on the sheet."""

    names: tuple[str, ...]

    @classmethod
    def of(cls, made: Material) -> _Columns:
        taken = {BASE_CASE.casefold()}
        names: list[str] = []
        for name in made.case.scenarios:
            unlike = name if name.casefold() not in taken else f"{name} (scenario {len(names) + 1})"
            taken.add(unlike.casefold())
            names.append(unlike)
        return cls((BASE_CASE, *names))

    @property
    def last(self) -> int:
        """The last scenario."""
        return BASE + len(self.names) - 1

    @property
    def live(self) -> int:
        """What the model reads."""
        return self.last + 1

    @property
    def source(self) -> int:
        """Where the numbers are written, behind a narrow gap."""
        return self.last + 3

    @property
    def id(self) -> int:
        """The name in the files."""
        return self.last + 4

    def range(self, row: int, first: int = BASE) -> str:
        """The cells of a row from the base case, or a later column, to the last scenario."""
        return f"${column_name(first)}{row + 1}:${column_name(self.last)}{row + 1}"


def _place(page: Page, made: Material, draft: Draft) -> None:
    """Find what scenarios change and let the model read the live values from here."""
    assert isinstance(made.valuation.per_share, Reference)
    columns = _Columns.of(made)
    constants = {row: np.array([value]) for row, value in made.recording.constants.values()}
    given = {**draft.values, **constants}
    draft.overlays = overlay(made.case, made.recording, made.valuation.per_share.row, given, made.scenarios)
    draft.values.update(draft.overlays.values(None))
    draft.selector = page.cell(SELECTOR_ROW, BASE)
    at = TABLE_ROW
    for overlaid in draft.overlays.rows:
        draft.cells[overlaid.row] = page.cell(at, columns.live)
        at += 1
    for switch in _switches(draft.overlays.rows):
        draft.cells[switch] = page.cell(at, columns.live)
        at += 1


def _switches(rows: Sequence[Overlaid]) -> dict[Row, Overlaid]:
    """The rows that say whether a formula gives way, each with the first input that stands instead."""
    found: dict[Row, Overlaid] = {}
    for overlaid in rows:
        if overlaid.switch is not None:
            found.setdefault(overlaid.switch, overlaid)
    return found


def _write(page: Page, made: Material, draft: Draft) -> None:
    """Write the selector, the table of what is changed, and below it what each scenario is worth."""
    columns = _Columns.of(made)
    _heads(page, columns)
    _selector(page, columns)
    page.text(TABLE_ROW - 1, NAME, "What scenarios change", "section")
    at = TABLE_ROW
    for overlaid in draft.overlays.rows:
        _overlaid(page, at, columns, overlaid, made, draft)
        at += 1
    for switch, overlaid in _switches(draft.overlays.rows).items():
        page.text(at, NAME, switch.label)
        page.text(at, UNIT, str(FLAG), "unit")
        live = draft.cells[overlaid.row].name
        page.raw(at, columns.live, f"=IF(ISNUMBER({live}),1,0)", 0, "formula", FLAG.number_format)
        at += 1
    if not draft.overlays.rows:
        page.text(at, NAME, "nothing that stands in a cell")
        at += 1
    at = _Worth(page, made, draft, columns, at + 1).write()
    _reasons(page, at + 1, made, draft)


def _heads(page: Page, columns: _Columns) -> None:
    heads = {NAME: "Assumption", UNIT: "Unit", **dict(enumerate(columns.names, start=BASE))}
    for column, text in heads.items():
        page.text(HEAD_ROW, column, text, "head" if column < BASE else "head_right")
    page.text(HEAD_ROW, columns.live, "Live", "head_right")
    page.text(HEAD_ROW, columns.source, "Source", "head")
    page.text(HEAD_ROW, columns.id, "Name in the files", "head")
    widths = {column: max(14.0, min(len(name) + 3.0, 26.0)) for column, name in enumerate(columns.names, start=BASE)}
    page.widths = {
        NAME: 50,
        UNIT: 12,
        **widths,
        columns.live: 14,
        columns.live + 1: 2,
        columns.source: 40,
        columns.id: 40,
    }
    page.heights[HEAD_ROW] = 28
    page.freeze = (NUMBER_ROW + 1, BASE)


def _selector(page: Page, columns: _Columns) -> None:
    names = f"${column_name(BASE)}${HEAD_ROW + 1}:${column_name(columns.last)}${HEAD_ROW + 1}"
    selector = page.cell(SELECTOR_ROW, BASE)
    page.heights[SELECTOR_ROW] = 22
    page.text(SELECTOR_ROW, NAME, "Scenario shown: choose here", "key_text")
    page.text(SELECTOR_ROW, UNIT, "text", "key_text")
    page.text(SELECTOR_ROW, BASE, BASE_CASE, "key_input")
    page.validations.append(
        (SELECTOR_ROW, BASE, {"validate": "list", "source": f"={names}", "error_title": "Scenario",
                              "error_message": "One of the names in the head of this sheet"})
    )  # fmt: skip
    page.text(NUMBER_ROW, NAME, "Its number")
    page.text(NUMBER_ROW, UNIT, "number", "unit")
    page.raw(NUMBER_ROW, BASE, f"=MATCH({selector.fixed},{names},0)", 1, "formula", WHOLE.number_format)


def _overlaid(page: Page, at: int, columns: _Columns, overlaid: Overlaid, made: Material, draft: Draft) -> None:
    """One input: base, the number of each scenario that changes it, and the one that is chosen."""
    found = overlaid.input
    number, own = page.cell(NUMBER_ROW, BASE).fixed, overlaid.base is not None
    page.text(at, NAME, found.label)
    page.text(at, UNIT, str(found.unit), "unit")
    fmt = shown(found.base, found.unit)
    if overlaid.base is None:
        page.text(at, BASE, OWN_FORMULA, "answer_text")
    else:
        base = draft.names[found.name].seen_from(page.title)
        page.raw(at, BASE, f"={base}", overlaid.base, "formula", fmt)
    for column, name in enumerate(made.case.scenarios, start=FIRST):
        if name in overlaid.values:
            value = overlaid.values[name]
            page.number(at, column, value, shown(value, found.unit), "input")
            page.validations.append((at, column, rule(found)))
        else:
            page.text(at, column, NOT_CHANGED if own else OWN_FORMULA, "answer_text")
    chosen = f"INDEX({columns.range(at)},{number})"
    if overlaid.base is None:
        page.raw(at, columns.live, f"={chosen}", OWN_FORMULA, "answer", fmt)
    else:
        text = f"=IF(ISNUMBER({chosen}),{chosen},{page.cell(at, BASE).name})"
        page.raw(at, columns.live, text, overlaid.base, "formula", fmt)
    page.text(at, columns.source, _source([made.case.scenarios[name] for name in overlaid.values], made))
    page.text(at, columns.id, found.name, "unit")


def _source(scenarios: Sequence[Scenario], made: Material) -> str:
    """The scenarios that change an input, and the file in which they stand."""
    if not scenarios:
        return "not changed: a number of the same list"
    file = str(scenarios[0].origin.place.within(made.case.folder)).partition(":")[0]
    return f"{', '.join(scenario.name for scenario in scenarios)} in {file}"


class _Worth:
    """What each scenario is worth: stored when the book was written, with a live test of the one that is shown."""

    def __init__(self, page: Page, made: Material, draft: Draft, columns: _Columns, at: int) -> None:
        self.page, self.made, self.draft, self.columns, self.at = page, made, draft, columns, at
        self.number = page.cell(NUMBER_ROW, BASE).fixed

    def write(self) -> int:
        """Write the rows below each other; returns the row behind them."""
        case, found = self.made.case, self.made.valuation
        chances = {name: scenario.probability for name, scenario in case.scenarios.items()}
        self.page.text(self.at, NAME, "What each scenario is worth", "section")
        self.at += 1
        chance = self._stored("Probability", RATE, chances, RATE.number_format, self._file())
        whole, format_ = f"=SUM({self.columns.range(chance, FIRST)})", RATE.number_format
        self.page.raw(chance, self.columns.live, whole, sum(chances.values()), "formula", format_)
        base = single(self.draft.values[found.per_share.row])
        values = {BASE_CASE: base, **{name: self.made.scenarios.get(name, 0.0) for name in case.scenarios}}
        worth = self._stored("Value per share when this book was written", case.quote, values, "", "valuation run")
        live = self._put(worth, self.columns.live, found.per_share, case.quote, "total")
        if found.price is not None:
            self._upsides(worth, [*values.values(), single(self.draft.values[live.row])])
        self._weighted(chance, worth, sum(chances[name] * values[name] for name in chances))
        self._test(worth, live, values)
        return self.at

    def _file(self) -> str:
        return _source(list(self.made.case.scenarios.values())[:1], self.made).partition(" in ")[2]

    def _label(self, label: str, unit: Unit | str, style: str = "text") -> int:
        self.page.text(self.at, NAME, label, style)
        self.page.text(self.at, UNIT, str(unit), "unit")
        self.at += 1
        return self.at - 1

    def _stored(self, label: str, unit: Unit, values: dict[str, float], fmt: str, source: str) -> int:
        """A row of numbers, from the base case or from the first scenario on."""
        at = self._label(label, unit)
        start = self.columns.last - len(values) + 1
        for column, value in enumerate(values.values(), start=start):
            self.page.number(at, column, value, fmt or unit.number_format, "stored")
        self.page.text(at, self.columns.source, source)
        return at

    def _put(self, at: int, column: int, formula: Any, unit: Unit, style: str = "formula") -> Reference:
        return self.draft.put(self.page, at, column, formula, unit=unit, style=style)

    def _upsides(self, worth: int, values: Sequence[float]) -> None:
        """How far each value, and the live one, is above the price."""
        at = self._label("Upside to the price", RATE)
        price = self.made.valuation.price
        there = self.draft.cells[price.row].seen_from(self.page.title)
        paid = single(self.draft.values[price.row])
        for column, value in enumerate(values, start=BASE):
            text = f"={self.page.cell(worth, column).name}/{there}-1"
            self.page.raw(at, column, text, value / paid - 1, "formula", RATE.number_format)

    def _weighted(self, chance: int, worth: int, value: float) -> None:
        quote = self.made.case.quote
        at = self._label("Value per share, weighted by probability", quote, "total_text")
        chances, values = self.columns.range(chance, FIRST), self.columns.range(worth, FIRST)
        self.page.raw(at, BASE, f"=SUMPRODUCT({chances},{values})", value, "total", quote.number_format)
        price = self.made.valuation.price
        if price is not None:
            there = self.draft.cells[price.row].seen_from(self.page.title)
            under = self._label("Upside of the weighted value", RATE)
            text = f"=({self.page.cell(at, BASE).name}-{there})/{there}"
            paid = single(self.draft.values[price.row])
            self.page.raw(under, BASE, text, value / paid - 1, "formula", RATE.number_format)

    def _test(self, worth: int, live: Reference, values: dict[str, float]) -> None:
        """Is the live value of the scenario shown what its own files are worth?"""
        page, columns, draft = self.page, self.columns, self.draft
        self.at += 1
        page.text(self.at, NAME, "Is the scenario shown what its own files are worth?", "section")
        self.at += 1
        whole = {name: float(name not in draft.overlays.beyond) for name in values}
        said = "All that it changes stands in cells (1: yes)"
        cells = self._stored(said, FLAG, whole, "", "when this book was written")
        total = sum(sum(overlaid.values.values()) for overlaid in draft.overlays.rows)
        check = self._label("Sum of the scenarios' cells when this book was written", NUMBER)
        page.number(check, BASE, total, "#,##0.000000_);(#,##0.000000)")
        page.text(check, columns.source, "check sum: a change of any cell moves it")
        reasons = self._label("Inputs and scenarios changed since, or not in cells", "number")
        page.raw(reasons, BASE, self._reasons(cells, check, total), 0, "formula", WHOLE.number_format)
        apart = self._label("Live value against the stored one", RATE)
        here, stored = draft.cells[live.row].name, f"INDEX({columns.range(worth)},{self.number})"
        page.raw(apart, BASE, f"={here}/{stored}-1", 0, "formula", "0.0000%_);(0.0000%)")
        status = self._label("Status", "text")
        page.text(status, columns.source, "NOTE: edited since, so that the stored values are those of that time")
        same = draft.cells[self.made.recording.constants[SAME_LABEL][0]].seen_from(page.title)
        difference = f"ABS({page.cell(apart, BASE).name})<={same}"
        words = f'CHOOSE(1+({page.cell(reasons, BASE).name}>0),"ERROR","NOTE")'
        page.raw(status, BASE, f'=IF({difference},"OK",{words})', "OK", "status")
        page.lights = (status, BASE, status, BASE)

    def _reasons(self, cells: int, check: int, total: float) -> str:
        """How many inputs differ from the audit sheet, plus one for an edited scenario, plus one if not in cells."""
        counts = sorted(self.draft.changed.values())
        changed = f"SUM({counts[0].seen_from(TITLE)}:{counts[-1].fixed})"
        if not self.draft.overlays.rows:
            return f"={changed}+1-INDEX({self.columns.range(cells)},{self.number})"
        first = Cell(TITLE, TABLE_ROW, FIRST).name
        last = Cell(TITLE, TABLE_ROW + len(self.draft.overlays.rows) - 1, self.columns.last).name
        same = self.draft.cells[self.made.recording.constants[SAME_LABEL][0]].seen_from(TITLE)
        edited = f"(ABS(SUM({first}:{last})-{self.page.cell(check, BASE).name})>{same})"
        return f"={changed}+{edited}+1-INDEX({self.columns.range(cells)},{self.number})"


def _reasons(page: Page, at: int, made: Material, draft: Draft) -> None:
    """Why each scenario is as it is, and what of it the cells do not hold."""
    page.text(at, NAME, "Why", "section")
    for name, scenario in made.case.scenarios.items():
        at += 1
        page.text(at, NAME, name)
        page.text(at, BASE, scenario.origin.why or "no reason given")
    if draft.overlays.beyond:
        at += 2
        page.text(at, NAME, "Only in the stored values: what no cell of this book says", "section")
        for name, texts in draft.overlays.beyond.items():
            for text in texts:
                at += 1
                page.text(at, NAME, name)
                page.text(at, BASE, text)


SHEET: Final = Sheet(
    TITLE,
    heading=lambda made: "Scenarios",
    subtitle=lambda made: SUBTITLE,
    about="A selector that moves the whole book, what each scenario changes and what it is worth",
    needed=lambda made: bool(made.case.scenarios),
    prepare=_prepare,
    place=_place,
    write=_write,
    group="Inputs",
)
