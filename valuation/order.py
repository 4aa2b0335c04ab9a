"""In which order a case is computed: what each formula reads comes first; a circle is named by its path."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, field


@dataclass
class Ordering:
    """Names in an order in which everything read comes before its reader, and the circles found on the way."""

    names: list[str] = field(default_factory=list)
    circles: list[tuple[str, ...]] = field(default_factory=list)


def order(names: Iterable[str], reads: Callable[[str], Iterable[str]]) -> Ordering:
    """Sort names by what they read, keeping the given order otherwise. Works without recursion."""
    result, done = Ordering(), set[str]()
    for start in names:
        _visit(start, reads, done, result)
    return result


def _visit(start: str, reads: Callable[[str], Iterable[str]], done: set[str], result: Ordering) -> None:
    path: list[str] = []
    waiting: list[tuple[str, bool]] = [(start, False)]
    while waiting:
        name, leaving = waiting.pop()
        if leaving:
            path.pop()
            done.add(name)
            result.names.append(name)
        elif name in path:
            result.circles.append((*path[path.index(name) :], name))
        elif name not in done:
            path.append(name)
            waiting.append((name, True))
            waiting.extend((other, False) for other in reversed(list(reads(name))))


def resolve(
    name: str, scope: str, assumptions: Container[str], workings: Container[str], reader: str = ""
) -> str | None:
    """Return what a name in a formula stands for; None when it is unknown.

    The name is looked up in its own scope, then in the scopes around it, as an assumption ('cloud.wacc') or as a line
    of a working, for which 'cloud.*' stands. The assumption that reads it, ``reader``, is meant only where nothing else
    can be: ``revenue: = revenue`` in a method of a segment reads the segment's revenue.
    """
    around, itself = scope, None
    while True:
        full = f"{around}.{name}" if around else name
        head = full.rpartition(".")[0]
        if full in assumptions and full != reader:
            return full
        itself = reader if full == reader else itself
        if "." in name and head in workings:
            return f"{head}.*"
        if not around:
            return itself
        around = around.rpartition(".")[0]
