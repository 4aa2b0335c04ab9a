"""Which scopes have a sheet of their own, in the order in which a reader turns them."""

from __future__ import annotations

from collections.abc import Iterable

from ..assumptions import Case
from ..recording import Recording
from .address import sheet_title


def scope_titles(case: Case, recording: Recording, reserved: Iterable[str]) -> dict[str, str]:
    """The sheet of each scope that has rows, in the order in which a reader turns them; ``reserved`` are taken."""
    taken = {title.casefold() for title in reserved}
    titles: dict[str, str] = {}
    for name in _scopes(case):
        scope = recording.scopes.get(name)
        if scope is not None and scope.rows:
            titles[name] = sheet_title(scope.title.replace(": ", ", "), taken)
            taken.add(titles[name].casefold())
    return titles


def _scopes(case: Case) -> list[str]:
    """Scopes in the order of the flow: what others read first, each segment behind its views, transactions last."""
    schedules = [name for name in case.workings if name not in case.transactions and not _values(case, name)]
    segments = [scope for segment in case.segments.values() for scope in (*segment.views, segment.id)]
    groups = ("parts", "shares", "market", "bridge", *case.transactions, "transactions", "reconciliation")
    return list(dict.fromkeys(("drivers", "financials", *schedules, *segments, *groups)))


def _values(case: Case, scope: str) -> bool:
    return any(scope in segment.views for segment in case.segments.values())
