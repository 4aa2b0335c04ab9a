"""Rules 1 to 8: what is counted twice, or not at all, between segments, bridge and group."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..assumptions import DEFAULT, JUDGEMENT, Assumption, Segment
from ..operations import absolute, add_up, at_least, at_most, below, both, first
from .peer_columns import multiple_reads
from .recorded import Recorded
from .rule import Check, Finding, Look, is_word, live, of_files

WORTHS = (
    "enterprise_value", "equity_value", "equity_value_100", "equity_value_at_peers", "equity_value_of_the_company",
    "equity_value_of_the_outcomes", "pre_money_value", "attributable_value", "value_per_share",
)  # fmt: skip


@live
def parts_add_up(look: Look) -> Iterator[Check]:
    """1: the value per share is the sum of the parts, the bridge and the transactions, each per share."""
    found, recorded = look.recorded.valuation, look.recorded
    factor = recorded.line("shares", "Quoted value of one unit of equity")
    rest = [*found.bridge.values(), *([found.holding_discount] if found.holding_discount is not None else [])]
    whole = add_up(found.sum_of_parts, *rest, *found.expected.values()) * factor
    test = at_most(absolute(whole - found.per_share), look.limit() * absolute(found.per_share))
    advice = "a formula of the workbook was overwritten: write it anew"
    yield look.check("", "parts and bridge add up to the value per share", advice, recorded.whole, test)


@live
def reconciliation(look: Look) -> Iterator[Check]:
    """1: reported items tie to the reported total."""
    for table in look.recorded.case.reconciliations:
        title = table.name.replace("_", " ")
        found = absolute(look.recorded.line("reconciliation", f"Difference of {title} to the total"))
        yield look.check(
            "",
            f"{title}: segments, eliminations and unallocated items tie to the group",
            "find the item that is missing or of another year",
            look.recorded.place(table.total),
            at_most(found, look.limit()),
            found,
            look.limit(),
            id=f"reconciliation.{table.name}",
        )


@live
def elimination_untreated(look: Look) -> Iterator[Check]:
    """1: large eliminations ask for a treatment of trade between segments."""
    recorded = look.recorded
    if any(recorded.workings("captive")):
        return
    for table in recorded.case.reconciliations:
        for name in table.items:
            if look.words_in(name) and not recorded.case.assumptions[name].origin.why:
                share = absolute(recorded.assumption(name) / recorded.assumption(table.total))
                title = table.name.replace("_", " ")
                yield look.check(
                    name,
                    f"{title}: eliminations are small, or it is said how the segments count trade between them",
                    "add a schedule captive, or say in the item's why how supplier and customer count it",
                    recorded.place(name),
                    at_most(share, look.limit()),
                    share,
                    look.limit(),
                )


@of_files
def counted_twice(look: Look) -> Iterator[Finding]:
    """2: one fact is the amount of one thing."""
    recorded, seen = look.recorded, dict[str, Assumption]()
    for name, assumption in recorded.case.assumptions.items():
        part = name.partition(".")[0]
        amount = any(found.unit.dimensions and found.unit.scale for found in assumption.inputs)
        if not amount or JUDGEMENT in assumption.origin.sources:
            continue
        if (part not in recorded.case.parts and part != "bridge") or name.endswith(".net_debt"):
            continue
        for fact in assumption.origin.sources:
            other = seen.setdefault(fact, assumption)
            if fact != DEFAULT and other.name.partition(".")[0] != part:
                text = f"{name} and {other.name} ({other.origin.place}) both count {fact}: take it out of one of them"
                yield look.finding(part, text, assumption.origin.place)


@of_files
def part_within_part(look: Look) -> Iterator[Finding]:
    """2: a part whose value is an ingredient of another part."""
    recorded, parts = look.recorded, look.recorded.case.parts
    for segment in parts.values():
        for assumption in recorded.of_part(segment.id):
            for scope, label in recorded.lines_read(assumption):
                other = scope.partition(".")[0]
                if other != segment.id and other in parts and label in WORTHS:
                    text = f"{assumption.name} reads the value of {parts[other].name}, which is in the sum as well: "
                    yield look.finding(segment.id, text + "make one of the two a memo", assumption.origin.place)


@of_files
def affiliates_in_earnings(look: Look) -> Iterator[Finding]:
    """2: earnings of a P/E may hold the profit of affiliates that are parts of their own."""
    case = look.recorded.case
    stakes = [s.name for s in case.parts.values() if all(case.workings[v].calculation.name == "stake" for v in s.views)]
    for segment, scope in _earnings(look.recorded):
        if stakes and not look.words_in(_said(look.recorded, segment, f"{scope}.metric")):
            text = f"{segment.name} is valued by P/E beside {', '.join(stakes)}: say in the metric's why that its "
            text += "earnings hold no profit of these stakes, or take it out"
            yield look.finding(segment.id, text, look.recorded.place(f"{scope}.metric"))


def _earnings(recorded: Recorded) -> Iterator[tuple[Segment, str]]:
    for segment, working in recorded.views("multiple"):
        if working.given.get("basis") == "P/E":
            yield segment, working.scope


def _said(recorded: Recorded, segment: Segment, name: str) -> str:
    """What the files say about an assumption and its part."""
    origin = recorded.case.assumptions[name].origin
    views = [recorded.case.workings[view].note for view in segment.views]
    return " ".join([origin.why, origin.note, segment.note, *views])


@live
def internal_share(look: Look) -> Iterator[Check]:
    """3: how much of what a multiple values is sold inside the group."""
    for segment, working in look.recorded.views("multiple"):
        for share in _internal_shares(look.recorded, working.scope):
            yield look.check(
                working.scope,
                f"{segment.name}: sales inside the group are a small part of what the multiple values",
                "lower the multiple for them, value supplier and customer together, or weigh a DCF beside it",
                look.recorded.place(f"{working.scope}.multiple"),
                at_most(share, look.limit()),
                share,
                look.limit(),
            )


def _internal_shares(recorded: Recorded, scope: str) -> Iterator[Any]:
    inside = recorded.assumption(f"{scope}.internal_revenue")
    outside = recorded.assumption(f"{scope}.external_revenue")
    if inside is not None and outside is not None:
        inside, outside = (first(row) if row.yearly else row for row in (inside, outside))
        yield inside / (inside + outside)
    read = {line[0] for a in recorded.reach(f"{scope}.metric").values() for line in recorded.lines_read(a)}
    for captive in recorded.workings("captive"):
        share = recorded.line(captive.scope, "Internal share of the supplier's revenue")
        if captive.scope in read and share is not None and captive.given.get("treatment") == "gross":
            yield first(share) if share.yearly else share


@of_files
def internal_not_charged(look: Look) -> Iterator[Finding]:
    """3: a supplier that counts internal sales needs a customer that is charged for them."""
    recorded = look.recorded
    if any(recorded.workings("captive")):
        return
    for segment, working in recorded.views():
        name = f"{working.scope}.internal_revenue"
        valued = recorded.reach(*(f"{working.scope}.{key}" for key in ("metric", "revenue", "growth")))
        if name not in valued or not (recorded.base(name) or 0) > 0:
            continue
        readers = [a.name for a in recorded.case.assumptions.values() if name in recorded.reads(a)]
        if all(reader.startswith(f"{segment.id}.") for reader in readers):
            text = f"{segment.name} counts internal revenue and no other part is charged for it: let the customer's "
            text += f"cost or capital expenditure read {name}, or count external revenue only"
            yield look.finding(working.scope, text, recorded.place(name))


# Cash, debt, minorities ---------------------------------------------------------------------------------------------


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
            whole = add_up(look.recorded.assumption(f"{name}.owned"), *map(look.recorded.assumption, others))
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
    for segment, scope in _earnings(look.recorded):
        if added and not is_word("interest", _said(look.recorded, segment, f"{scope}.metric")):
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
                text += "a multiple "
                text += f"of the {read.level}: change the basis or the column"
                yield look.finding(working.scope, text, look.recorded.place(f"{working.scope}.multiple"))
