"""What ``valuation new`` asks, or takes as flags, and what it says at the end."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from .options import together

if TYPE_CHECKING:
    from ..starting import Leaving, PartWish, Started, Wish

T = TypeVar("T")


options = together(
    click.option("-o", "folder", type=click.Path(), default="assumptions", show_default=True,
                 help="The folder that holds cases."),
    click.option("--company", help="Its name as it is shown [default: from NAME]."),
    click.option("--currency", help="Of all money of the case, such as CNY [default: USD]."),
    click.option("--quote", help="What the price is of, such as USD/ADS [default: the currency per share]."),
    click.option("--date", "day", help="Valuation date, such as 2026-02-02 [default: today]."),
    click.option("--base-year", type=int, help="Last fiscal year before the forecast [default: the year before]."),
    click.option("--years", type=int, default=10, show_default=True, help="Fiscal years that are forecast."),
    click.option("--price", type=float, help="Price of the quoted share or ADS."),
    click.option("--shares", type=float, help="Diluted ordinary shares, in millions."),
    click.option("--fx", type=float, help="The case's currency for one of the quote's."),
    click.option("--ads-ratio", type=float, help="Ordinary shares behind one ADS."),
    click.option("--part", "parts", multiple=True, metavar="NAME=METHOD",
                 help="A part with its method, or several, and what is owned: Cloud=dcf+multiple, Pay=stake:33%."),
    click.option("--transaction", "leaving", multiple=True, metavar="PART=ROUTE",
                 help="A part that may leave, and its route: cloud=carve_out."),
    click.option("-y", "--yes", is_flag=True, help="Ask nothing; what is not said gets a placeholder."),
)  # fmt: skip
"""The options of the command."""


def run(name: str, *, folder: str, yes: bool, **said: Any) -> None:
    """Ask what was not said, write the case, and say what comes next."""
    from ..starting import start

    ask = sys.stdin.isatty() and not yes
    started = start(_wish(name, said, ask), folder)
    _tell(started)


def _wish(name: str, said: dict[str, Any], ask: bool) -> Wish:
    from ..starting import Leaving, PartWish, Wish

    title = name.replace("_", " ").title()
    company = said["company"] or (click.prompt("Company", default=title) if ask else title)
    currency = said["currency"] or (click.prompt("Currency of the case", default="USD") if ask else "USD")
    quote = said["quote"] or (click.prompt("The price is of", default=f"{currency}/share") if ask else "")
    today = date.today().isoformat()
    day = said["day"] or (click.prompt("Valuation date", default=today) if ask else today)
    foreign, ads = bool(quote) and not quote.startswith(currency), quote.endswith("/ADS")
    numbers = {
        "price": _number(said["price"], f"Price, {quote or currency}", ask),
        "shares": _number(said["shares"], "Diluted shares, in millions", ask),
        "fx": _number(said["fx"], f"{currency} for one {quote[:3]}", ask and foreign),
        "ads_ratio": _number(said["ads_ratio"], "Shares behind one ADS", ask and ads),
    }
    parts = _read(said["parts"], PartWish.read, "--part") or (_ask_parts() if ask else ())
    leaving = _read(said["leaving"], Leaving.read, "--transaction")
    if ask and not leaving:
        leaving = _ask_leaving([part.id for part in parts])
    whole = (PartWish("Core business", ("dcf",)),)
    return Wish(id=name, company=company, currency=currency.strip().upper() if ask else currency, date=day, quote=quote,
                base_year=said["base_year"], years=said["years"], parts=parts or whole, leaving=leaving,
                **numbers)  # fmt: skip


def _number(said: float | None, words: str, ask: bool) -> float | None:
    """What was said, or is answered; no answer leaves a placeholder."""
    if said is not None or not ask:
        return said
    answer = click.prompt(f"{words} (empty: a placeholder)", default="", show_default=False, type=str)
    try:
        return float(answer.replace(",", "")) if answer.strip() else None
    except ValueError:
        click.echo(f"expected a number, found {answer!r}", err=True)
        return _number(said, words, ask)


def _read(texts: tuple[str, ...], read: Callable[[str], T], option: str) -> tuple[T, ...]:
    try:
        return tuple(read(text) for text in texts)
    except ValueError as error:
        raise click.UsageError(f"{option}: {error}") from None


def _ask_parts() -> tuple[PartWish, ...]:
    from ..methods import METHODS
    from ..starting import PartWish

    click.echo("\nWhich parts has the group? Methods, one or several such as dcf+multiple:")
    for name, found in sorted(METHODS.items()):
        click.echo(f"  {name:14} {found.summary.replace('`', '')}")
    parts: list[PartWish] = []
    while True:
        name = click.prompt("Part (empty: no more)", default="", show_default=False)
        if not name.strip():
            if parts:
                return tuple(parts)
            click.echo("at least one part is needed", err=True)
            continue
        method = click.prompt("  its method", default="dcf")
        owned = click.prompt("  owned by the group", default="100%")
        try:
            parts.append(PartWish.read(f"{name}={method}:{owned.strip().removesuffix('%')}%"))
        except ValueError as error:
            click.echo(str(error), err=True)


def _ask_leaving(parts: list[str]) -> tuple[Leaving, ...]:
    from ..starting import Leaving
    from ..transactions import ROUTES

    part = click.prompt(
        f"May a part leave the group? ({', '.join(parts)}; empty: none)", default="", show_default=False
    )
    if not part.strip():
        return ()
    for name, found in sorted(ROUTES.items()):
        click.echo(f"  {name:14} {found.summary.replace('`', '')}")
    return (Leaving.read(f"{part}={click.prompt('  its route', default='carve_out')}"),)


def _tell(started: Started) -> None:
    case = started.case
    click.echo(f"{case} written: {len(started.files)} files, and {started.evidence} for facts")
    click.echo("All its numbers are placeholders, each marked: replace them one by one. Next:")
    click.echo(f"  valuation check {case}")
    click.echo(f"  valuation run {case}")
    click.echo(f"  {_grep(case)}")


def _grep(case: Path) -> str:
    """How to find what is left to do."""
    return f"grep -rn Placeholder {case}"
