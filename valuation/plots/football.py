"""The football field: what one share, or each part, is worth by each view of it, beside the price."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from ..base_case import BaseCase
from ..football import Range, company_ranges, market_ranges, part_titles
from ..simulation.results import Simulation
from ..simulation.views import view_base, view_draws
from .look import BEHIND, DARK, LIGHT, figures_of, name_rows, new_axes, price_line, titled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ENDS: Final = {"P5": 0.05, "P25": 0.25, "P75": 0.75, "P95": 0.95}


def football_field(
    base: BaseCase,
    simulation: Simulation | None = None,
    scenarios: Mapping[str, float] | None = None,
    axes: Axes | None = None,
) -> Axes:
    """Ranges of one share: of the run, of scenarios (value per share by name), of the market; and the price.

    Dark from low to base, light from base to high, as in the workbook. Raises ValueError where there is no range.
    """
    market = market_ranges([f"market.{name}" for name in base.market], lambda name: _market(base, name), base.price)
    quantile = None if simulation is None else lambda name: simulation.quantile(ENDS[name])
    rows = list(company_ranges(base.per_share, quantile, list((scenarios or {}).values()), market))
    if not rows:
        raise ValueError("a football field needs a range: a simulation, scenarios or what the market says")
    axes = _bars(rows, axes, base.price)
    titled(axes, f"{base.case.name}, {base.case.date}: value of one share".replace(", :", ":"))
    axes.set_xlabel(f"{base.case.quote}; dark from low to base, light from base to high")
    return axes


def parts(base: BaseCase, simulation: Simulation, axes: Axes | None = None) -> Axes:
    """P5 to P95 of each part and of each method of a part that is valued by several, per quoted share."""
    views = view_draws(base.case, simulation.seed)
    of_views, shares = view_base(base.case), {part.id: part.per_share for part in base.parts}
    rows = []
    for scope, title in part_titles(base.case):
        if scope in shares:
            quantiles = simulation.part_quantiles(scope)
            rows.append(Range(title, quantiles[0.05], shares[scope], quantiles[0.95]))
        else:
            low, high = views[scope].quantiles((0.05, 0.95))
            rows.append(Range(title, low, of_views[scope], high))
    axes = _bars(rows, axes, None)
    titled(axes, f"{base.case.name}: parts and their methods, P5 to P95")
    axes.set_xlabel(f"{base.case.quote}; dark from P5 to base, light to P95; ranges of parts do not add up")
    return axes


def _market(base: BaseCase, name: str) -> float | None:
    return base.market.get(name.removeprefix("market."))


def _bars(rows: Sequence[Range], axes: Axes | None, price: float | None) -> Axes:
    """Bars from the top down, with their ends written beside them."""
    axes = new_axes(axes, len(rows))
    shown = rows[::-1]
    written = figures_of([end for row in rows for end in (row.low, row.high)])
    for at, row in enumerate(shown):
        middle = min(max(row.base, row.low), row.high)
        axes.barh(at, middle - row.low, left=row.low, color=DARK, height=0.56)
        axes.barh(at, row.high - middle, left=middle, color=LIGHT, edgecolor=DARK, linewidth=0.5, height=0.56)
        for end, side in ((row.low, "right"), (row.high, "left")):
            axes.annotate(written(end), (end, at), xytext=(-4 if side == "right" else 4, 0), fontsize=8.5,
                          textcoords="offset points", ha=side, va="center", bbox=BEHIND, zorder=5)  # fmt: skip
    name_rows(axes, [row.title for row in shown])
    low, high = (pick(end for row in rows for end in (row.low, row.high, price or row.low)) for pick in (min, max))
    pad = 0.1 * (high - low or abs(high) or 1.0)
    axes.set_xlim(low - pad, high + pad)
    price_line(axes, price)
    if price is not None:
        axes.legend(frameon=False, fontsize=9, loc="lower right", bbox_to_anchor=(1, 1.0), borderaxespad=0)
    return axes
