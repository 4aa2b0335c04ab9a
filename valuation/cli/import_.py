"""What ``valuation import`` does with its options."""

from __future__ import annotations

from typing import Any

import click

from .errors import print_json
from .options import together

options = together(
    click.option("--range", "cells", metavar="RANGE", help="Cells of a workbook, such as 'Comps!B4:N20'."),
    click.option("--currency", metavar="CODE", help="Of money without a unit; with --fx what all money becomes."),
    click.option("--fx", "rates", multiple=True, metavar="HKD=0.128 USD", help="A rate into --currency; repeatable."),
    click.option("--units", metavar="NAME=UNIT,...", help="Units of columns: 'sales_fy1=USD bn,margin=%'."),
    click.option("--rename", multiple=True, metavar="HEADING=NAME", help="What a heading is called; repeatable."),
    click.option("--unit", default="", metavar="UNIT", help="Of rows of financials that say none, such as 'CNY m'."),
    click.option("--source", default="", metavar="ID", help="The fact, or judgement, that financials come from."),
    click.option("--why", default="", help="The reason, where the source is judgement."),
    click.option("--dry-run", is_flag=True, help="Print the difference of the file; write nothing."),
)
"""The options of the command."""


def run(case: str, name: str, file: str, as_json: bool, *, dry_run: bool, **asked: Any) -> None:
    """Import and report; the difference goes to stdout, notes to stderr."""
    from ..importing import import_data

    found = import_data(case, name, file, asked["cells"], _wanted(asked), dry_run=dry_run)
    if as_json:
        print_json(found.as_json())
        return
    if dry_run and found.diff:
        click.echo(found.diff, nl=False)
    click.echo(str(found), err=dry_run)


def _wanted(asked: dict[str, Any]) -> Any:
    from ..importing.wanted import Wanted, rate

    rates = {}
    for text in asked["rates"]:
        found = rate(text)
        if found is None or (asked["currency"] and found[2] != asked["currency"]):
            into = asked["currency"] or "USD"
            raise click.UsageError(f"--fx takes a rate such as 'HKD=0.128 {into}', found {text!r}")
        rates[found[0]] = found[1]
    if rates and not asked["currency"]:
        raise click.UsageError("--fx needs --currency, which money becomes")
    return Wanted(
        rename=_pairs("--rename", asked["rename"]),
        units=_pairs("--units", (asked["units"] or "").split(",")),
        currency=asked["currency"] or "",
        fx=rates,
        source=asked["source"],
        why=asked["why"],
        unit=asked["unit"],
    )


def _pairs(option: str, texts: Any) -> dict[str, str]:
    found = {}
    for text in texts:
        if text.strip():
            name, equals, value = text.partition("=")
            if not equals:
                raise click.UsageError(f"{option} takes NAME=VALUE, found {text!r}")
            found[name.strip()] = value.strip()
    return found
