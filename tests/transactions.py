"""Random transactions for Hypothesis: a route, the part before it, and any of its terms, each over a broad range.

Amounts are multiples of the part's equity, so that one draw is a start-up and another a conglomerate.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from agreement import Recorder
from hypothesis import strategies as st

from valuation.kinds import Kind
from valuation.lines import Lines
from valuation.transactions import ROUTES, Before, Outcome
from valuation.units import M_SHARES, NUMBER, RATE, Unit, money

BEFORE: dict[str, Unit] = {
    "equity": money("CNY"), "owned": RATE, "group_equity": money("CNY"), "shares": M_SHARES,
    "factor": NUMBER / M_SHARES,
}  # fmt: skip


@dataclass
class Transaction:
    """One route with numbers: the part before, and what is given."""

    route: str
    before: dict[str, float]
    given: dict[str, Any]

    def but(self, **given: Any) -> Transaction:
        """The same with other terms; None takes one away."""
        both = {**self.given, **given}
        return dataclasses.replace(self, given={name: value for name, value in both.items() if value is not None})

    def without(self, *names: str) -> Transaction:
        return self.but(**dict.fromkeys(names))

    @property
    def lines(self) -> Lines:
        return self.run()[0]

    @property
    def outcome(self) -> Outcome:
        return self.run()[1]

    def run(self) -> tuple[Lines, Outcome]:
        lines = Lines(1)
        before = Before(**{name: np.float64(value) for name, value in self.before.items()})
        given = {name: v if isinstance(v, str) else np.float64(v) for name, v in self.given.items()}
        return lines, ROUTES[self.route].run(lines, before, **given)

    def one(self, label: str) -> float:
        return float(self.lines[label])

    @property
    def size(self) -> float:
        """The largest amount in it, against which a difference is nothing."""
        outcome = self.outcome
        amounts = [outcome.before, outcome.after, *outcome.has.values(), *outcome.differences.values()]
        return max(abs(float(amount)) for amount in amounts)

    def recorded(self) -> tuple[Recorder, Outcome]:
        """The route run on recorded inputs."""
        recorder, kinds = Recorder(), {name: found.kind for name, found in ROUTES[self.route].parameters.items()}
        a_share = {
            name: money("CNY") / M_SHARES for name, kind in kinds.items() if isinstance(kind, Kind) and kind.free
        }
        given = {name: recorder.argument(name, kinds[name], value, a_share) for name, value in self.given.items()}
        before = {name: recorder.quantity(f"before.{name}", value, BEFORE[name]) for name, value in self.before.items()}
        return recorder, ROUTES[self.route].run(recorder.recording, Before(**before), **given)


def between(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_nan=False).map(lambda value: float(f"{value:.6g}"))


PARTS = st.tuples(between(-2, 6), between(0.5, 1.0), between(1.5, 20), between(0.5, 20_000)).map(
    lambda drawn: {
        "equity": 10 ** drawn[0], "owned": drawn[1], "group_equity": 10 ** drawn[0] * drawn[2],
        "shares": drawn[3], "factor": 1 / drawn[3],
    }
)  # fmt: skip
ALONE: dict[str, st.SearchStrategy[dict[str, Any]]] = {  # each is given or left out, whatever the others
    "timing": st.fixed_dictionaries({"years_until": between(0, 10), "discount_rate": between(0, 0.3)}),
    "interim": st.fixed_dictionaries({"interim_flows": between(0, 0.2)}),
    "market": st.fixed_dictionaries({"market_value": between(0.8, 5)}),
    "holding": st.fixed_dictionaries({"holding_discount": between(0, 0.6)}),
    "one-off": st.fixed_dictionaries({"one_off_costs": between(0, 0.1)}),
    "yearly": st.fixed_dictionaries(
        {"standalone_cost": between(0, 0.003), "cost_rate": between(0.06, 0.2)},
        optional={"cost_growth": between(-0.02, 0.04), "cost_years": between(0, 5), "cost_tax_rate": between(0, 0.5),
                  "stranded_cost": between(0, 0.01)},
    ),
}  # fmt: skip
TAXED = st.fixed_dictionaries(
    {}, optional={"tax": st.tuples(between(0, 0.4), between(0, 2)), "stamp_duty": between(0, 0.01)}
).map(lambda drawn: ({"tax_rate": drawn["tax"][0], "tax_basis": drawn["tax"][1]} if "tax" in drawn else {})
      | ({"stamp_duty": drawn["stamp_duty"]} if "stamp_duty" in drawn else {}))  # fmt: skip
KEPT = st.fixed_dictionaries({"retained": between(0, 0.4)}, optional={"lock_up_discount": between(0, 0.4)})
LOCKED = st.fixed_dictionaries({}, optional={"lock_up_discount": between(0, 0.4), "lock_up_years": between(0, 2)})
NOTHING: st.SearchStrategy[dict[str, Any]] = st.just({})
PUSHED = NOTHING | st.fixed_dictionaries({"debt_push_down": between(0, 0.3)})
OFFERED: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.fixed_dictionaries({"primary": between(0.001, 0.15)}),
    st.fixed_dictionaries({"secondary": between(0.001, 0.1)}),
    st.fixed_dictionaries({"primary": between(0.001, 0.15), "secondary": between(0.001, 0.1)}),
)
GREENSHOE: st.SearchStrategy[dict[str, Any]] = NOTHING | st.fixed_dictionaries(
    {"greenshoe": between(0, 0.2), "greenshoe_shares": st.sampled_from(("primary", "secondary"))},
    optional={"exercised": between(0, 1)},
)
PRICED: st.SearchStrategy[dict[str, Any]] = NOTHING | st.fixed_dictionaries(
    {"discount": between(0, 0.4)}, optional={"assured_entitlement": between(0, 1)}
)


def _joined(*parts: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.tuples(*parts).map(lambda drawn: {name: value for part in drawn for name, value in part.items()})


OWN: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "distribution": _joined(
        st.fixed_dictionaries({"new_shares": between(0.01, 10)}),
        NOTHING | KEPT, PUSHED, TAXED,
        NOTHING | st.fixed_dictionaries({
            "group_cash": between(0, 1), "part_cash": between(0, 1), "group_borrowings": between(0, 1),
            "part_borrowings": between(0, 1), "group_securities": between(0, 1), "group_ebita": between(-1, 1),
            "part_ebita": between(-1, 1)}),
    ),
    "carve_out": _joined(
        st.fixed_dictionaries({"old_shares": between(0.1, 10_000)}), OFFERED, GREENSHOE, PRICED, PUSHED, LOCKED, TAXED,
        st.fixed_dictionaries({}, optional={"fee": between(0, 0.1), "employee_share": between(0, 0.15)}),
    ),
    "split_off": _joined(
        st.fixed_dictionaries({"part_shares": between(0.1, 10_000)}, optional={"discount": between(0, 0.15)}),
        NOTHING | KEPT, PUSHED, TAXED,
    ),
    "sale": _joined(
        NOTHING
        | st.fixed_dictionaries({"price": between(0, 5)})
        | st.fixed_dictionaries({"premium": between(-0.5, 1)}),
        NOTHING | KEPT, TAXED,
    ),
    "merger": _joined(
        st.fixed_dictionaries({"other_value": between(0.1, 20)}, optional={
            "cash_contributed": between(0, 1), "cash_received": between(0, 0.3), "stake": between(0.01, 1),
            "synergies": between(0, 1), "employee_share": between(0, 0.2)}),
        NOTHING | st.fixed_dictionaries({"new_money": between(0, 5)}, optional={"post_money": between(6, 20)}),
        LOCKED, TAXED,
    ),
    "tracking_stock": _joined(
        st.fixed_dictionaries({"distributed": between(0, 0.4)})
        | st.fixed_dictionaries({"sold": between(0, 0.1)})
        | st.fixed_dictionaries({"distributed": between(0, 0.4), "sold": between(0, 0.1)}),
        st.fixed_dictionaries({}, optional={"discount": between(0, 0.4), "fee": between(0, 0.1)}), LOCKED, TAXED,
    ),
}  # fmt: skip


EVERY_ROUTE = pytest.mark.parametrize("route", sorted(ROUTES))
MINIMAL: dict[str, dict[str, Any]] = {
    "distribution": {"new_shares": 0.5},
    "carve_out": {"old_shares": 100.0, "primary": 30.0},
    "split_off": {"part_shares": 100.0},
    "sale": {},
    "merger": {"other_value": 300.0},
    "tracking_stock": {"distributed": 0.2},
}


def a_part(**other: float) -> dict[str, float]:
    return {"equity": 300.0, "owned": 0.8, "group_equity": 1000.0, "shares": 100.0, "factor": 0.01, **other}


@st.composite
def transactions(draw: st.DrawFn, routes: tuple[str, ...] = tuple(ROUTES)) -> Transaction:
    """A random route with a random choice of terms."""
    route = draw(st.sampled_from(routes))
    before = draw(PARTS)
    given: dict[str, Any] = {"probability": draw(between(0, 1)), **draw(OWN[route])}
    for terms in ALONE.values():
        if draw(st.booleans()):
            given.update(draw(terms))
    sells = "sold" in given or "secondary" in given or given.get("greenshoe_shares") == "secondary"
    if route in {"carve_out", "tracking_stock"} and not sells:
        idle = {"tax_rate", "tax_basis", "stamp_duty"} | ({"discount", "fee"} if route == "tracking_stock" else set())
        given = {name: value for name, value in given.items() if name not in idle}
    for name, value in given.items():
        kind = ROUTES[route].parameters[name].kind
        if isinstance(kind, Kind) and kind.noun == "money":
            given[name] = value * before["equity"]
    return Transaction(route, before, given)
