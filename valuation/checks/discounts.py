"""Rules 23 to 26: discounts and premiums that count one risk twice."""

from __future__ import annotations

from collections.abc import Iterator

from .peer_columns import multiple_reads
from .recorded import Recorded
from .rule import Check, Finding, Look, is_word, live, of_files, percent


def _discounted(recorded: Recorded) -> list[str]:
    """The parts and bridge items that bear the holding discount, when there is one."""
    if not (recorded.base("holding.discount") or 0) > 0:
        return []
    names = recorded.case.discounted
    return [*recorded.case.parts, *recorded.case.bridge] if names is None else list(names)


@of_files
def discount_on_cash(look: Look) -> Iterator[Finding]:
    """23: cash is worth its face; what it costs to bring home is a tax."""
    recorded = look.recorded
    for item in _discounted(recorded):
        if item.startswith("bridge.") and look.words_in(item) and (recorded.base(item) or 0.0) > 0:
            text = f"the holding discount is taken off {item}: name the parts in holding.applies_to, without cash"
            yield look.finding(item, text, recorded.place("holding.discount"))


@of_files
def discount_twice(look: Look) -> Iterator[Finding]:
    """23: a part that takes the holding discount in its own formulas, and again as a part of the group."""
    recorded = look.recorded
    for name in _discounted(recorded):
        own = [
            f"{view}.{key}"
            for view in _views(recorded, name)
            for key in ("discount", "value", "metric", "multiple", "owned")
        ]
        for assumption in recorded.reach(*own).values():
            if "holding.discount" in recorded.reads(assumption):
                text = f"{assumption.name} takes holding.discount, which applies to {name} as well: take it once"
                yield look.finding(name, text, assumption.origin.place)


@of_files
def discounts_stacked(look: Look) -> Iterator[Finding]:
    """23: a lack of marketability, minority or size discount below a holding discount."""
    recorded = look.recorded
    for name in _discounted(recorded):
        for view in _views(recorded, name):
            own = recorded.base(f"{view}.discount") or 0.0
            if own > 0 and "holding.discount" not in recorded.reach(f"{view}.discount"):
                text = f"{recorded.case.segments[name].name}: a discount of {percent(own)} stands below the "
                text += "holding discount: say in the why what each is for, or drop one"
                if not is_word("holding", recorded.case.assumptions[f"{view}.discount"].origin.why):
                    yield look.finding(name, text, recorded.place(f"{view}.discount"))


def _views(recorded: Recorded, name: str) -> tuple[str, ...]:
    segment = recorded.case.parts.get(name)
    return segment.views if segment else ()


# Failure and country ------------------------------------------------------------------------------------------------


@of_files
def failure_twice(look: Look) -> Iterator[Finding]:
    """24: failure is a probability or a part of the return, not both."""
    yield from _ventures(look)
    yield from _outcomes(look)
    yield from _going_concerns(look)


def _ventures(look: Look) -> Iterator[Finding]:
    recorded = look.recorded
    for segment, working in recorded.views("venture"):
        hurdle = recorded.base(f"{working.scope}.target_return") or 0.0
        success = recorded.base(f"{working.scope}.success")
        failing = recorded.base(f"{working.scope}.annual_failure") or 0.0
        if hurdle >= look.threshold() and ((success is not None and success < 1) or failing > 0):
            text = (
                f"{segment.name}: a target return of {percent(hurdle)} pays for failure, and so does its probability: "
            )
            text += "use a return without failure, or leave the probability out"
            yield look.finding(working.scope, text, recorded.place(f"{working.scope}.target_return"))


def _outcomes(look: Look) -> Iterator[Finding]:
    recorded = look.recorded
    for segment, working in recorded.views("scenarios"):
        outcomes = working.given.get("outcomes", {})
        failing = [name for name in outcomes if look.words_in(name)]
        for name, row in outcomes.items():
            rate = recorded.base(row.get("discount_rate", f"{working.scope}.discount_rate")) or 0.0
            raised = (recorded.base(row["annual_failure"]) or 0.0) > 0 if "annual_failure" in row else False
            if failing and name not in failing and (raised or rate >= look.threshold()):
                what = "a yearly probability of failure" if raised else f"a rate of {percent(rate)}"
                text = (
                    f"{segment.name}: {what} stands on outcome {name} although {failing[0]} is an outcome of its own: "
                )
                yield look.finding(f"{working.scope}.{name}", text + "count failure once", segment.place)


