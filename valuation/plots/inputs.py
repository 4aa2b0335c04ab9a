"""Pictures of what is assumed: one distribution, and how inputs move together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from ..assumptions import Case, Input
from ..dependence import to_rank
from ..problems import nearest
from ..sensitivity.draws import ranks as ranks_of
from ..simulation.evaluator import Evaluator
from ..simulation.results import Simulation
from .look import DARK, GREY, LIGHT, MIDDLE, RED, amounts, new_axes, short, titled, told

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = NDArray[np.float64]
WRITTEN: Final = 20
ENDS: Final = (0.005, 0.995)


def assumption(case: Case, name: str, axes: Axes | None = None, points: Sequence[float] = ()) -> Axes:
    """The distribution of one uncertain input with its percentiles and base; ``points`` are observations behind it.

    KeyError, with what was meant, for a name that is no uncertain input.
    """
    drawn = {found.name: found for found in case.inputs if found.distribution is not None}
    if name not in drawn:
        raise KeyError(f"{name} is no uncertain input{nearest(name, drawn)}")
    found = drawn[name]
    axes = new_axes(axes, 7, grid="")
    (_steps if _stepped(found) else _density)(found, axes)
    assert found.distribution is not None
    for q, line in () if _stepped(found) else ((0.1, ":"), (0.5, "-"), (0.9, ":")):
        level = float(found.distribution.quantile(q))
        axes.axvline(level, color=GREY, linewidth=0.9, linestyle=line, label=f"P{100 * q:g} {told(level, found.unit)}")
    axes.plot([found.base], [0], marker="D", color=RED, markersize=7, clip_on=False, linestyle="", zorder=5,
              label=f"base {told(found.base, found.unit)}")  # fmt: skip
    if len(points):
        axes.plot(points, np.zeros(len(points)), "|", color="black", markersize=16, markeredgewidth=1.6,
                  label=f"{len(points)} observed", zorder=4)  # fmt: skip
    amounts(axes.xaxis, found.unit)
    axes.set_ylim(bottom=0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(f"{found.name}, {found.unit}")
    titled(axes, f"{found.label}: {found.written.removeprefix('~').strip()}")
    axes.legend(frameon=False, fontsize=8.5)
    return axes


def _stepped(found: Input) -> bool:
    assert found.distribution is not None
    return len(np.unique(found.distribution.quantile(np.linspace(0.01, 0.99, 99)))) < WRITTEN


def _density(found: Input, axes: Axes) -> None:
    """The slope of the cumulative probability, between P0.5 and P99.5."""
    assert found.distribution is not None
    low, high = found.distribution.quantile(np.array(ENDS))
    edges = np.linspace(low, high, 241)
    heights = np.diff(found.distribution.cdf(edges)) / np.diff(edges)
    middles = (edges[1:] + edges[:-1]) / 2
    axes.fill_between(middles, 0, heights, color=LIGHT, linewidth=0)
    axes.plot(middles, heights, color=DARK, linewidth=1.6)


def _steps(found: Input, axes: Axes) -> None:
    """The probability of each value."""
    assert found.distribution is not None
    u = (np.arange(10_000) + 0.5) / 10_000
    values, counts = np.unique(found.distribution.quantile(u), return_counts=True)
    reach = float(np.ptp(values)) or 1.0
    axes.bar(values, counts / len(u), width=0.06 * reach, color=MIDDLE, edgecolor=DARK)
    for value, count in zip(values, counts, strict=True):
        axes.annotate(f"{count / len(u):.0%}", (value, count / len(u)), ha="center", va="bottom", fontsize=9)
    axes.set_xticks(values)
    axes.margins(y=0.15)


def correlations(case: Case, axes: Axes | None = None) -> Axes:
    """Rank correlations of the uncertain inputs that have any, as they are drawn: after a repair where one was needed.

    ValueError for a case without correlations.
    """
    dependence = Evaluator.of(case).dependence
    names = [dependence.names[row] for row in dependence.members]
    if not names:
        raise ValueError("no input is correlated with another")
    ranks = np.eye(len(names)) if len(names) == 1 else to_rank(dependence.normal)
    axes = _matrix(names, ranks, axes)
    titled(axes, "Rank correlations of assumptions" + (", repaired" if dependence.report is not None else ""))
    return axes


def part_correlations(simulation: Simulation, names: dict[str, str] | None = None, axes: Axes | None = None) -> Axes:
    """Rank correlations of the parts' values per share in the draws of a run; ``names`` are shown for their ids."""
    parts = {name: values for name, values in simulation.parts.items() if np.ptp(values[np.isfinite(values)]) > 0}
    values = np.array(list(parts.values()))
    good = values[:, np.isfinite(values).all(axis=0)]
    shown = [(names or {}).get(name, name) for name in parts]
    axes = _matrix(shown, np.atleast_2d(np.corrcoef(ranks_of(good))), axes)
    titled(axes, f"Rank correlations of parts in {simulation.draws:,} draws")
    return axes


def _matrix(names: Sequence[str], ranks: Array, axes: Axes | None) -> Axes:
    """Darker is further from nothing, in grey too; numbers say the sign, and hatches where it is negative."""
    count = len(names)
    axes = new_axes(axes, 1.1 * count + 4, width=max(6.0, 0.42 * count + 5), grid="")
    shown = np.where(np.tri(count, dtype=bool), np.abs(ranks), np.nan)
    drawn = axes.imshow(shown, cmap="Blues", vmin=0, vmax=1)
    for i, j in zip(*np.tril_indices(count, -1), strict=True):
        rank = float(ranks[i, j])
        if abs(rank) < 0.005:
            continue
        if rank < 0:
            axes.fill_between([j - 0.5, j + 0.5], i - 0.5, i + 0.5, facecolor="none", edgecolor="white", hatch="////",
                              linewidth=0)  # fmt: skip
        axes.text(float(j), float(i), f"{rank:.2f}", ha="center", va="center", color="white" if abs(rank) > 0.5 else
                  "black", fontsize=7.5 if count <= WRITTEN else 6.5)  # fmt: skip
    labels = [short(name, 34) for name in names]
    axes.set_xticks(range(count), labels, rotation=60, ha="right", rotation_mode="anchor", fontsize=8)
    axes.set_yticks(range(count), labels, fontsize=8)
    axes.tick_params(length=0)
    axes.spines[["left", "bottom"]].set_visible(False)
    bar = axes.figure.colorbar(drawn, ax=axes, shrink=0.7, label="rank correlation (Spearman), without its sign")
    bar.outline.set_visible(False)
    return axes
