"""What ``valuation sensitivity`` does with its options: which analyses, what is printed, which pictures."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .completion import names
from .options import number, seed_option, together
from .pictures import picture_folder, write_pictures
from .progress import working

if TYPE_CHECKING:
    from ..sensitivity import Axis, Goal, Grid, Sensitivity
    from ..study import Study

NAMES = ("tornado", "contributions", "worst", "events", "dependence", "sobol", "shapley")
MOST_LEVELS = 100
MOST_DRAWS = 1_000_000


LEVELS = "Two names with levels: cloud.wacc=8%..10%:5 drivers.usd_cny=6.8,7.0,7.2"
options = together(
    click.option("--only", metavar="NAMES", help=f"Some of {', '.join(NAMES)}, with commas between."),
    click.option(
        "--goal", metavar="NAME", shell_complete=names, help="Seek what makes P(value > price) the --probability."
    ),
    click.option("--probability", default="60%", show_default=True, help="What --goal seeks."),
    click.option("--grid", nargs=2, metavar="NAME=LEVELS NAME=LEVELS", help=LEVELS),
    click.option(
        "--measure",
        type=click.Choice(["value", "mean", "probability"]),
        default="value",
        show_default=True,
        help="What --grid shows: value at base, mean, or P(value > price).",
    ),
    click.option("--price", type=float, help="Price per quoted share [default: the price of the case]."),
    click.option(
        "--draws",
        type=click.IntRange(1, MOST_DRAWS),
        default=8192,
        show_default=True,
        help="Common draws; Sobol' and Shapley take a quarter for each input.",
    ),
    seed_option("The same seed gives the same figures."),
    click.option("-o", "pictures", type=click.Path(), help="A folder for pictures (needs matplotlib)."),
)
"""The options of the command."""


def run(study: Study, as_json: bool, print_json: Callable[[dict[str, Any]], None], **asked: Any) -> None:
    """Analyse, print tables or one JSON object, and draw pictures where a folder is given."""
    chance, price = _probability(asked["probability"]), asked["price"]
    if price is not None and not 0 < price < math.inf:
        raise click.UsageError(f"--price takes a number above 0, found {price:g}")
    only = _only(asked["only"])
    axes = [_axis(study, text) for text in asked["grid"] or ()]
    folder = None if asked["pictures"] is None else picture_folder(asked["pictures"])
    draws, seed = asked["draws"], asked["seed"]
    alone = only is None and (asked["goal"] or axes)
    with working(as_json, "analysing"):
        found = None if alone else study.sensitivity(only, draws, seed)
        goal = study.goal(asked["goal"], chance, price, draws=draws, seed=seed) if asked["goal"] else None
        grid = study.grid(axes[0], axes[1], asked["measure"], price, draws=draws, seed=seed) if axes else None
    written = [] if folder is None else _draw(folder, found, goal, grid)
    if as_json:
        print_json(_told(study, found, goal, grid, written))
    else:
        _print(found, goal, grid, written)


def _draw(folder: Path, found: Sensitivity | None, goal: Goal | None, grid: Grid | None) -> list[Path]:
    from ..plots import pictures

    return write_pictures(pictures(found, goal, grid), folder)


def _told(
    study: Study, found: Sensitivity | None, goal: Goal | None, grid: Grid | None, written: list[Path]
) -> dict[str, Any]:
    head = {"case": study.case.id} if found is None else found.as_json()
    more = {name: one.as_json() for name, one in (("goal", goal), ("grid", grid)) if one is not None}
    return {**head, **more, **({"pictures": [str(path) for path in written]} if written else {})}


def _print(found: Sensitivity | None, goal: Goal | None, grid: Grid | None, written: list[Path]) -> None:
    from ..terminal import print_tables

    for made in (found, goal, grid):
        if made is not None:
            print_tables(made.tables())
    for path in written:
        click.echo(f"{path} written")


# What the options say --------------------------------------------------------------------------------------------


def _only(text: str | None) -> list[str] | None:
    if text is None:
        return None
    names = [name.strip() for name in text.split(",") if name.strip()]
    strangers = [name for name in names if name not in NAMES]
    if strangers or not names:
        raise click.UsageError(f"--only takes some of {', '.join(NAMES)}, found {', '.join(strangers) or 'nothing'}")
    return names


def _probability(text: str) -> float:
    found = number(text)
    if not 0 < found < 1:
        raise click.UsageError(f"--probability takes a percentage between 0% and 100%, found {text!r}")
    return found


def _axis(study: Study, text: str) -> Axis:
    """NAME=a..b:n or NAME=a,b,c, in the unit of the name; rates are percentages."""
    from ..reverse.unknowns import unknown
    from ..sensitivity import Axis

    name, equals, levels = (part.strip() for part in text.partition("="))
    if not equals:
        raise click.UsageError(f"--grid takes NAME=a..b:n or NAME=a,b,c twice, found {text!r}")
    found = unknown(study.case, name, "--grid")
    pieces = _pieces(text, levels)
    rate = found.unit.pure and found.unit.shown == "rate"
    bare = [piece for piece in pieces if rate and not piece.endswith("%") and number(piece) != 0]
    if bare:
        raise click.UsageError(
            f"--grid: {name} is a rate: expected a percentage, found {bare[0]}; did you mean {bare[0]}%"
        )
    numbers = [number(piece) for piece in pieces]
    if not all(map(math.isfinite, numbers)):
        raise click.UsageError(f"--grid takes numbers or percentages, found {levels!r}")
    if ".." in levels:
        low, high, count = numbers[0], numbers[1], int(levels.rpartition(":")[2])
        numbers = [low + (high - low) * step / max(count - 1, 1) for step in range(count)]
    return Axis(name, tuple(numbers))


def _pieces(text: str, levels: str) -> list[str]:
    """The numbers as they are written: the two ends of a range, or all of a list."""
    if ".." not in levels:
        return [piece.strip() for piece in levels.split(",")]
    ends, _, count = levels.rpartition(":")
    low, _, high = ends.partition("..")
    if not count.strip().isdecimal() or not 1 <= int(count) <= MOST_LEVELS:
        raise click.UsageError(f"--grid takes NAME=a..b:n with n from 1 to {MOST_LEVELS}, found {text!r}")
    return [low.strip(), high.strip()]
