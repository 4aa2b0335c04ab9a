"""Rules 4 to 8: cash, debt, minorities and corporate cost between a part's own bridge and the group's."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..assumptions import DEFAULT, JUDGEMENT
from ..operations import absolute, add_up, at_least, at_most, below, both
from .peer_columns import multiple_reads
from .rule import Check, Finding, Look, is_word, last, live, of_files
from .structure import earnings, said


@of_files
def cash_twice(look: Look) -> Iterator[Finding]:
    """4: net cash of a segment that stands in the bridge too."""
    yield from _money_twice(look, -1, "cash")


@of_files
def debt_twice(look: Look) -> Iterator[Finding]:
    """5: debt of a segment that stands in the bridge too."""
    yield from _money_twice(look, 1, "debt")


def _money_twice(look: Look, sign: int, word: str) -> Iterator[Finding]:
    """Net debt of this sign whose fact, or whose very amount, is that of a bridge item."""
    recorded, assumptions = look.recorded, look.recorded.case.assumptions
    for segment in recorded.case.parts.values():
        name = f"{segment.id}.net_debt"
        owed = recorded.base(name)
        for item in recorded.case.bridge if owed is not None and owed * sign > 0 else ():
            amount = recorded.base(item) or 0.0
            facts = set(assumptions[name].origin.sources) & set(assumptions[item].origin.sources)
            shared = facts - {JUDGEMENT, DEFAULT}
            if amount * sign < 0 and (shared or np.isclose(owed or 0, -amount, rtol=1e-9, atol=0)):
                text = f"{name} and {item} ({recorded.place(item)}) hold the same {word}: leave it where it is held"
                yield look.finding(segment.id, text, recorded.place(name))


@of_files
def restricted_cash(look: Look) -> Iterator[Finding]:
    """4: money of customers and restricted cash are not the holders'."""
    for item in look.recorded.case.bridge:
        amount = look.recorded.base(item) or 0.0
        if look.words_in(item) and amount > 0:
            text = f"{item} adds {amount:,.0f} m: leave out cash that belongs to customers or may not be paid out"
            yield look.finding(item, text, look.recorded.place(item))


@of_files
def convert_twice(look: Look) -> Iterator[Finding]:
    """5: a convertible is debt or shares, not both."""
    case = look.recorded.case
    counted = [name for name in case.assumptions if name.startswith("shares.") and look.words_in(name)]
    for item in case.bridge:
        if counted and look.words_in(item) and (look.recorded.base(item) or 0.0) < 0:
            text = f"{item} deducts a convertible that {counted[0]} counts as shares: keep one, by whether it is "
            text += "in the money"
            yield look.finding(item, text, look.recorded.place(item))


@live
def owned(look: Look) -> Iterator[Check]:
    """6: a share owned is a share."""
    for name, segment in look.recorded.case.segments.items():
        share = look.recorded.assumption(f"{name}.owned")
        test = both(at_least(share, 0), at_most(share, 1))
        tested, advice = f"{segment.name}: the share owned is between 0% and 100%", "correct owned"
        yield look.check(name, tested, advice, look.recorded.place(f"{name}.owned"), test, share)


@live
def holders(look: Look) -> Iterator[Check]:
    """6: the group and the others (helpers named held_by_...) hold everything."""
    for name, segment in look.recorded.case.segments.items():
        others = [a.name for a in look.recorded.of_part(name) if a.name.startswith(f"{name}.held_by_")]
        if others:
            whole = add_up(*(last(look.recorded.assumption(holder)) for holder in (f"{name}.owned", *others)))
            yield look.check(
                name,
                f"{segment.name}: what the group and the other holders own is 100%",
                "correct owned or held_by_...; say whether both are before or after the deal",
                look.recorded.place(f"{name}.owned"),
                at_most(absolute(whole - 1), look.limit()),
                whole,
            )


