"""How pictures look: axes, colours that are told apart in grey, units on axes, names, and files with the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from ..atomic import replacing
from ..units import Unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DARK: Final = "#1F3864"
MIDDLE: Final = "#5B7FB8"
LIGHT: Final = "#B7CBE6"
RISE: Final = "#A9D18E"
FALL: Final = "#B5534B"
RED: Final = "#C00000"
GREY: Final = "#595959"
PALE: Final = "#E0E0E0"
COLOURS: Final = {"dark": DARK, "middle": MIDDLE, "light": LIGHT}
WIDE: Final = 9.0
LONGEST: Final = 46
MOST: Final = 15
BEHIND: Final = {"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.85}
"""What stands behind a number, so that a line through it leaves it legible."""
Draw = Callable[[], Any]
FORMATS: Final = ("png", "svg", "pdf")


def need_matplotlib() -> None:
    """Raise ModuleNotFoundError, with the remedy, where matplotlib is not installed."""
    if find_spec("matplotlib") is None:
        raise ModuleNotFoundError("pictures need matplotlib: pip install 'valuation[notebook]'")


def new_axes(axes: Axes | None, rows: float, width: float = WIDE, grid: str = "x") -> Axes:
    """The given axes, or new ones in a figure of their own, tall enough for so many rows; opens no window."""
    if axes is None:
        need_matplotlib()
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        figure = Figure(figsize=(width, max(2.2, 0.34 * rows + 1.3)), layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_axisbelow(True)
    if grid:
        axes.grid(axis=grid, color=PALE, linewidth=0.6)  # type: ignore[arg-type]
    return axes


def titled(axes: Axes, title: str) -> None:
    """A title at the left, over the names too."""
    axes.set_title(title, loc="left", fontsize=11, fontweight="bold")


def name_rows(axes: Axes, names: Sequence[str]) -> None:
    """Names of bars that lie, from the bottom up; long ones are cut in the middle."""
    axes.set_yticks(range(len(names)), [short(name) for name in names], fontsize=9)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(-0.6, max(len(names), 1) - 0.4)


def short(name: str, most: int = LONGEST) -> str:
    """A name that fits; what is cut is the middle, as names differ at their ends."""
    return name if len(name) <= most else f"{name[: most // 2]}...{name[-(most // 2 - 3) :]}"


def price_line(axes: Axes, price: float | None, *, across: bool = True) -> None:
    """The price as a dashed line through bars that lie (``across``), or its level."""
    if price is None:
        return
    draw = axes.axvline if across else axes.axhline
    draw(price, color=RED, linewidth=1.3, linestyle="--", label=f"price {price:,.2f}", zorder=4)


def percent(axis: Any) -> None:
    """An axis of shares, in percent."""
    from matplotlib.ticker import FuncFormatter

    axis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:.6g}%"))


def amounts(axis: Any, unit: Unit) -> None:
    """An axis in a unit: rates in percent, amounts with commas."""
    from matplotlib.ticker import FuncFormatter

    if unit.pure and unit.shown == "rate":
        percent(axis)
    else:
        axis.set_major_formatter(FuncFormatter(lambda amount, _: f"{amount:,.10g}"))


def told(level: float, unit: Unit) -> str:
    """A level in four digits, rates in percent."""
    if unit.pure and unit.shown == "rate":
        return f"{100 * level:.4g}%"
    return f"{level:,.4g}" if abs(level) < 1e4 else f"{level:,.0f}"


def figures_of(values: Sequence[float]) -> Callable[[float], str]:
    """How to write amounts of one axis: with as many decimals as the largest of them needs."""
    good = [abs(value) for value in values if np.isfinite(value)]
    largest = max(good, default=0.0)
    decimals = 0 if largest >= 1000 else 1 if largest >= 20 else 2
    return lambda value: f"{value:,.{decimals}f}" if largest >= 0.01 or not largest else f"{value:.3g}"


def luminance(colour: str) -> float:
    """How light a colour is when it is printed in grey: 0 black, 1 white (Rec. 709)."""
    channels: NDArray[np.float64] = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return float(channels @ [0.2126, 0.7152, 0.0722])


def save(draw: Draw, target: Path) -> None:
    """Draw one picture and write it in the format of its ending, with the same bytes each time; opens no window."""
    need_matplotlib()
    import matplotlib as mpl

    figure: Figure = draw().figure
    kind = target.suffix.lower().removeprefix(".") or "png"
    same: dict[str, Any] = {"png": {"Software": None}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}[kind]
    with mpl.rc_context({"svg.hashsalt": "valuation"}), replacing(target) as file:
        figure.savefig(file, format=kind, dpi=130, bbox_inches="tight", metadata=same)
