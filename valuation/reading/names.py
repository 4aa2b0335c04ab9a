"""Names: what formulas read, in which order to compute, and names that nothing knows or nothing reads."""

from __future__ import annotations

from collections.abc import Iterator

from ..assumptions import Assumption
from ..checks.standards import is_declared
from ..dilution import SHARE_COUNT
from ..expressions import Name, bare_columns, names_in
from ..order import resolve
from ..problems import Place, nearest
from .groups import HOLDING, SHARES
from .market import MARKET
from .peers import column_complaint
from .segments import COMMON
from .session import Session


def reads(session: Session, name: str) -> Iterator[str]:
    """Yield what an assumption, a working or a segment reads, for the order of computing."""
    scope, _, last = name.rpartition(".")
    if last == "*":
        yield from (other for other in session.assumptions if other.startswith(f"{scope}."))
        segment = session.segments.get(scope)
        yield from (f"{view}.*" for view in (segment.views if segment else ()) if view != scope)
        return
    assumption = session.assumptions[name]
    misread = session.attempted - set(session.assumptions)
    for read_name in names_in(assumption.expression):
        if {f"{assumption.scope}.{read_name.dotted}", read_name.dotted} & misread:
            continue  # what could not be read is no line of its segment, and leads into no circle
        target = resolve(read_name.dotted, assumption.scope, session.assumptions, lined(session), name)
        if target is not None:
            yield target


def lined(session: Session) -> set[str]:
    """The scopes whose lines formulas may read: all workings but transactions, which come after everything."""
    return {*session.workings, *session.segments} - {*session.transactions}


def check_overrides(session: Session) -> None:
    """Complain about replacing values that name nothing."""
    known = [*session.assumptions, *(found.name for a in session.assumptions.values() for found in a.inputs)]
    for name in session.overrides:
        if name not in session.values.used and name not in session.assumptions:
            session.problems.add(session.override_place, name, f"is no assumption{nearest(name, known)}")


def check_names(session: Session, circles: list[tuple[str, ...]]) -> None:
    """Complain about unknown names, unused helpers and circles."""
    used: set[str] = set()
    for assumption in session.assumptions.values():
        for read_name in names_in(assumption.expression):
            used.update(_check_name(session, assumption, read_name))
        for bare in bare_columns(assumption.expression):
            text = f"expected a statistic such as median({bare}): a column is no single number"
            session.problems.add(assumption.origin.place, assumption.name, text)
    for name, place, column in session.columns:
        _check_peers(session, name, place, f"{column.table}.{column.column}")
    unread = session.attempted - set(session.assumptions)  # a formula that could not be read may read anything
    for name, place in session.helpers.items():
        if name not in used and not unread and not session.overrides and not is_declared(name):
            _unused(session, name, place)
    for circle in circles:
        names = [name.removesuffix(".*") for name in circle]
        place = next(
            (session.assumptions[n].origin.place for n in circle if n in session.assumptions), session.gathered.place
        )
        session.problems.add(place, names[0], f"a formula cannot read itself: {' -> '.join(names)}")


def _unused(session: Session, name: str, place: Place) -> None:
    scope, _, word = name.rpartition(".")
    working = session.workings.get(scope)
    groups = {"shares": [*SHARES, *SHARE_COUNT.parameters], "market": [*MARKET]}
    names = [*working.calculation.parameters, *COMMON] if working else groups.get(scope, [*HOLDING])
    what = f"is no assumption of {working.calculation.name}" if working else "is not known here"
    session.problems.add(place, name, f"{word} {what} and no formula reads it{nearest(word, names)}")


def _check_name(session: Session, assumption: Assumption, name: Name) -> list[str]:
    scope = assumption.scope
    if name.dotted == "period":
        return []
    head, _, rest = name.dotted.partition(".")
    if head == "peers":
        _check_peers(session, assumption.name, assumption.origin.place, rest)
        return []
    target = resolve(name.dotted, scope, session.assumptions, lined(session), assumption.name)
    misread = {f"{scope}.{name.dotted}", name.dotted} & session.attempted
    if target is None and misread:
        return list(misread)  # its own problem is reported where it stands
    if target is None:
        place = assumption.origin.place
        around = [scope, scope.partition(".")[0]]
        siblings = [n.removeprefix(f"{s}.") for s in around for n in session.assumptions if n.startswith(f"{s}.")]
        if place.line:
            place = Place(place.file, place.line, place.column + max(assumption.written.find(name.dotted), 0))
        session.problems.add(
            place,
            assumption.name,
            f"{name.dotted} is not known{nearest(name.dotted, [*siblings, *session.assumptions])}",
        )
        return []
    return [target]


def _check_peers(session: Session, name: str, place: Place, rest: str) -> None:
    complaint = column_complaint(session.gathered.peers, session.values.day, rest)
    if complaint:
        session.problems.add(place, name, complaint)
