"""The progress bar of a simulation, on stderr, so that stdout stays clean."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Show = Callable[[int, int], None]


@contextmanager
def progress(silent: bool, what: str = "simulating") -> Iterator[Show | None]:
    """Open a bar, which appears with the first draws; None where nothing is to be shown."""
    if silent:
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
