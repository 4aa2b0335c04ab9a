"""The cover: what this is, what it is worth, whether it holds, where everything stands and what the colours mean."""

from __future__ import annotations

from typing import Any, Final, get_args

from ...assumptions import Case
from ...formula import Reference
from ...identity import identity
from ...lines import single
from ...model import GROUP_TITLES
from ...units import RATE
from ...version import __version__
from ..address import HEAD_ROW, Cell
from ..pages import Draft, Group, NumberCell, Page, TextCell
from ..sheet import Material, Sheet
from .checks import MASTER
from .simulation import TITLE as SIMULATION

TITLE: Final = "Cover"
NAME, UNIT, VALUE, TEXT = range(4)
COLOURS: Final = {
    "input": "Blue: a number that somebody chose, or that a run stored. Change the blue cells of the sheets of inputs.",
    "formula": "Black: a formula over cells of the same sheet.",
    "link": "Green: a formula that reads another sheet, or a link that leads there.",
    "good": "OK: a check that holds.",
    "doubtful": "WARNING or NOTE: look at it and give a reason.",
    "bad": "ERROR: do not use the value before it is mended.",
}
SCOPES: Final = {
    GROUP_TITLES["parts"]: "Each part's worth and what the group owns of it",
    GROUP_TITLES["bridge"]: "From the parts to the equity of the group and to one share",
}
RUN: Final = {
    "P5": "P5 of the last run",
    "P50": "P50 of the last run",
    "P95": "P95 of the last run",
    "Probability that value is above the price": "Value above price, probability",
}
RUN_FACTS: Final = ("Draws", "Valid draws", "Seed")


def _write(page: Page, made: Material, draft: Draft) -> None:
    """Headline, soundness, facts, contents and colours, one below the other on one printed page."""
    page.widths = {NAME: 34, UNIT: 12, VALUE: 18, TEXT: 62}
    page.freeze = (HEAD_ROW + 1, 0)
    page.heads(HEAD_ROW, {NAME: "What it is worth", UNIT: "Unit", VALUE: "Value", TEXT: " "}, VALUE)
    cover = _Cover(page, made, draft)
    cover.headline()
    cover.sound()
    cover.facts()
    cover.contents()
    cover.colours()
    page.print_area, page.one_page = (0, NAME, cover.at, TEXT), True


def _of_model(page: Page) -> str:
    """What a sheet of lines shows: the calculation that it is, else its heading."""
    return page.subtitle if ": " in page.subtitle else page.heading