def _going_concerns(look: Look) -> Iterator[Finding]:
    """A probability of failure in a DCF whose WACC holds a premium for size or for the company."""
    recorded = look.recorded
    for segment, working in recorded.views("dcf"):
        failure = recorded.base(f"{working.scope}.failure") or 0.0
        for name in recorded.reach(f"{working.scope}.wacc") if failure > 0 else ():
            if name.endswith((".size_premium", ".specific_premium")) and (recorded.base(name) or 0.0) > 0:
                text = f"{segment.name}: failure has a probability of {percent(failure)} and {name} pays for it "
                text += "too: drop one"
                yield look.finding(working.scope, text, recorded.place(name))


@of_files
def country_risk_twice(look: Look) -> Iterator[Finding]:
    """24: a total premium of a country already holds its risk."""
    recorded = look.recorded
    for working in recorded.workings("cost_of_capital"):
        premium = recorded.reach(f"{working.scope}.equity_risk_premium")
        held = [n for n, a in premium.items() if look.words_in(f"{n} {' '.join(a.origin.sources)}") and a.inputs]
        specific = recorded.case.assumptions.get(f"{working.scope}.specific_premium")
        added = working.given.get("country_risk_by", "none") != "none"
        again = specific is not None and look.words_in(f"{specific.origin.why} {specific.written}")
        if (held and (added or again)) or (added and again):
            what = held[0] if held else f"{working.scope}.country_risk_by"
            text = f"{working.title}: country risk is in {what} and is added once more: take it once"
            yield look.finding(working.scope, text, recorded.place(what, working.scope))


@of_files
def premium_and_discount(look: Look) -> Iterator[Finding]:
    """25: control, minority and conglomerate are three levels of value; one number cannot be at all of them."""
    recorded = look.recorded
    for name in _discounted(recorded):
        for view in _views(recorded, name):
            premiums = [
                a for a in recorded.of_part(name) if look.words_in(a.name) and (recorded.base(a.name) or 0.0) > 0
            ]
            if premiums and multiple_reads(recorded, view):
                text = f"{recorded.case.segments[name].name}: {premiums[0].name} lifts minority prices of peers "
                text += "to control, "
                text += "and the holding discount takes it off again: choose the level of value that the holders have"
                yield look.finding(name, text, premiums[0].origin.place)


# Marketability ------------------------------------------------------------------------------------------------------


@of_files
def discount_on_tradable(look: Look) -> Iterator[Finding]:
    """26: a market price needs no discount, unless something forbids to sell."""
    recorded = look.recorded
    for segment, working in recorded.views("stake"):
        name = f"{working.scope}.discount"
        if working.given.get("basis") != "market value" or not (recorded.base(name) or 0.0) > 0:
            continue
        origin = recorded.case.assumptions[name].origin
        said = [name, origin.why, origin.note, segment.note, *recorded.reach(name)]
        if not any(look.words_in(text) for text in said):
            text = f"{segment.name}: {percent(recorded.base(name) or 0.0)} is taken off a market price: drop it, "
            text += "or say which "
            yield look.finding(working.scope, text + "lock-up or restriction it is for", origin.place)


@of_files
def restricted_too_long(look: Look) -> Iterator[Finding]:
    """26: a discount for lack of marketability is for the time of the lock-up."""
    recorded = look.recorded
    for name in recorded.case.transactions:
        lock_up = recorded.base(f"{name}.lock_up_years")
        discount = recorded.case.assumptions.get(f"{name}.lock_up_discount")
        for scope, _ in recorded.lines_read(discount) if discount and lock_up is not None else ():
            years = next(
                (found for key in ("lock_up", "years") if (found := recorded.base(f"{scope}.{key}"))),
                None,
            )
            if years is not None and lock_up is not None and years > lock_up + 1e-9 and discount is not None:
                text = f"{discount.name} is worked out for {years:g} years, and the lock-up lasts {lock_up:g}: "
                text += "use the lock-up"
                yield look.finding(name, text, discount.origin.place)


@live
def above_finnerty(look: Look) -> Iterator[Check]:
    """26: no volatility and no time makes an average-price put worth more than 32.3 %."""
    recorded = look.recorded
    for name, transaction in recorded.case.transactions.items():
        discount = recorded.assumption(f"{name}.lock_up_discount")
        if discount is not None:
            yield look.at_most(
                name,
                f"{transaction.name}: the lock-up discount is within what an average-price put can be worth",
                "work it out with a schedule marketability, or say which study it is from",
                recorded.place(f"{name}.lock_up_discount"),
                discount,
            )
