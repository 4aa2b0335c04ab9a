"""What a terminal shows of work that takes time, on stderr, so that stdout stays clean; elsewhere nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Show = Callable[[int, int], None]


@contextmanager
def progress(silent: bool, what: str = "simulating") -> Iterator[Show | None]:
    """Open a bar, which appears with the first draws; None where nothing is to be shown."""
    if silent or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(file=sys.stderr))
    task = bar.add_task(what, total=None, start=False)

    def show(done: int, whole: int) -> None:
        if not bar.tasks[task].started:  # what is refused before the first draw leaves no bar behind
            bar.start()
            bar.start_task(task)
        bar.update(task, completed=done, total=whole)

    try:
        yield show
    finally:
        if bar.tasks[task].started:
            bar.stop()


@contextmanager
def working(silent: bool, what: str) -> Iterator[None]:
    """A sign that something is going on, for work whose length is not known."""
    if silent or not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(file=sys.stderr).status(f"{what} ..."):
        yield
