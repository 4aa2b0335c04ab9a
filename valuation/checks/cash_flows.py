"""Rules 9 to 12: growth, terminal value and returns of discounted cash flows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..operations import at_least, at_most, both, either, final
from .peer_columns import numbers, reads_of
from .recorded import Recorded
from .rule import Check, Finding, Look, last, live, of_files, percent


@live
def wacc_above_growth(look: Look) -> Iterator[Check]:
    """9: WACC is above terminal growth, with a margin under which the terminal value means little."""
    for segment, working in look.recorded.views("dcf"):
        spread = look.recorded.line(working.scope, "WACC less terminal growth")
        if spread is not None:
            yield look.at_least(
                working.scope,
                f"{segment.name}: WACC is well above terminal growth",
                "lower terminal_growth, or say where such growth comes from and use a longer forecast",
                look.recorded.place(f"{working.scope}.wacc"),
                spread,
            )


def _risk_free(recorded: Recorded, scope: str) -> Any:
    """The risk-free rate behind a WACC: of its schedule of the cost of capital, else drivers.risk_free."""
    for assumption in recorded.reach(f"{scope}.wacc").values():
        for schedule, _ in recorded.lines_read(assumption):
            rate = recorded.assumption(f"{schedule}.risk_free")
            if rate is not None:
                return last(rate)
    return last(recorded.assumption("drivers.risk_free"))


@live
def growth_below_risk_free(look: Look) -> Iterator[Check]:
    """9: nothing grows for ever faster than the risk-free rate, where the case names one."""
    for segment, working in look.recorded.views("dcf"):
        growth = look.recorded.assumption(f"{working.scope}.terminal_growth")
        rate = _risk_free(look.recorded, working.scope)
        if growth is not None and rate is not None:
            yield look.at_most(
                working.scope,
                f"{segment.name}: terminal growth is not above the risk-free rate",
                "tie terminal_growth to drivers.risk_free",
                look.recorded.place(f"{working.scope}.terminal_growth"),
                growth,
                rate,
            )


@live
def growth_below_gdp(look: Look) -> Iterator[Check]:
    """9: nothing outgrows the economy, where the case names its growth."""
    economy = last(look.recorded.assumption("drivers.nominal_gdp"))
    for segment, working in look.recorded.views("dcf") if economy is not None else ():
        growth = look.recorded.assumption(f"{working.scope}.terminal_growth")
        if growth is not None:
            yield look.at_most(
                working.scope,
                f"{segment.name}: terminal growth is not above that of the economy",
                "lower terminal_growth to at most drivers.nominal_gdp",
                look.recorded.place(f"{working.scope}.terminal_growth"),
                growth,
                economy,
            )


# Terminal value -----------------------------------------------------------------------------------------------------


@live
def terminal_share(look: Look) -> Iterator[Check]:
    """10: the terminal value is most of the value; a note makes it a matter of information."""
    for segment, working in look.recorded.views("dcf"):
        share = look.recorded.line(working.scope, "Terminal value share")
        if share is not None:
            noted = bool(segment.note or working.note)
            yield look.at_most(
                working.scope,
                f"{segment.name}: the terminal value is at most {percent(look.threshold())} of enterprise value",
                "the note says why" if noted else "say in the note why, or lengthen the forecast",
                _terminal_place(look.recorded, working.scope),
                share,
                severity="info" if noted else None,
            )


@live
def terminal_share_unexplained(look: Look) -> Iterator[Check]:
    """10: a terminal value of nearly everything needs a note."""
    for segment, working in look.recorded.views("dcf"):
        share = look.recorded.line(working.scope, "Terminal value share")
        if share is not None and not (segment.note or working.note):
            yield look.at_most(
                working.scope,
                f"{segment.name}: the terminal value is at most {percent(look.threshold())}, or a note says why",
                "write the note: what is still being built, and when it pays",
                _terminal_place(look.recorded, working.scope),
                share,
            )


def _terminal_place(recorded: Recorded, scope: str) -> Any:
    name = next((n for n in ("terminal_growth", "exit_multiple") if recorded.case.has(f"{scope}.{n}")), "wacc")
    return recorded.place(f"{scope}.{name}")


@live
def growth_for_nothing(look: Look) -> Iterator[Check]:
    """11: growth g needs reinvestment of g / return on capital; Gordon's formula takes any cash flow."""
    for segment, working in look.recorded.views("dcf"):
        flow = look.recorded.line(working.scope, "Free cash flow after the forecast")
        profit = look.recorded.line(working.scope, "NOPAT")
        if working.given.get("terminal_value") != "gordon" or flow is None:
            continue
        growth = look.recorded.assumption(f"{working.scope}.terminal_growth")
        after = final(profit) * (1 + growth)
        needed = growth / _best_return(look, working.scope)
        found = (after - flow) / after
        yield look.check(
            working.scope,
            f"{segment.name}: the last cash flow reinvests what terminal growth needs",
            "use the value driver formula, or let capital expenditure exceed depreciation for ever",
            look.recorded.place(f"{working.scope}.terminal_growth"),
            either(at_least(found, needed - look.limit()), at_most(growth, 0)),
            found,
            needed,
        )


