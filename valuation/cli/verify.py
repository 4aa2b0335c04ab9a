"""What ``valuation verify`` does with its options."""

from __future__ import annotations

from pathlib import Path

import click

from .errors import print_json
from .options import together
from .progress import working

options = together(
    click.option(
        "--draws",
        type=click.IntRange(1, 100_000),
        default=200,
        show_default=True,
        help="Random draws pushed through the book.",
    ),
    click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Of the random draws."),
)
"""The options of the command."""


def run(book: str, case: str | None, changes: dict[str, str], as_json: bool, *, draws: int, seed: int) -> None:
    """Prove a book, and match it with a case where one is given; status 1 when either fails."""
    from ..reading import load
    from ..workbook.verify import verify_book

    if changes and case is None:
        raise click.UsageError("--set needs a CASE, whose values it replaces")
    with working(as_json, "proving"):
        found = verify_book(Path(book), draws, seed, None if case is None else load(case, changes))
    if as_json:
        print_json(found.as_json())
    else:
        click.echo(str(found))
    if not found.proved or (found.match is not None and not found.match.matches):
        raise click.exceptions.Exit(1)
