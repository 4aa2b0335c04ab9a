"""Pictures of sensitivity: what moves the value, and where an assumption would have to be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..units import RATE
from .look import DARK, GREY, LIGHT, MOST, RED, amounts, name_rows, new_axes, percent, price_line, titled, told

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ..sensitivity import Contributions, Goal, Grid, Sample, Shapley, Sobol, Tornado, Worst


def tornado(found: Tornado, axes: Axes | None = None, most: int = MOST) -> Axes:
    """Bars from the base to the value at each end of each input, the widest on top."""
    bars = found.bars[:most][::-1]
    axes = new_axes(axes, len(bars))
    low, high = (f"P{100 * q:g}" for q in found.quantiles)
    for name, color, ends in (
        (f"{low} (events: no)", LIGHT, [bar.low for bar in bars]),
        (f"{high} (events: yes)", DARK, [bar.high for bar in bars]),
    ):
        widths = np.array(ends) - found.base
        axes.barh(range(len(bars)), widths, left=found.base, color=color, edgecolor=DARK, linewidth=0.5, label=name)
    axes.axvline(found.base, color="black", linewidth=0.8)
    name_rows(axes, [bar.name for bar in bars])
    axes.set_xlabel(f"value per share, {found.quote}; base {found.base:,.2f}")
    titled(axes, "One input at a time, others at base")
    axes.legend(frameon=False, fontsize=8, loc="lower right")
    return axes


def contributions(found: Contributions, axes: Axes | None = None, most: int = MOST) -> Axes:
    """Contributions to variance with the sign of the rank correlation."""
    rows = found.inputs[:most][::-1]
    axes = new_axes(axes, len(rows))
    shares = np.array([row.contribution for row in rows])
    axes.barh(range(len(rows)), shares, color=np.where(shares < 0, LIGHT, DARK), edgecolor=DARK, linewidth=0.5)
    axes.axvline(0, color="black", linewidth=0.8)
    name_rows(axes, [row.name for row in rows])
    percent(axes.xaxis)
    axes.set_xlabel("contribution to variance (rank correlation squared, with its sign)")
    titled(axes, "Contribution to variance, all inputs drawn")
    return axes


def shapley(found: Shapley, axes: Axes | None = None, most: int = MOST) -> Axes:
    """Shapley effects as shares of the variance, with 95 % intervals."""
    rows = found.inputs[:most][::-1]
    axes = new_axes(axes, len(rows))
    _shares(axes, [row.share for row in rows], [row.standard_error for row in rows], DARK, 0.0, 0.8, "")
    name_rows(axes, [row.name for row in rows])
    percent(axes.xaxis)
    axes.set_xlim(left=min(0.0, *(row.share for row in rows)) if rows else 0.0)
    axes.set_xlabel("share of the variance of the value per share (bars: 95 % intervals)")
    titled(axes, "Shapley effects, correlations included")
    return axes


def sobol(found: Sobol, axes: Axes | None = None, most: int = MOST) -> Axes:
    """Total and first-order indices side by side, with 95 % intervals."""
    rows = found.inputs[:most][::-1]
    axes = new_axes(axes, len(rows))
    _shares(axes, [row.total for row in rows], [row.total_error for row in rows], DARK, 0.2, 0.4, "total")
    _shares(axes, [row.first for row in rows], [row.first_error for row in rows], LIGHT, -0.2, 0.4, "first order")
    axes.axvline(0, color="black", linewidth=0.8)
    name_rows(axes, [row.name for row in rows])
    percent(axes.xaxis)
    axes.set_xlabel("share of the variance of the value per share (bars: 95 % intervals)")
    titled(axes, "Sobol' indices" + (", correlations switched off" if found.note else ""))
    axes.legend(frameon=False, fontsize=8, loc="lower right")
    return axes


def worst(found: Worst, axes: Axes | None = None, most: int = MOST) -> Axes:
    """How far inputs lie from their mean in the worst draws, and in the best."""
    rows = found.worst.inputs[:most][::-1]
    axes = new_axes(axes, len(rows))
    best = {row.name: row.standard_deviations for row in found.best.inputs}
    share = f"{found.tail:.0%}"
    for offset, color, name, figures in (
        (0.2, DARK, f"worst {share}", [row.standard_deviations for row in rows]),
        (-0.2, LIGHT, f"best {share}", [best[row.name] for row in rows]),
    ):
        places = np.arange(len(rows)) + offset
        axes.barh(places, figures, height=0.4, color=color, edgecolor=DARK, linewidth=0.5, label=name)
    axes.axvline(0, color="black", linewidth=0.8)
    name_rows(axes, [row.name for row in rows])
    axes.set_xlabel("mean of the input there less its mean, in standard deviations")
    titled(axes, f"What drives the worst and the best {share} of draws")
    axes.legend(frameon=False, fontsize=8, loc="best")
    return axes


def by_event(sample: Sample, name: str, axes: Axes | None = None, bins: int = 60) -> Axes:
    """The distribution of the value per share given each outcome of one event; KeyError for a name that is none."""
    numbers = {found.name: number for number, found in enumerate(sample.inputs)}
    outcomes = sample.values[numbers[name]]
    axes = new_axes(axes, 12)
    good = sample.per_share[sample.good]
    low, high = np.quantile(good, [0.001, 0.999])
    edges = np.linspace(low, high, bins + 1)
    styles = [(LIGHT, True, "-"), (DARK, False, "-"), (GREY, False, "--"), (RED, False, ":")]
    values = np.unique(outcomes)
    for number, outcome in enumerate(values):
        color, filled, line = styles[min(number, len(styles) - 1)]
        chosen = sample.per_share[sample.good & (outcomes == outcome)]
        heights, _ = np.histogram(chosen, edges)
        told = {0.0: "does not happen", 1.0: "happens"}.get(float(outcome), f"{outcome:g}")
        label = f"{told}: {len(chosen) / len(good):.0%} of draws, mean {chosen.mean():,.1f}"
        axes.stairs(
            heights / max(len(chosen), 1), edges, color=color, fill=filled, linestyle=line, linewidth=1.6, label=label
        )
    price_line(axes, sample.price)
    percent(axes.yaxis)
    axes.set_xlabel(f"value per share, {sample.case.quote}")
    axes.set_ylabel("share of draws with that outcome")
    titled(axes, f"Value per share by {name}")
    axes.legend(frameon=False, fontsize=8)
    return axes


def goal(found: Goal, axes: Axes | None = None) -> Axes:
    """P(value > price) along the name that was sought, with 95 % intervals, the goal and the answer."""
    axes = new_axes(axes, 12)
    unit = RATE if found.moved == "probability" else found.unit
    levels = np.array([point.level for point in found.curve])
    chances = np.array([point.probability for point in found.curve])
    errors = 1.96 * np.array([point.standard_error for point in found.curve])
    axes.fill_between(levels, chances - errors, chances + errors, color=LIGHT, linewidth=0, label="95 % interval")
    axes.plot(levels, chances, color=DARK, marker="o", markersize=3, label="probability")
    axes.axhline(found.wanted, color=RED, linewidth=1, linestyle="--")
    axes.plot([found.level], [found.reached], "D", color=RED, label=f"answer {told(found.level, unit)}")
    axes.plot(
        [found.base_level], [found.base_probability], "s", color="black", label=f"now {told(found.base_level, unit)}"
    )
    amounts(axes.xaxis, unit)
    percent(axes.yaxis)
    moved = {"shift": " (base, with all draws shifted)", "probability": ", probability", "level": ""}[found.moved]
    axes.set_xlabel(f"{found.name}{moved}, {unit}")
    axes.set_ylabel(f"P(value > {found.price:,.2f} {found.case.quote})")
    titled(axes, f"Goal: a probability of {found.wanted:.0%} that value is above the price")
    axes.legend(frameon=False, fontsize=8)
    return axes


def grid(found: Grid, axes: Axes | None = None) -> Axes:
    """A heat map with every figure written in; the nearest cell to the base is framed where the base is inside."""
    axes = new_axes(axes, 12)
    figures = np.array(found.figures, dtype=np.float64)
    axes.grid(visible=False)
    shown = axes.imshow(figures, cmap="Blues", aspect="auto", origin="lower")
    chance = found.measure == "probability"
    good = figures[np.isfinite(figures)]
    middle = (good.min() + good.max()) / 2 if good.size else 0.0
    for (i, j), figure in np.ndenumerate(figures):
        text = "n/a" if not np.isfinite(figure) else f"{figure:.0%}" if chance else f"{figure:,.1f}"
        axes.text(j, i, text, ha="center", va="center", fontsize=8, color="white" if figure > middle else "black")
    units = [axis.unit or RATE for axis in (found.rows, found.columns)]
    axes.set_yticks(range(len(found.rows.levels)), [told(level, units[0]) for level in found.rows.levels])
    axes.set_xticks(range(len(found.columns.levels)), [told(level, units[1]) for level in found.columns.levels])
    axes.set_ylabel(f"{found.rows.name}, {units[0]}")
    axes.set_xlabel(f"{found.columns.name}, {units[1]}")
    what = {"value": "Value per share at base", "mean": "Mean value per share", "probability": "P(value > price)"}
    label = "probability" if chance else f"value per share, {found.case.quote}"
    bar = axes.figure.colorbar(shown, ax=axes, label=label)
    if chance:
        percent(bar.ax.yaxis)
    titled(axes, what[found.measure])
    return axes


def _shares(
    axes: Axes, shares: Sequence[float], errors: Sequence[float], color: str, offset: float, height: float, label: str
) -> None:
    places, reach = np.arange(len(shares)) + offset, 1.96 * np.nan_to_num(np.array(errors))
    whiskers = {"ecolor": GREY, "elinewidth": 1, "capsize": 2}
    axes.barh(places, shares, xerr=reach, height=height, color=color, edgecolor=DARK, linewidth=0.5, error_kw=whiskers,
              label=label or None)  # fmt: skip
