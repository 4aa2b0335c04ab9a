"""Arguments and options that several commands have, and how their texts are read."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from .completion import cases, settings

MOST_DRAWS = 100_000_000
SEED = 20260202


class CasePath(click.Path):
    """A case by its folder or file, or by the name of a folder in ``assumptions`` where nothing here has it."""

    name = "case"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path, as it was given or below ``assumptions``."""
        found = super().convert(value, param, ctx)
        below = Path("assumptions") / str(found)
        alone = len(Path(str(found)).parts) == 1 and not Path(str(found)).exists()
        return str(below) if alone and (below / "case.yaml").is_file() else found


def case_argument(function: Callable[..., None]) -> Callable[..., None]:
    """The CASE argument."""
    return click.argument("case", type=CasePath(), shell_complete=cases)(function)


def together(*options: Callable[..., Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Several options as one decorator; help lists them in this order."""

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object on stdout and nothing else.")
set_option = click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="NAME=VALUE",
    shell_complete=settings,
    help="Replace an assumption, written as in a file; repeatable.",
)
draws_option = click.option(
    "--draws",
    type=click.IntRange(1, MOST_DRAWS),
    default=100_000,
    show_default=True,
    help="Draws, rounded up to fit the design.",
)


def seed_option(
    text: str = "The same seed gives the same bytes.",
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The --seed of a command, and what it keeps the same."""
    return click.option("--seed", type=click.IntRange(0), default=SEED, show_default=True, help=text)


def overrides(pairs: tuple[str, ...]) -> dict[str, str]:
    """What --set replaces, by dotted name."""
    found = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals or not name.strip():
            raise click.UsageError(f"--set takes NAME=VALUE, found {pair!r}")
        found[name.strip()] = text.strip()
    return found


def number(text: str) -> float:
    """A number or a percentage; NaN for anything else."""
    plain = text.strip().replace("_", "")
    try:
        return float(plain[:-1]) / 100 if plain.endswith("%") else float(plain)
    except ValueError:
        return math.nan


class Share(click.ParamType[float]):
    """A percentage or a number above 0 and below 1."""

    name = "share"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read it; what is no share is wrong usage."""
        found = value if isinstance(value, float) else number(str(value))
        if not 0 < found < 1:
            self.fail(f"expected a percentage above 0% and below 100%, such as 0.1%, found {value!r}", param, ctx)
        return found
