"""``--watch``: a command again whenever a file of its case is saved, until Ctrl-C."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from .errors import refusal

if TYPE_CHECKING:
    from watchfiles import Change

SUFFIXES: Final = (".yaml", ".yml", ".csv")
QUIET: Final = 200
"""Milliseconds of silence after which a save counts as done: editors write several times."""

watch_option = click.option(
    "--watch", is_flag=True, help="Do it again whenever a file of the case is saved; Ctrl-C ends."
)

Once = Callable[[], tuple[float, str]]


def watch(case: str, once: Once) -> None:
    """Do a thing at once and after every save; what goes wrong is told and does not end the watch.

    ``once`` returns the value per share and its unit, so that each save says what it moved.
    """
    last: float | None = _attempt(once, None)
    click.echo(f"watching {case}; Ctrl-C ends", err=True)
    try:
        for names in _saves(Path(case)):
            if sys.stdout.isatty():
                click.clear()
            click.echo(f"{datetime.now():%H:%M:%S} saved: {', '.join(names)}")
            last = _attempt(once, last)
    except KeyboardInterrupt:
        pass
    click.echo("stopped watching", err=True)


def _attempt(once: Once, last: float | None) -> float | None:
    """Do it, and say what moved since the last time that it went well; returns the value to compare the next with."""
    try:
        value, unit = once()
    except click.exceptions.Exit:
        return last
    except click.ClickException as error:
        error.show()
        return last
    except Exception as error:
        refusal(error, {}).show()
        return last
    moved = "" if last is None else f", {last:,.2f} before: {value - last:+,.2f}"
    click.echo(f"value per share {value:,.2f} {unit}{moved}")
    return value


def _saves(case: Path) -> Iterator[list[str]]:
    """The names of the files of each save, in order."""
    from watchfiles import watch as watched

    folders = _folders(case)
    for changes in watched(*folders, watch_filter=_wanted, debounce=8 * QUIET, step=QUIET, raise_interrupt=True):
        yield sorted({Path(name).name for _, name in changes})


def _wanted(_: Change, name: str) -> bool:
    path = Path(name)
    return path.suffix.lower() in SUFFIXES and not any(part.startswith(".") for part in path.parts[-3:])


def _folders(case: Path) -> list[Path]:
    """The folder of the case and that of its evidence."""
    from ..problems import Problems
    from ..reading.files import evidence_of, gather

    home = case if case.is_dir() else case.parent
    found = gather(case, Problems(), evidence=False)
    evidence = None if found is None else evidence_of(found)
    return [home] if evidence is None else [home, evidence.parent]
