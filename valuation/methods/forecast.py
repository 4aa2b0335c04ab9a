"""The operating forecast: revenue, EBITA, operating tax with losses carried forward, and NOPAT."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..calculation import needed
from ..kinds import Money, Share
from ..lines import Line
from ..operations import maximum, minimum, not_negative, previous, roll_forward


@dataclass(frozen=True)
class Forecast:
    """Rows of the forecast years, and the base-year revenue; ``tax_saved`` is None without losses carried forward.

    ``taxed_nopat`` is NOPAT as if no loss were carried forward: what grows for ever and what growth is reinvested from.
    """

    revenue: Any
    growth: Any
    sales: Any
    ebita: Any
    nopat: Any
    taxed_nopat: Any
    tax_saved: Any = None


@dataclass(frozen=True, kw_only=True)
class LossesCarriedForward:
    """Losses of earlier years that shelter profit from tax; losses of forecast years add to them.

    Args:
        nol: net operating loss carried forward; balance at the end of the base year, not below 0; without it no loss
            shelters anything, those of forecast years neither
        nol_cap: cap on losses used; share of a year's profit that they may shelter, all of it unless given
    """

    nol: Money | None = None
    nol_cap: Share | None = None


def operating_forecast(
    line: Line, revenue: Any, growth: Any, margin: Any, tax_rate: Any, losses: LossesCarriedForward
) -> Forecast:
    """Write the rows from revenue to NOPAT; all but ``revenue`` are yearly. Tax is never negative."""
    sales = line("Revenue forecast", roll_forward(lambda before, growth: before * (1 + growth), revenue, growth))
    ebita = line("EBITA", sales * margin)
    if losses.nol is None and losses.nol_cap is None:
        nopat = line("NOPAT", ebita - line("Tax on EBITA", maximum(ebita, 0) * tax_rate))
        return Forecast(revenue, growth, sales, ebita, nopat, nopat)
    saved = line("Tax saved by losses carried forward", _losses_used(line, ebita, losses) * tax_rate)
    nopat = line("NOPAT", ebita - line("Tax on EBITA", maximum(ebita, 0) * tax_rate - saved))
    return Forecast(revenue, growth, sales, ebita, nopat, line("NOPAT, fully taxed", nopat - saved), saved)


def _losses_used(line: Line, ebita: Any, losses: LossesCarriedForward) -> Any:
    """Write the balance of losses and return what of it shelters each year's profit; a negative balance is invalid."""
    given = needed(losses.nol, "nol", "nol_cap comes with it")
    opening = line("Net operating loss at the outset", not_negative(given))

    def used(before: Any, ebita: Any) -> Any:
        profit = maximum(ebita, 0)
        return minimum(before, profit if losses.nol_cap is None else losses.nol_cap * profit)

    def closing(before: Any, ebita: Any) -> Any:
        return before - used(before, ebita) + maximum(-ebita, 0)

    balance = line("Net operating loss, closing balance", roll_forward(closing, opening, ebita))
    before = line("Net operating loss, opening balance", previous(balance, opening))
    return line("Net operating loss used", used(before, ebita))
