"""Rules 1 to 3: what segments and group count twice, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..assumptions import DEFAULT, JUDGEMENT, Assumption, Segment
from ..operations import absolute, add_up, at_most, first
from .recorded import Recorded
from .rule import Check, Finding, Look, live, of_files

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
    yield look.check("", "parts and bridge add up to the value per share", advice, recorded.case.place, test)


@live
def reconciliation(look: Look) -> Iterator[Check]:
    """1: reported items tie to the reported total."""
    for table in look.recorded.case.reconciliations:
        title = table.name.replace("_", " ")
        found = absolute(look.recorded.line("reconciliation", f"Difference of {title} to the total"))
        yield look.at_most(
            "",
            f"{title}: segments, eliminations and unallocated items tie to the group",
            "find the item that is missing or of another year",
            look.recorded.place(table.total),
            found,
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
                yield look.at_most(
                    name,
                    f"{title}: eliminations are small, or it is said how the segments count trade between them",
                    "add a schedule captive, or say in the item's why how supplier and customer count it",
                    recorded.place(name),
                    share,
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
    for segment, scope in earnings(look.recorded):
        if stakes and not look.words_in(said(look.recorded, segment, f"{scope}.metric")):
            text = f"{segment.name} is valued by P/E beside {', '.join(stakes)}: say in the metric's why that its "
            text += "earnings hold no profit of these stakes, or take it out"
            yield look.finding(segment.id, text, look.recorded.place(f"{scope}.metric"))


def earnings(recorded: Recorded) -> Iterator[tuple[Segment, str]]:
    """The parts that are valued by P/E, each with the scope of that method."""
    for segment, working in recorded.views("multiple"):
        if working.given.get("basis") == "P/E":
            yield segment, working.scope


def said(recorded: Recorded, segment: Segment, name: str) -> str:
    """What the files say about an assumption and its part."""
    origin = recorded.case.assumptions[name].origin
    views = [recorded.case.workings[view].note for view in segment.views]
    return " ".join([origin.why, origin.note, segment.note, *views])


@live
def internal_share(look: Look) -> Iterator[Check]:
    """3: how much of what a multiple values is sold inside the group."""
    for segment, working in look.recorded.views("multiple"):
        for share in _internal_shares(look.recorded, working.scope):
            yield look.at_most(
                working.scope,
                f"{segment.name}: sales inside the group are a small part of what the multiple values",
                "lower the multiple for them, value supplier and customer together, or weigh a DCF beside it",
                look.recorded.place(f"{working.scope}.multiple"),
                share,
            )


def _internal_shares(recorded: Recorded, scope: str) -> Iterator[Any]:
    inside = recorded.assumption(f"{scope}.internal_revenue")
    outside = recorded.assumption(f"{scope}.external_revenue")
    if inside is not None and outside is not None:
        inside, outside = (first(row) if row.yearly else row for row in (inside, outside))
        yield inside / (inside + outside)
    read = {line[0] for a in recorded.reach(f"{scope}.metric").values() for line in recorded.lines_read(a)}
    for captive in recorded.workings("captive"):
        share = recorded.line(captive.scope, "Internal share of supplier revenue")
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
