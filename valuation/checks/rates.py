"""Rules 13 to 16 and 18: currencies, costs of capital, taxes, awards, leases and timing of discounted cash flows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from ..operations import absolute, add_up, at_most, final
from .peer_columns import all_reads, rows, texts
from .recorded import Recorded
from .rule import Check, Finding, Look, is_word, last, live, of_files, percent

COUNTRIES = {
    "us": "USD", "usd": "USD", "dollar": "USD", "china": "CNY", "cny": "CNY", "rmb": "CNY", "euro": "EUR", "eur": "EUR",
    "german": "EUR", "bund": "EUR", "uk": "GBP", "gbp": "GBP", "japan": "JPY", "jpy": "JPY", "hk": "HKD", "hkd": "HKD",
}  # fmt: skip
YIELDS = ("yield", "risk_free", "treasury", "bond", "rf", "cn10y", "us10y")
FX = re.compile(r"[A-Z]{3}/[A-Z]{3}")


@of_files
def real_and_nominal(look: Look) -> Iterator[Finding]:
    """13: a name that says real, on one side of a cash flow only."""
    for segment, working in look.recorded.views("dcf"):
        flows = [
            f"{working.scope}.{name}"
            for name in ("growth", "terminal_growth")
            if look.recorded.case.has(f"{working.scope}.{name}")
        ]
        sides = {"wacc": [f"{working.scope}.wacc"], "growth": flows}
        real = {side: [n for n in look.recorded.reach(*names) if look.words_in(n)] for side, names in sides.items()}
        inflated = {
            side: any(is_word("inflation", n) for n in look.recorded.reach(*names)) for side, names in sides.items()
        }
        for side, other in (("wacc", "growth"), ("growth", "wacc")):
            if real[side] and not real[other] and not inflated[side]:
                text = f"{segment.name}: {side} rests on {real[side][0]}, which is real, and {other} is nominal: "
                text += "add inflation to it, or state both in the same money"
                yield look.finding(working.scope, text, look.recorded.place(real[side][0]))


@of_files
def rate_of_another_currency(look: Look) -> Iterator[Finding]:
    """13: a foreign yield in a WACC needs the inflation that turns it into the currency of the cash flows."""
    case = look.recorded.case
    for segment, working in look.recorded.views("dcf"):
        reach = look.recorded.reach(f"{working.scope}.wacc")
        if any(look.words_in(name) for name in reach):
            continue
        for name, assumption in reach.items():
            said = f"{name} {' '.join(assumption.origin.sources)}"
            is_yield = any(is_word(word, said) for word in YIELDS)
            money = {currency for word, currency in COUNTRIES.items() if is_word(word, name)}
            if assumption.inputs and is_yield and money and case.currency not in money:
                text = f"{segment.name}: the WACC rests on {name}, a rate in {min(money)}, and cash flows are in "
                text += f"{case.currency}: convert it, (1 + rate)(1 + inflation here)/(1 + inflation there) - 1"
                yield look.finding(working.scope, text, assumption.origin.place)


@of_files
def flat_exchange_rate(look: Look) -> Iterator[Finding]:
    """13: inflation that differs moves an exchange rate, year by year."""
    gap = _inflation_gap(look.recorded)
    if gap is None or abs(gap) <= look.threshold():
        return
    for name, assumption in look.recorded.case.assumptions.items():
        row = look.recorded.assumption(name)
        if row is None or not row.yearly or not row.unit.dimensions:
            continue
        for read in look.recorded.reads(assumption):
            rate = look.recorded.assumption(read)
            if rate is not None and not rate.yearly and FX.fullmatch(str(rate.unit)):
                text = f"{name} converts each year at {read} of today, and inflation differs by "
                text += f"{percent(abs(gap))} a year: "
                text += "let the rate follow it, or discount in the other currency and convert the value"
                yield look.finding(assumption.scope, text, assumption.origin.place)


def _inflation_gap(recorded: Recorded) -> float | None:
    """Inflation here less there, of drivers or of a schedule of the cost of capital."""
    for scope in ("drivers", *(working.scope for working in recorded.workings("cost_of_capital"))):
        here, there = recorded.base(f"{scope}.inflation_here"), recorded.base(f"{scope}.inflation_there")
        if here is not None and there is not None:
            return here - there
    return recorded.base("drivers.inflation_gap")


# Cost of capital ----------------------------------------------------------------------------------------------------


@of_files
def same_wacc(look: Look) -> Iterator[Finding]:
    """14: businesses of different risk have different costs of capital."""
    rates = {working.scope: look.recorded.base(f"{working.scope}.wacc") for _, working in look.recorded.views("dcf")}
    if len(rates) > 1 and np.ptp([rate or 0.0 for rate in rates.values()]) < 1e-9:
        place = look.recorded.place(f"{next(iter(rates))}.wacc")
        rate = percent(next(iter(rates.values())) or 0.0)
        text = f"{len(rates)} parts are discounted at the same WACC of {rate}: give each its own beta"
        yield look.finding("", text, place)


@live
def wacc_of_group(look: Look) -> Iterator[Check]:
    """14: the parts' WACCs, weighted by their values, are the group's (drivers.group_wacc, or a schedule's)."""
    recorded = look.recorded
    rows = [
        (recorded.line(w.scope, "Enterprise value"), recorded.assumption(f"{w.scope}.wacc"))
        for _, w in recorded.views("dcf")
    ]
    group = last(recorded.assumption("drivers.group_wacc"))
    for schedule in recorded.workings("segment_betas"):
        group = group if group is not None else recorded.line(schedule.scope, "WACC of the group")
    if group is None or len(rows) < 2:
        return
    worth = add_up(*(value for value, _ in rows))
    products = [value * final(wacc) for value, wacc in rows]
    found = absolute(add_up(*products) / worth - group)
    steps = [
        (f"value x WACC, {w.title}", product) for (_, w), product in zip(recorded.views("dcf"), products, strict=True)
    ]
    yield look.at_most(
        "",
        "the parts' WACCs, weighted by value, are the group's",
        "change the parts' betas or the group's until they agree",
        recorded.place("drivers.group_wacc"),
        found,
        steps=(*steps, ("value of these parts", worth)),
    )


@of_files
def short_beta_history(look: Look) -> Iterator[Finding]:
    """14: a beta of a share that was listed lately (columns beta and listed, a date)."""
    case, seen = look.recorded.case, set[str]()
    for read in all_reads(look.recorded):
        listed = texts(case, read.table, "listed")
        if is_word("beta", read.column) and listed and case.date and read.table not in seen:
            seen.add(read.table)
            young = [
                n for n, day in rows(case, read.table, "listed") if _months(day, case.date) < 12 * look.threshold()
            ]
            if young:
                years = f"{look.threshold():g} years"
                text = f"peers.{read.table}: {', '.join(young)} listed less than {years} ago: leave their betas blank"
                yield look.finding(read.table, text, case.peers[read.table].place)


def _months(day: str, today: str) -> float:
    """How many months ago a day was; infinite when it is no date."""
    known = re.fullmatch(r"\d{4}-\d{2}(-\d{2})?", day)
    return float((np.datetime64(today[:7]) - np.datetime64(day[:7])).astype(int)) if known else float("inf")


# Awards, leases, taxes ----------------------------------------------------------------------------------------------


@of_files
def share_awards_ignored(look: Look) -> Iterator[Finding]:
    """15: awards added back to profit are paid by the holders, as a cost or by dilution."""
    case = look.recorded.case
    if any(look.words_in(name) for name in case.bridge) or any(n.startswith("shares.grants") for n in case.assumptions):
        return
    for segment in case.parts.values():
        for assumption in look.recorded.of_part(segment.id):
            if look.words_in(assumption.name):
                text = f"{assumption.name} adds share-based compensation back: put its cost into the bridge, or "
                text += "the grants into shares"
                yield look.finding(segment.id, text, assumption.origin.place)


@of_files
def leases_mixed(look: Look) -> Iterator[Finding]:
    """15: leases are debt where flows are before them, and no debt where flows are after them."""
    recorded, case = look.recorded, look.recorded.case
    owed = [item for item in case.bridge if is_word("leases", item) or is_word("lease", item)]
    before = [
        s.name
        for s, w in recorded.views()
        if w.given.get("basis") == "EV/EBITDA" or w.given.get("exit_metric") == "EBITDA"
    ]
    flows = [segment.name for segment, _ in recorded.views("dcf") if segment.name not in before]
    if owed and flows and not before and recorded.valuation.bridge:
        text = f"{owed[0]} deducts leases, and the cash flows of {', '.join(flows)} are after lease cost: "
        yield look.finding(
            owed[0], text + "leave it out, or add the lease cost back to the flows", recorded.place(owed[0])
        )
    tables = [
        r.table for r in all_reads(recorded) if "leases" in case.peers[r.table].columns and r.level == "enterprise"
    ]
    if tables and not owed:
        text = (
            f"the enterprise values of peers.{tables[0]} hold leases and nothing deducts the group's: add bridge.leases"
        )
        yield look.finding(tables[0], text, case.peers[tables[0]].place)


@of_files
def negative_tax(look: Look) -> Iterator[Finding]:
    """16: a negative tax rate pays the company."""
    for segment, working in look.recorded.views("dcf"):
        rates = look.recorded.value(look.recorded.assumption(f"{working.scope}.tax_rate"))
        if rates.min() < 0:
            text = f"{segment.name}: the tax rate falls to {percent(float(rates.min()))}: give losses as nol instead"
            yield look.finding(working.scope, text, look.recorded.place(f"{working.scope}.tax_rate"))


@live
def losses_unused(look: Look) -> Iterator[Check]:
    """16: losses carried forward beyond the forecast shelter nothing."""
    for segment, working in look.recorded.views("dcf"):
        balance = look.recorded.line(working.scope, "Net operating loss, closing balance")
        if balance is not None:
            left = final(balance)
            yield look.check(
                working.scope,
                f"{segment.name}: losses carried forward are used within the forecast",
                "lower nol to what profits can use before it lapses, or lengthen the forecast",
                look.recorded.place(f"{working.scope}.nol"),
                at_most(left, 0),
                left,
            )


@live
def perpetual_tax(look: Look) -> Iterator[Check]:
    """16: reliefs end; the last year's rate stands for ever."""
    recorded, currency = look.recorded, look.recorded.case.currency
    statutory: Any = last(recorded.assumption("drivers.statutory_tax_rate"))
    if statutory is None and currency in look.standard.thresholds:
        statutory = look.limit(currency)
    for segment, working in recorded.views("dcf") if statutory is not None else ():
        if working.given.get("terminal_value") not in ("value driver", "gordon"):
            continue
        rate = final(recorded.assumption(f"{working.scope}.tax_rate"))
        yield look.at_least(
            working.scope,
            f"{segment.name}: the tax rate of the last year is at least the statutory one",
            "fade tax_rate to the statutory rate, or declare drivers.statutory_tax_rate",
            recorded.place(f"{working.scope}.tax_rate"),
            rate,
            statutory,
        )


# Timing -------------------------------------------------------------------------------------------------------------


@of_files
def timing_mixed(look: Look) -> Iterator[Finding]:
    """18: all parts are worth their value on the same day, in the same way."""
    recorded = look.recorded
    timings = {working.scope: str(working.given.get("timing", "")) for _, working in recorded.views("dcf")}
    stubs = {scope: recorded.base(f"{scope}.stub") for scope in timings}
    if len(set(timings.values())) > 1:
        told = ", ".join(f"{scope} {timing}" for scope, timing in timings.items())
        yield look.finding("", f"cash flows arrive {told}: use one timing", recorded.place("", next(iter(timings))))
    if len({None if stub is None else round(stub, 6) for stub in stubs.values()}) > 1:
        told = ", ".join(f"{scope} {'all of it' if stub is None else percent(stub)}" for scope, stub in stubs.items())
        text = f"the first year counts differently ({told}): give all parts the same stub"
        yield look.finding("stub", text, recorded.place("", next(iter(stubs))))


@of_files
def stub_twice(look: Look) -> Iterator[Finding]:
    """18: a stub and a bridge item that both discount to the valuation date."""
    recorded = look.recorded
    stubs = [working.scope for _, working in recorded.views("dcf") if recorded.case.has(f"{working.scope}.stub")]
    for item in recorded.case.bridge:
        if stubs and look.words_in(item):
            text = f"{item} brings values to the valuation date, as the stub of {stubs[0]} does: keep one of them"
            yield look.finding(item, text, recorded.place(item))
