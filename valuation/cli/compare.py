"""What ``valuation compare`` does with its options."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from .errors import print_json
from .options import seed_option, together
from .progress import working

MOST_PAIRS = 100_000


options = together(
    click.option("-o", "output", type=click.Path(), help="Write the walk as a workbook too, with a waterfall."),
    click.option(
        "--order",
        type=click.Choice(["files", "shapley", "both"]),
        default="both",
        show_default=True,
        help="One assumption after another as the files list them, or averaged over all orders.",
    ),
    click.option(
        "--pairs",
        type=click.IntRange(2, MOST_PAIRS),
        help="Random orders, each with its reverse, where more than 10 steps differ [default: 256, fewer where "
        "formulas differ].",
    ),
    seed_option("The seed of random orders."),
)
"""The options of the command."""


def run(a: str, b: str, as_json: bool, *, output: str | None, **asked: Any) -> None:
    """Compare, print or write the walk."""
    from ..comparison import compare

    if output is not None:
        from ..workbook.book import check_target

        check_target(Path(output))
    with working(as_json, "comparing"):
        found = compare(a, b, asked["order"], pairs=asked["pairs"], seed=asked["seed"])
    files: dict[str, Path] = {}
    if output is not None:
        from ..workbook.walk_book import write_walk

        files["workbook"] = write_walk(found, output)
    if as_json:
        print_json({**found.as_json(), **{kind: str(path) for kind, path in files.items()}})
        return
    from ..terminal import print_tables, print_written

    print_tables(found.tables())
    print_written(files.values())
