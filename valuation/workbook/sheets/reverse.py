"""The page What the price implies: each part, the holding discount and each transaction, everything else at base."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from ...assumptions import Case
from ...bridge import PartWorth, Valuation
from ...checks import Recorded
from ...formula import Reference
from ...lines import Lines
from ...model import value
from ...operations import absolute, add_up
from ...recording import Recording, evaluate
from ...reverse import closed_forms
from ...units import MULTIPLE, RATE, Unit
from ..address import HEAD_ROW
from ..pages import Draft, Page
from ..sheet import Material, Sheet

TITLE: Final = "What the price implies"
LABEL, UNIT, BASE, IMPLIED, CHANGE = range(5)
SEARCHED: Final = "valuation solve"
EXACT: Final = 1e-9
NOTES: Final = (
    "One thing at a time: what each figure would have to be for the value per share to be the price, the rest at base.",
    "Bridge items and parts that read lines of another part stay as they are.",
    f"{SEARCHED}: no closed form, as where a transaction or the number of shares follows the value; see the command.",
    "A negative value, or a share outside 0 to 100 %, says that this thing alone cannot explain the price.",
)

LEAST_CHANGE: Final = 1e-4
Pair = tuple[Reference, Reference]


def least_change(recording: Recording) -> Reference:
    """The smallest change that can explain a price: a constant, which must be named before a book is evaluated."""
    return recording.constant("Least change of a transaction that counts, share of the equity", LEAST_CHANGE)


def _write(page: Page, made: Material, draft: Draft) -> None:
    """Write base beside implied; the case has a price."""
    case, found, recorded = made.case, made.valuation, made.recorded
    heads = {LABEL: "Figure", UNIT: "Unit", BASE: "Base", IMPLIED: "Implied", CHANGE: "Implied less base"}
    page.heads(HEAD_ROW, heads)
    page.widths = {LABEL: 62, UNIT: 11, BASE: 16, IMPLIED: 16, CHANGE: 18}
    page.freeze = (HEAD_ROW + 1, 1)
    table = _Table(page, draft, HEAD_ROW + 1, case)
    discount = recorded.assumption("holding.discount") if found.holding_discount is not None else None
    worth = table.base("Value per share and price", found.per_share, case.quote, "total")
    price = table.implied(worth, found.price, "total")
    here = replace(found, per_share=worth, price=price)
    missing = closed_forms.equity_gap(here, price)
    gap = table.single("Equity of the group that the price sees above the model", CHANGE, missing)
    _worths(table, case, recorded, found.parts, gap, discount)
    _units(table, case, recorded, gap)
    if discount is not None:
        table.section("Holding discount")
        own = table.base("Holding discount rate", discount, RATE)
        needed = closed_forms.discount_needed(case, found, gap, own)
        if table.true(needed, own, "holding.discount"):
            table.implied(own, needed)
        else:
            table.searched()
    _transactions(table, case, recorded, gap)
    _stubs(table, case, here, discount)
    for number, note in enumerate(NOTES):
        page.text(table.at + 1 + number, LABEL, note, "subtitle")


@dataclass
class _Table:
    """The rows of the page, one below the other; ``at`` is the next."""

    page: Page
    draft: Draft
    at: int
    case: Case

    def section(self, text: str) -> None:
        """Leave a line and write a caption."""
        self.page.text(self.at + 1, LABEL, text, "section")
        self.at += 2

    def base(self, label: str, formula: Any, unit: Unit | None = None, style: str = "formula") -> Reference:
        """Begin a row with its base; returns the cell."""
        unit = unit or formula.unit
        self._name(label, unit, style)
        return self.draft.put(self.page, self.at, BASE, formula, unit=unit, style=style)

    def implied(self, own: Reference, formula: Any, style: str = "formula") -> Reference:
        """End a row with what is implied and the difference to its base; returns the cell."""
        needed = self.draft.put(self.page, self.at, IMPLIED, formula, unit=own.unit, style=style)
        self.draft.put(self.page, self.at, CHANGE, needed - own, unit=own.unit, style=style)
        self.at += 1
        return needed

    def searched(self) -> None:
        """End a row that has no closed form."""
        self.page.text(self.at, IMPLIED, SEARCHED, "answer_text")
        self.at += 1

    def true(self, needed: Any, own: Reference, name: str) -> bool:
        """Whether what a part, or the holding discount, needs to be does give the price in the base case."""
        level = np.atleast_1d(evaluate(needed, self.draft.values.__getitem__))
        given, fixed, added = self.case.base_values, dict[str, Any](), dict[str, Any]()
        if name in self.case.parts:
            added[name] = level - self.draft.value(own)
        else:
            (given if name in given else fixed)[name] = level
        found = value(self.case, Lines(self.case.years), given, fixed=fixed, added=added)
        return bool(np.allclose(found.per_share, found.price, rtol=EXACT, atol=0))

    def single(self, label: str, column: int, formula: Any) -> Reference:
        """Write a row with one figure; returns the cell."""
        self._name(label, formula.unit)
        self.at += 1
        return self.draft.put(self.page, self.at - 1, column, formula)

    def amount(self, label: str, formula: Any, unit: Unit) -> Reference:
        """Write a row that has only a base; returns the cell."""
        own = self.base(label, formula, unit)
        self.at += 1
        return own

    def chance(self, label: str, base: Any, gap: Reference, change: Reference, least: Any) -> None:
        """Write a probability; where a transaction changes next to nothing, none explains the price."""
        own = self.base(label, base, RATE)
        cells = [self.draft.cells[reference.row].seen_from(self.page.title) for reference in (own, gap, change, least)]
        text = '=IF(ABS({2})>{3},{0}+{1}/{2},"none")'.format(*cells)
        probability, missing, amount, limit = (self.draft.value(cell) for cell in (own, gap, change, least))
        value = probability + missing / amount if abs(amount) > limit else "none"
        self.page.raw(self.at, IMPLIED, text, value, "answer", RATE.number_format)
        self.at += 1

    def _name(self, label: str, unit: Unit, style: str = "formula") -> None:
        self.page.text(self.at, LABEL, label, "total_text" if style == "total" else "text")
        self.page.text(self.at, UNIT, str(unit), "unit")

    def nothing(self, quantity: Any) -> bool:
        """Whether a quantity of the model is 0 in the base case, so that nothing can be divided by it."""
        return not np.all(evaluate(quantity, self.draft.values.__getitem__))


def _units(table: _Table, case: Case, recorded: Recorded, gap: Reference) -> None:
    """The same for units that stand inside a part and that a transaction may move, such as a chip maker in a cloud."""
    moved = {transaction.part for transaction in case.transactions.values()}
    units = {name: memo for name, memo in recorded.valuation.memos.items() if name in moved}
    if units:
        _worths(table, case, recorded, units, gap, None, "Units inside a part: ")


def _worths(
    table: _Table,
    case: Case,
    recorded: Recorded,
    parts: Mapping[str, PartWorth],
    gap: Reference,
    discount: Any,
    heading: str = "",
) -> None:
    """What each part must be worth: attributable, 100 % of the equity, the enterprise, and in multiples."""
    attributable: dict[str, Pair] = {}
    table.section(f"{heading}{_cased('Attributable value', heading)}")
    for name, part in parts.items():
        own = table.base(case.segments[name].name, part.attributable)
        here = replace(part, attributable=own)
        kept = closed_forms.shares_kept(case, recorded.valuation, name, discount) if name in case.parts else [None]
        forms = (closed_forms.attributable_needed(here, gap, share) for share in kept)
        needed = next((form for form in forms if name in case.memos or table.true(form, own, name)), None)
        if needed is None:
            table.searched()
        else:
            attributable[name] = own, table.implied(own, needed)
    equity: dict[str, Pair] = {}
    owned = [name for name in attributable if not table.nothing(parts[name].owned)]
    if owned:
        table.section(f"{heading}{_cased('Equity value, 100 %', heading)}")
    for name in owned:
        own = table.base(case.segments[name].name, parts[name].equity)
        equity[name] = own, table.implied(own, closed_forms.equity_needed(parts[name], attributable[name][1]))
    enterprise: dict[str, Pair] = {}
    leveraged = [name for name in equity if parts[name].enterprise is not None]
    if leveraged:
        table.section(f"{heading}{_cased('Enterprise value, 100 %', heading)}")
    for name in leveraged:
        own = table.base(case.segments[name].name, parts[name].enterprise)
        here = replace(parts[name], enterprise=own, equity=equity[name][0])
        enterprise[name] = own, table.implied(own, closed_forms.enterprise_needed(here, equity[name][1]))
    _multiples(table, case, recorded, {"equity": equity, "enterprise": enterprise}, heading)


def _cased(text: str, heading: str) -> str:
    """A caption, in small letters behind a heading."""
    return text[0].lower() + text[1:] if heading else text


def _multiples(table: _Table, case: Case, recorded: Recorded, worths: dict[str, dict[str, Pair]], heading: str) -> None:
    """The worth of parts over what they earn or sell."""
    measures = [(name, closed_forms.yardstick(case, recorded.valuation, name)) for name in worths["equity"]]
    measured = [
        (name, measure, worths[measure.level][name])
        for name, measure in measures
        if measure is not None and name in worths[measure.level] and not table.nothing(measure.amount)
    ]
    if measured:
        table.section(f"{heading}{_cased('Multiples', heading)}")
    for name, measure, (worth, needed) in measured:
        own = table.base(f"{case.segments[name].name}: {measure.label}", worth / measure.amount, MULTIPLE)
        table.implied(own, needed / measure.amount)


def _transactions(table: _Table, case: Case, recorded: Recorded, gap: Reference) -> None:
    """The probability at which each transaction explains the price."""
    found = recorded.valuation
    if not found.transactions:
        return
    table.section("Transactions")
    smallest = least_change(recorded.recording) * absolute(found.equity)
    least = table.single("Smallest change of the group's equity that counts", BASE, smallest)
    for name, outcome in found.transactions.items():
        title = case.transactions[name].name
        change = table.single(f"{title}: change of the group's equity", BASE, outcome.after - outcome.before)
        table.chance(f"{title}: probability", outcome.probability, gap, change, least)


def _stubs(table: _Table, case: Case, found: Valuation, discount: Any) -> None:
    """What is left of the value, and of the price, for everything else when a part is worth its base value."""
    table.section("Stubs: what is left for everything else")
    for name, segment in case.parts.items():
        *_, kept = closed_forms.shares_kept(case, found, name, discount)
        part = found.parts[name].per_share if kept is None else found.parts[name].per_share * kept
        own = table.base(f"Without {segment.name}", found.per_share - part, case.quote)
        table.implied(own, found.price - part)
    rest = closed_forms.not_operating(case, found)
    if rest:
        table.section("What is no operating part")
        other = add_up(*(table.amount(name, item * found.factor, case.quote) for name, item in rest.items()))
        label = "Operating stub: without stakes, bridge items and holding discount"
        own = table.base(label, found.per_share - other, case.quote, "total")
        table.implied(own, found.price - other, "total")


def _prepare(made: Material, draft: Draft) -> None:
    if made.case.transactions:
        least_change(made.recording)


SHEET: Final = Sheet(
    TITLE,
    heading=lambda made: TITLE,
    subtitle=lambda made: "Solved in closed form and live, everything else at base",
    about="Each part, the holding discount and each transaction as the price implies it",
    needed=lambda made: made.valuation.price is not None,
    prepare=_prepare,
    write=_write,
)
