"""The chance that a business fails before it gets to where its forecast leads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from ..calculation import needed
from ..kinds import Share
from ..lines import Line
from ..operations import maximum


@dataclass(frozen=True, kw_only=True)
class Distress:
    """Failure with its probability, and what is then got for the business.

    Args:
        failure: probability of failure; cumulative over the forecast, not also in the WACC
        distress_proceeds: proceeds in distress; share of the fair or book value, needed with failure
        distress_basis: basis of proceeds in distress; the value as a going concern, or the opening invested capital
    """

    failure: Share | None = None
    distress_proceeds: Share | None = None
    distress_basis: Literal["fair value", "book value"] = "fair value"


def enterprise_value(line: Line, given: Distress, value: Any, invested_capital: Any) -> tuple[Any, Any]:
    """Write the enterprise value; return it and the value as a going concern, the same row where failure is left out.

    EV = going concern x (1 - p) + proceeds x p. A buyer pays at least nothing, so proceeds are not below 0.
    """
    if given.failure is None and given.distress_proceeds is None:
        enterprise = line("Enterprise value", value)
        return enterprise, enterprise
    failure = needed(given.failure, "failure", "distress_proceeds comes with it")
    share = needed(given.distress_proceeds, "distress_proceeds", "failure comes with it")
    going = line("Enterprise value as a going concern", value)
    basis = going
    if given.distress_basis == "book value":
        basis = needed(invested_capital, "invested_capital", "distress_basis is book value")
    proceeds = line("Enterprise value in distress", share * maximum(basis, 0))
    return line("Enterprise value", going * (1 - failure) + proceeds * failure), going
