"""Pictures of a run: the distribution of the value, how its estimates settled, and how a yearly line spreads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from ..units import Unit
from .look import DARK, GREY, LIGHT, MIDDLE, amounts, new_axes, percent, price_line, titled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ..simulation.fan import Fan
    from ..simulation.results import Simulation

MARKED: Final = (0.05, 0.5, 0.95)


def histogram(simulation: Simulation, axes: Axes | None = None, *, base: float | None = None, bins: int = 60) -> Axes:
    """The value per quoted share: shares of draws, the cumulative probability, P5, P50, P95, the price and the base.

    What lies beyond P0.1 and P99.9 stands in the first and the last bar. ValueError where no draw is possible.
    """
    found = simulation.histogram(bins)
    if not found["edges"]:
        raise ValueError("no draw is possible, so there is nothing to draw")
    edges, shares = np.array(found["edges"]), np.array(found["shares"])
    axes = new_axes(axes, 9, grid="")
    axes.stairs(shares, edges, fill=True, color=LIGHT, edgecolor=MIDDLE, linewidth=0.4)
    for q in MARKED:
        axes.axvline(simulation.quantile(q), color=GREY, linewidth=0.9, linestyle=":")
        axes.annotate(f"P{100 * q:g}\n{simulation.quantile(q):,.1f}", (simulation.quantile(q), 1.0), va="bottom",
                      xycoords=("data", "axes fraction"), ha="center", fontsize=8, color=GREY)  # fmt: skip
    if base is not None:
        axes.plot([base], [0], marker="D", color=DARK, markersize=7, clip_on=False, linestyle="", zorder=5,
                  label=f"base case {base:,.2f}")  # fmt: skip
    price_line(axes, simulation.price)
    percent(axes.yaxis)
    axes.set_ylim(bottom=0)
    axes.set_ylabel("share of draws")
    other = axes.twinx()
    other.plot(edges, np.concatenate([[0.0], np.cumsum(shares)]), color=DARK, linewidth=1.6, label="cumulative (right)")
    other.set_ylim(0, 1.0)
    other.spines["top"].set_visible(False)
    percent(other.yaxis)
    other.set_ylabel("probability of being below")
    axes.set_xlabel(f"value per share, {simulation.quote}; {_words(simulation)}")
    axes.set_title("Simulated value of one share", loc="left", fontsize=11, fontweight="bold", pad=28)
    handles = [*axes.get_legend_handles_labels()[0], *other.get_legend_handles_labels()[0]]
    axes.legend(handles=handles, frameon=False, fontsize=8.5, loc="upper left")
    return axes


def _words(simulation: Simulation) -> str:
    spoiled = simulation.draws - simulation.valid
    lost = f", {spoiled:,} of them impossible" if spoiled else ""
    text = f"{simulation.draws:,} draws{lost}, mean {simulation.mean:,.2f}"
    if simulation.price is None:
        return text
    return f"{text}, above the price {simulation.probability_above(simulation.price):.1%}"


def convergence(simulation: Simulation, axes: Axes | None = None) -> Axes:
    """The mean and its 95 % interval after more and more of the draws."""
    trace = [point for point in simulation.trace if np.isfinite(point.error)]
    draws = np.array([point.draws for point in trace])
    means, errors = (np.array([getattr(point, name) for point in trace]) for name in ("mean", "error"))
    axes = new_axes(axes, 7, grid="y")
    axes.fill_between(draws, means - 1.96 * errors, means + 1.96 * errors, color=LIGHT, linewidth=0,
                      label="95 % interval")  # fmt: skip
    axes.plot(draws, means, color=DARK, marker="o", markersize=3.5, label="mean")
    axes.set_xscale("log", base=2)
    amounts(axes.xaxis, Unit())
    axes.set_xlabel("draws")
    axes.set_ylabel(f"mean value per share, {simulation.quote}")
    titled(axes, "How the mean settles")
    axes.legend(frameon=False, fontsize=8.5)
    return axes


def fan(found: Fan, axes: Axes | None = None) -> Axes:
    """A yearly line: P5 to P95 and P25 to P75 as bands, median and base. ValueError where there is one value."""
    if not found.yearly:
        raise ValueError(f"{found.name} has one value for all years: a fan needs a yearly line")
    axes = new_axes(axes, 9, grid="y")
    years = np.array(found.years)
    for low, high, color in ((0.05, 0.95, LIGHT), (0.25, 0.75, MIDDLE)):
        axes.fill_between(years, found.quantiles[low], found.quantiles[high], color=color, linewidth=0,
                          label=f"P{100 * low:g} to P{100 * high:g}")  # fmt: skip
    axes.plot(years, found.quantiles[0.5], color=DARK, linewidth=1.8, label="median")
    axes.plot(years, found.base, color="black", linewidth=1.2, linestyle="--", marker="o", markersize=3, label="base")
    axes.set_xticks(years, [f"FY{year}" for year in found.years], fontsize=8.5)
    amounts(axes.yaxis, found.unit)
    axes.set_ylabel(str(found.unit))
    lost = found.draws - found.valid
    axes.set_xlabel(f"{found.draws:,} draws" + (f", {lost:,} of them impossible" if lost else ""))
    titled(axes, f"{found.label} ({found.name})")
    axes.legend(frameon=False, fontsize=8.5, loc="best")
    return axes
