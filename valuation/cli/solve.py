"""What ``valuation solve`` does with its options."""

from __future__ import annotations

import click

from .completion import names
from .errors import print_json
from .options import draws_option, seed_option, together
from .progress import progress

options = together(
    click.option(
        "--for",
        "name",
        required=True,
        metavar="NAME",
        shell_complete=names,
        help="An assumption by its dotted name, or a part.",
    ),
    click.option("--price", type=float, help="Price per quoted share [default: the price of the case]."),
    draws_option,
    seed_option(),
)
"""The options of the command."""


def run(
    case: str, changes: dict[str, str], as_json: bool, *, name: str, price: float | None, draws: int, seed: int
) -> None:
    """Solve for one name, and print tables or one JSON object."""
    from ..study import load

    if price is not None and not 0 < price < float("inf"):
        raise click.UsageError(f"--price takes a number above 0, found {price:g}")
    study = load(case, changes)
    with progress(as_json) as show:
        found = study.solve(name, price, draws=draws, seed=seed, progress=show)
    if as_json:
        print_json(found.as_json())
        return
    from ..terminal import print_tables

    print_tables(found.tables())