class _Cover:
    """The rows of the cover; ``at`` is the next."""

    def __init__(self, page: Page, made: Material, draft: Draft) -> None:
        self.page, self.made, self.draft, self.at = page, made, draft, HEAD_ROW + 1

    def headline(self) -> None:
        """Value, price and upside of the scenario that is shown; what the last run found."""
        case, found = self.made.case, self.made.valuation
        worth = self._key("Value per share", found.per_share, case)
        if found.price is not None:
            price = self._key("Price", found.price, case)
            self._label("Upside to the price", str(RATE))
            text = f"={self.page.cell(worth, VALUE).name}/{self.page.cell(price, VALUE).name}-1"
            value = single(self.draft.values[found.per_share.row]) / single(self.draft.values[found.price.row]) - 1
            self.page.raw(self.at - 1, VALUE, text, value, "formula", RATE.number_format)
        for label, shown in RUN.items():
            self._link(shown, self._of_run(label))

    def sound(self) -> None:
        """The master check, whether the stored run still fits, and which scenario the book shows."""
        self._section("Does it hold?")
        first = self.at
        self._status("Master check", MASTER)
        if self.draft.status is not None:
            self._status("The stored run and the inputs", self.draft.status)
        if self.draft.selector is not None:
            self._status("Scenario shown", self.draft.selector)
        self.page.lights = (first, VALUE, self.at - 1, VALUE)

    def facts(self) -> None:
        """Company, dates, money, the run and what wrote the book."""
        case = self.made.case
        self._section("What it is")
        self._text("Company", case.name)
        self._text("Case", case.id)
        if self.draft.valuation_date is not None:
            self._link("Valuation date", self.draft.valuation_date)
        if self.draft.base_year is not None:
            self._link("Base fiscal year", self.draft.base_year)
        self._text("Currency of the model", f"{case.currency} m")
        self._text("The value is quoted in", str(case.quote))
        for label in RUN_FACTS:
            self._link(f"{label} of the stored run", self._of_run(label))
        if self.made.simulation is None:
            self._text("Stored run", "none in this book")
        made_from = identity(case, self.made.simulation)
        self._text("Run id", made_from.run)
        self._text("Digest of the inputs", made_from.inputs)
        self._text("Written by", f"valuation {__version__}")

    def contents(self) -> None:
        """A link to each sheet, in the groups in which they are read."""
        for group in get_args(Group):
            titles = [title for title, page in self.draft.pages.items() if page.group == group and title != TITLE]
            if titles:
                self._section(f"Contents: {group.lower()}")
            for title in titles:
                other = self.draft.pages[title]
                self.page.text(self.at, NAME, title)
                self.page.links[self.at, NAME] = title
                self.page.text(self.at, UNIT, SCOPES.get(title) or other.about or _of_model(other))
                self.at += 1

    def colours(self) -> None:
        """What each colour means."""
        self._section("Colours")
        for style, text in COLOURS.items():
            word, _, meaning = text.partition(": ")
            self.page.text(self.at, NAME, word, style)
            self.page.text(self.at, UNIT, meaning)
            self.at += 1

    # Rows --------------------------------------------------------------------------------------------------------

    def _section(self, text: str) -> None:
        self.at += 1
        for column in range(NAME, TEXT + 1):
            self.page.text(self.at, column, text if column == NAME else " ", "section")
        self.at += 1

    def _label(self, label: str, unit: str, style: str = "text") -> None:
        self.page.text(self.at, NAME, label, style)
        self.page.text(self.at, UNIT, unit, "unit" if style == "text" else style)
        self.at += 1

    def _key(self, label: str, formula: Any, case: Case) -> int:
        self.page.heights[self.at] = 22
        self._label(label, str(case.quote), "key_text")
        assert isinstance(formula, Reference)
        self.draft.put(self.page, self.at - 1, VALUE, formula, unit=case.quote, style="key")
        return self.at - 1

    def _text(self, label: str, text: str) -> None:
        self._label(label, "text")
        self.page.text(self.at - 1, VALUE, text)

    def _status(self, label: str, there: Cell) -> None:
        self._label(label, "text")
        content = self.draft.pages[there.sheet].cells[there.row, there.column]
        value = content.text if isinstance(content, TextCell) else str(getattr(content, "value", ""))
        self.page.raw(self.at - 1, VALUE, f"={there.seen_from(TITLE)}", value, "status")

    def _link(self, label: str, there: Cell | None) -> None:
        """A number of another sheet; nothing where it has none."""
        content = self.draft.pages[there.sheet].cells.get((there.row, there.column)) if there else None
        if there is None or not isinstance(content, NumberCell):
            return
        unit = self.draft.pages[there.sheet].cells.get((there.row, UNIT))
        self._label(label, unit.text if isinstance(unit, TextCell) else "date")
        shown = content.number_format
        self.page.raw(self.at - 1, VALUE, f"={there.seen_from(TITLE)}", content.value, "formula", shown)

    def _of_run(self, label: str) -> Cell | None:
        """The cell of a stored figure of the run, by its label on the sheet of the simulation."""
        page = self.draft.pages.get(SIMULATION)
        for (row, column), content in page.cells.items() if page else ():
            if column == NAME and isinstance(content, TextCell) and content.text == label:
                return Cell(SIMULATION, row, VALUE)
        return None


SHEET: Final = Sheet(
    TITLE,
    heading=lambda made: made.case.name,
    subtitle=lambda made: f"Sum of the parts as of {made.case.date}" if made.case.date else "Sum of the parts",
    about="",
    write=_write,
    closing=True,
)
