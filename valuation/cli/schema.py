"""What ``valuation schema`` prints or writes."""

from __future__ import annotations

import click

from .options import together

KINDS = ("valuation", "case", "segment", "schedule", "transaction", "drivers", "bridge", "shares", "holding", "market",
         "reconciliation", "correlations", "scenarios", "checks")  # fmt: skip

options = together(
    click.option("--kind", type=click.Choice(KINDS), default="valuation", show_default=True,
                 help="Of a whole case in one file, or of one kind of file in a folder."),
    click.option("-o", "folder", type=click.Path(), help="Write the schemas of all kinds into this folder."),
)  # fmt: skip
"""The options of the command."""


def run(case: str | None, kind: str, folder: str | None) -> None:
    """Print one schema, or write all of them; those of a case offer its names."""
    from ..reading import load
    from ..schema import Offered, schema, write_schemas
    from ..schema.write import spelled

    offered = Offered() if case is None else Offered.of(load(case))
    if folder is None:
        click.echo(spelled(schema(kind, offered)), nl=False)
        return
    written = write_schemas(folder, offered)
    click.echo(f"{len(written)} schemas written to {folder}")
    click.echo("A file names its own on its first line: # yaml-language-server: $schema=../.schema/segment.json")
