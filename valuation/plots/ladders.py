"""Waterfalls: from parts to one share, from one case to another, from before a transaction to after it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from .look import DARK, FALL, GREY, RISE, figures_of, name_rows, new_axes, titled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ..base_case import BaseCase
    from ..comparison import Comparison

SHOWN: Final = 14
HATCH: Final = "////"


class Rung(NamedTuple):
    """One bar of a waterfall: what it adds, or, of a ``whole``, the level that is reached there."""

    name: str
    amount: float
    whole: bool = False


def waterfall(base: BaseCase, axes: Axes | None = None) -> Axes:
    """From the parts over every item of the bridge to the value of one quoted share."""
    factor = base.factor
    rungs = [Rung(part.name, part.per_share) for part in base.parts]
    rungs += [Rung("Sum of the parts", base.sum_of_parts * factor, whole=True)]
    rungs += [Rung(_shown(step.label), step.amount * factor) for step in base.steps]
    rungs += [Rung("Value per share", base.per_share, whole=True)]
    axes = _ladder(rungs, axes)
    titled(axes, f"{base.case.name}, {base.case.date}: from parts to one share".replace(", :", ":"))
    axes.set_xlabel(f"{base.case.quote}; rises light, falls hatched, totals dark")
    return axes


def before_and_after(base: BaseCase, transaction: str, axes: Axes | None = None) -> Axes:
    """From what holders have before a transaction to what they have after it, as if it were certain, per quoted share.

    KeyError for a transaction that the case does not have.
    """
    found = {one.id: one for one in base.transactions}[transaction]
    rungs = [Rung("Before", found.before * base.factor, whole=True)]
    rungs += [Rung(_shown(name), amount * base.factor) for name, amount in found.differences.items()]
    rungs += [Rung("After", found.after * base.factor, whole=True)]
    axes = _ladder(rungs, axes, near=True)
    titled(axes, f"{found.name}: before and after, if it happens")
    residual = f"residual {abs(found.residual):.0e} of the equity before"
    axes.set_xlabel(f"{base.case.quote}; probability {found.probability:.0%}; {residual}")
    return axes


def walk(found: Comparison, axes: Axes | None = None, most: int = SHOWN) -> Axes:
    """From one case to another by the steps that move the value per share most; Shapley values if there are any."""
    by_share = found.order != "files"
    moves = [(step.name, (step.shapley if by_share else step.file_order) or 0.0) for step in found.steps]
    chosen = {name for name, _ in sorted(moves, key=lambda move: -abs(move[1]))[:most]}
    kept = [(name, move) for name, move in moves if name in chosen and move]
    others = found.walk.change - sum(move for _, move in kept)
    rungs = [Rung(f"A: {found.a.told}", found.walk.start, whole=True), *(Rung(*move) for move in kept)]
    if len(kept) < len(moves) and abs(others) > 1e-9 * abs(found.walk.end):
        rungs.append(Rung("others", others))
    rungs.append(Rung(f"B: {found.b.told}", found.walk.end, whole=True))
    axes = _ladder(rungs, axes, near=True)
    titled(axes, f"{found.b.case.name}: what moved the value")
    words = "Shapley values" if by_share else "in the order of the files"
    axes.set_xlabel(f"value per share, {found.unit}; {words}; rises light, falls hatched")
    return axes


def _ladder(rungs: Sequence[Rung], axes: Axes | None, *, near: bool = False) -> Axes:
    """Bars from the top down, each from the level before it; ``near`` lets the axis begin near the lowest level."""
    axes = new_axes(axes, len(rungs))
    whole, moved = (figures_of([rung.amount for rung in rungs if rung.whole is kind]) for kind in (True, False))
    level, levels = 0.0, list[float]()
    last = len(rungs) - 1
    for at, rung in enumerate(rungs):
        start, end = (0.0, rung.amount) if rung.whole else (level, level + rung.amount)
        colour = DARK if rung.whole else RISE if rung.amount >= 0 else FALL
        hatch = HATCH if not rung.whole and rung.amount < 0 else None
        axes.barh(last - at, end - start, left=start, color=colour, height=0.6, hatch=hatch, edgecolor="white"
                  if hatch else DARK, linewidth=0 if hatch else 0.5)  # fmt: skip
        if at < last:
            axes.plot([end, end], [last - at - 0.3, last - at - 0.7], color=GREY, linewidth=0.7)
        text = whole(rung.amount) if rung.whole else f"{'-' if rung.amount < 0 else '+'}{moved(abs(rung.amount))}"
        right = max(start, end)
        axes.annotate(text, (right, last - at), xytext=(4, 0), textcoords="offset points", va="center", fontsize=8.5)
        level = end
        levels += [start, end]
    name_rows(axes, [rung.name for rung in rungs][::-1])
    _limits(axes, rungs, levels, near)
    return axes


def _limits(axes: Axes, rungs: Sequence[Rung], levels: Sequence[float], near: bool) -> None:
    """Room for what is written behind the bars; ``near``, a floor under the levels, where whole bars are cut."""
    inner = [level for rung, level in zip(np.repeat(np.array([r.whole for r in rungs]), 2), levels, strict=True)
             if not rung or level] if near else levels  # fmt: skip
    low, high = min([*inner, *([] if near else [0.0])]), max([*inner, *([] if near else [0.0])])
    reach = (high - low) or abs(high) or 1.0
    left = low - 0.15 * reach if near or low < 0 else 0.0
    axes.set_xlim(max(left, 0.0) if near and low > 0 else left, high + 0.12 * reach)


def _shown(name: str) -> str:
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]
