"""In which order a case is computed: what each formula reads comes first; a circle is named by its path."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
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


def resolve(name: str, scope: str, assumptions: Mapping[str, object], segments: Mapping[str, object]) -> str | None:
    """Return what a name in a formula stands for: an assumption, or the segment whose line it is; None when unknown."""
    for candidate in (f"{scope}.{name}", name):
        if candidate in assumptions:
            return candidate
    head, dot, _ = name.partition(".")
    return f"{head}.*" if dot and head in segments else None