@of_files
def minorities_twice(look: Look) -> Iterator[Finding]:
    """6: minorities are taken off by the share owned or as an item, not both."""
    partly = [s.name for s in look.recorded.case.parts.values() if (look.recorded.base(f"{s.id}.owned") or 0) < 1]
    for item in look.recorded.case.bridge:
        if partly and look.words_in(item) and (look.recorded.base(item) or 0.0) < 0:
            text = f"{item} deducts minorities, who are also outside the share owned of {', '.join(partly)}: keep one"
            yield look.finding(item, text, look.recorded.place(item))


@live
def owned_of_enterprise(look: Look) -> Iterator[Check]:
    """6: the share owned is one of equity, so the part's net debt must be known, if only to be 0."""
    for name, segment in look.recorded.case.parts.items():
        if look.recorded.valuation.parts[name].enterprise is not None and not segment.has_net_debt:
            share = look.recorded.assumption(f"{name}.owned")
            yield look.check(
                name,
                f"{segment.name}: the share owned is taken of equity, or all is owned",
                "give net_debt, 0 if the business has none, so that minorities bear their part",
                look.recorded.place(f"{name}.owned"),
                at_least(share, 1),
                share,
            )


@of_files
def corporate_cost_missing(look: Look) -> Iterator[Finding]:
    """7: reported unallocated cost must be valued somewhere."""
    recorded = look.recorded
    valued = [*recorded.case.bridge, *recorded.case.parts]
    if any(look.words_in(name) for name in valued):
        return
    for table in recorded.case.reconciliations:
        for item in table.items:
            if look.words_in(item) and (recorded.base(item) or 0.0) < 0:
                text = f"{item} is a cost that no part bears: add bridge.corporate_cost, its present value, negative"
                yield look.finding(table.name, text, recorded.place(item))


@live
def corporate_cost_nothing(look: Look) -> Iterator[Check]:
    """7: a corporate cost lowers the value."""
    for item in look.recorded.case.bridge:
        if look.words_in(item):
            cost = look.recorded.assumption(item)
            tested, advice = f"{item} is negative", "give the present value of the yearly cost after tax, negative"
            yield look.check(item, tested, advice, look.recorded.place(item), below(cost, 0), cost)


# Enterprise and equity ----------------------------------------------------------------------------------------------


@of_files
def net_debt_ignored(look: Look) -> Iterator[Finding]:
    """8: a method that values the equity takes no net debt off."""
    for segment in look.recorded.case.parts.values():
        before_debt = [v for v in segment.views if look.recorded.line(v, "Enterprise value") is not None]
        as_equity = look.recorded.valuation.parts[segment.id].enterprise is None
        if segment.has_net_debt and as_equity and not (segment.weights and before_debt):
            text = f"{segment.name} is valued as equity, so net_debt is not taken off: leave it out, or value "
            text += "the enterprise"
            yield look.finding(segment.id, text, look.recorded.place(f"{segment.id}.net_debt"))


@of_files
def earnings_and_cash(look: Look) -> Iterator[Finding]:
    """4 and 8: earnings that hold interest are worth the cash already."""
    added = [i for i in look.recorded.case.bridge if look.words_in(i) and (look.recorded.base(i) or 0.0) > 0]
    for segment, scope in earnings(look.recorded):
        if added and not is_word("interest", said(look.recorded, segment, f"{scope}.metric")):
            text = f"{segment.name} is valued by P/E and {', '.join(added)} is added: say in the metric's why that its "
            text += "earnings hold no interest on that cash, or take the interest out"
            yield look.finding(segment.id, text, look.recorded.place(f"{scope}.metric"))


@of_files
def level_of_multiple(look: Look) -> Iterator[Finding]:
    """8: peers' EV multiples value enterprises, their P multiples equities."""
    for segment, working in look.recorded.views("multiple"):
        basis = str(working.given.get("basis", ""))
        wanted = "enterprise" if basis.startswith("EV") else "equity"
        for read in multiple_reads(look.recorded, working.scope):
            if read.ratio and read.level != wanted:
                text = f"{segment.name}: basis {basis} values the {wanted}, peers.{read.table}.{read.column} is "
                text += f"a multiple of the {read.level}: change the basis or the column"
                yield look.finding(working.scope, text, look.recorded.place(f"{working.scope}.multiple"))