def _best_return(look: Look, scope: str) -> Any:
    """The return on invested capital in the last year, where it is positive, else the terminal return or 100 %."""
    returns = look.recorded.line(scope, "Return on invested capital")
    if returns is not None and (look.recorded.amount(returns) or 0) > 0:
        return final(returns)
    given = look.recorded.assumption(f"{scope}.terminal_return")
    return 1 if given is None else given


@live
def return_above_wacc(look: Look) -> Iterator[Check]:
    """11: competition takes high returns on new capital away."""
    for segment, working in look.recorded.views("dcf"):
        ronic = look.recorded.assumption(f"{working.scope}.terminal_return")
        wacc = look.recorded.line(working.scope, "WACC after the forecast")
        if ronic is not None and wacc is not None and working.given.get("terminal_value") == "value driver":
            excess = ronic - wacc
            yield look.at_most(
                working.scope,
                f"{segment.name}: new capital earns little more than its cost for ever",
                "lower terminal_return, or say what keeps rivals out for ever",
                look.recorded.place(f"{working.scope}.terminal_return"),
                excess,
            )


@of_files
def exit_multiple_above_peers(look: Look) -> Iterator[Finding]:
    """12: a multiple at the end of the forecast, when growth is low, against the upper quartile of today's peers."""
    recorded = look.recorded
    for segment, working in recorded.views("dcf"):
        tables = {r.table for view in segment.views for r in reads_of(recorded, recorded.case.workings[view])}
        tables |= {segment.id} & set(recorded.case.peers)
        for metric, column in (("EBITA", "ev_ebita"), ("EBITDA", "ev_ebitda"), ("revenue", "ev_sales")):
            multiple = _exit_multiple(recorded, working.scope, metric, str(working.given.get("exit_metric", "EBITA")))
            for table in sorted(tables) if multiple else ():
                quartile = _upper_quartile(recorded, table, column)
                if quartile is not None and multiple is not None and multiple > quartile:
                    text = f"{segment.name}: the exit multiple of {metric} is {multiple:.1f}x, above the upper "
                    text += f"quartile of peers.{table} today ({quartile:.1f}x), though growth is lower then: lower it"
                    yield look.finding(working.scope, text, _terminal_place(recorded, working.scope))


def _exit_multiple(recorded: Recorded, scope: str, metric: str, given: str) -> float | None:
    """The exit multiple of a metric: assumed, or implied by a perpetuity."""
    implied = recorded.amount(recorded.line(scope, f"Implied exit multiple of {metric}"))
    return recorded.base(f"{scope}.exit_multiple") if implied is None and given == metric else implied


def _upper_quartile(recorded: Recorded, table: str, column: str) -> float | None:
    columns = recorded.case.peers[table].columns
    names = [name for name in columns if name == column or name.startswith(f"{column}_")]
    found = [numbers(recorded.case, table, name) for name in names if isinstance(columns[name], np.ndarray)]
    return float(np.quantile(found[0], 0.75)) if found and len(found[0]) else None


@live
def implied_growth(look: Look) -> Iterator[Check]:
    """12: the growth that an exit multiple implies lies between nothing and the risk-free rate."""
    for segment, working in look.recorded.views("dcf"):
        growth = look.recorded.line(working.scope, "Implied terminal growth")
        rate = _risk_free(look.recorded, working.scope)
        if growth is not None and rate is not None:
            yield look.check(
                working.scope,
                f"{segment.name}: the exit multiple implies a growth between 0% and the risk-free rate",
                "change exit_multiple until it implies a growth that can last",
                look.recorded.place(f"{working.scope}.exit_multiple"),
                both(at_least(growth, 0), at_most(growth, rate)),
                growth,
                rate,
            )


# Return and market --------------------------------------------------------------------------------------------------


@of_files
def return_path(look: Look) -> Iterator[Finding]:
    """17: a return on invested capital that multiplies says that the forecast forgets capital."""
    for segment, working in look.recorded.views("dcf"):
        line = look.recorded.line(working.scope, "Return on invested capital")
        if line is None:
            continue
        path = look.recorded.value(line)[:, 0]
        if path[0] > 0 and path.max() > look.threshold() * path[0]:
            text = f"{segment.name}: return on invested capital goes from {percent(path[0])} to {percent(path.max())}: "
            text += "reinvest more, or say why capital is not needed"
            yield look.finding(working.scope, text, look.recorded.place(f"{working.scope}.margin"))


@live
def market_share(look: Look) -> Iterator[Check]:
    """17: revenue of the last year against a plausible share of the market, where the case declares both."""
    for segment, working in look.recorded.views("dcf"):
        market, share = (look.recorded.assumption(f"{working.scope}.{n}") for n in ("market_size", "plausible_share"))
        revenue = look.recorded.line(working.scope, "Revenue forecast")
        if market is not None and share is not None:
            yield look.at_most(
                working.scope,
                f"{segment.name}: revenue of the last year is a plausible share of its market",
                "lower growth, or raise market_size or plausible_share with a source",
                look.recorded.place(f"{working.scope}.growth"),
                final(revenue) / last(market),
                last(share),
            )
