"""What ``valuation pull`` does with its options."""

from __future__ import annotations

from typing import Literal

import click

from .errors import print_json
from .options import together

options = together(
    click.option(
        "--take",
        type=click.Choice(["book", "files"]),
        help="Whose value counts where book and files were both changed [default: neither, a conflict].",
    ),
    click.option("--dry-run", is_flag=True, help="Print the difference of the files; write nothing."),
)
"""The options of a pull."""


def run(book: str, case: str, as_json: bool, *, dry_run: bool, take: Literal["book", "files"] | None) -> None:
    """Pull and report; the difference goes to stdout, problems and conflicts to stderr."""
    from ..pulling import pull

    found = pull(book, case, dry_run=dry_run, take=take)
    if as_json:
        print_json(found.as_json())
    else:
        if dry_run and found.good and found.diff:
            click.echo(found.diff, nl=False)
        click.echo(str(found), err=not found.good or dry_run)
    if not found.good:
        raise click.exceptions.Exit(1)
