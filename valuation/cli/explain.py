"""What ``valuation explain`` does with its options."""

from __future__ import annotations

import click

from .errors import print_json
from .options import seed_option, together
from .progress import working

MOST_DRAWS = 1_000_000

options = together(
    click.option(
        "--draws",
        type=click.IntRange(2, MOST_DRAWS),
        default=4096,
        show_default=True,
        help="Draws that tell how it spreads, rounded up to fit the design.",
    ),
    seed_option("The same seed gives the same figures."),
)
"""The options of the command."""


def run(case: str, name: str, changes: dict[str, str], as_json: bool, *, draws: int, seed: int) -> None:
    """Explain one name, as tables or as one JSON object."""
    from ..study import load

    with working(as_json, "explaining"):
        found = load(case, changes).explain(name, draws=draws, seed=seed)
    if as_json:
        print_json(found.as_json())
        return
    from ..terminal import print_tables

    print_tables(found.tables())
