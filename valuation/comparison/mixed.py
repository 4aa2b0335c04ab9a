"""A case put together from two: each part of it from A or from B, and of the rest only what the value hangs on."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from ..assumptions import Case
from ..expressions import names_in
from ..order import order, resolve
from .difference import FRAME, Piece, merged
from .differences import looked_for

T = TypeVar("T")
FRAME_FIELDS = ("date", "years", "base_year", "discount_base", "share_count")


def mixed(a: Case, b: Case, steps: Container[Piece], switched: Container[Piece]) -> Case:
    """Return case A with the ``switched`` pieces of case B.

    ``steps`` are all pieces that any step switches: one that only one case has is there when its step says so. Other
    things that only one case has, such as helpers of formulas and schedules, are there when something reads them.
    Raises ValueError when formulas read each other in a circle, and KeyError when a name that is read is not there.
    """

    def of(field: str) -> dict[str, Any]:
        ours, theirs = getattr(a, field), getattr(b, field)
        return _picked(field, ours, theirs, steps, switched)

    frame = {name: getattr(b if (FRAME, name) in switched else a, name) for name in FRAME_FIELDS}
    whole = replace(
        a,
        assumptions=of("assumptions"),
        workings=of("workings"),
        segments=of("segments"),
        transactions=of("transactions"),
        peers=of("peers"),
        correlations=(),
        scenarios={},
        reconciliations=(),
        **frame,
    )
    return _pruned(whole)


def _picked(
    field: str, ours: Mapping[str, T], theirs: Mapping[str, T], steps: Container[Piece], switched: Container[Piece]
) -> dict[str, T]:
    found: dict[str, T] = {}
    for name in merged(ours, theirs):
        first, second = (theirs, ours) if (field, name) in switched else (ours, theirs)
        if name in first:
            found[name] = first[name]
        elif (field, name) not in steps:
            found[name] = second[name]
    return found


def _pruned(case: Case) -> Case:
    """The case with only what its value per share hangs on, in the order in which that is computed."""
    ordering = order(_roots(case), lambda name: _reads(case, name))
    if ordering.circles:
        raise ValueError(f"a formula cannot read itself: {' -> '.join(ordering.circles[0])}")
    names = set(ordering.names)
    scopes = {name.removesuffix(".*") for name in names if name.endswith(".*")}
    assumptions = {name: found for name, found in case.assumptions.items() if name in names}
    return replace(
        case,
        assumptions=assumptions,
        workings={name: found for name, found in case.workings.items() if name in scopes},
        segments={name: found for name, found in case.segments.items() if name in scopes},
        bridge=tuple(name for name in assumptions if name.startswith("bridge.")),
        order=tuple(name for name in ordering.names if name.removesuffix(".*") not in case.transactions),
    )


def _roots(case: Case) -> Iterator[str]:
    """What the value per share is made of: parts, what is looked for by name, and transactions with their parts."""
    yield from (name for name in case.assumptions if looked_for(name))
    yield from (f"{name}.*" for name in case.parts)
    if case.share_count is not None:
        yield from _names(case, case.share_count.given)
    for name, transaction in case.transactions.items():
        yield from (f"{transaction.part}.*", f"{name}.*")


def _reads(case: Case, name: str) -> Iterable[str]:
    """What an assumption, a working or a segment reads."""
    scope, _, last = name.rpartition(".")
    if last == "*":
        return _scope_reads(case, scope)
    assumption = case.assumptions[name]
    lined = {*case.workings, *case.segments} - {*case.transactions}
    found = (
        resolve(read.dotted, assumption.scope, case.assumptions, lined, name)
        for read in names_in(assumption.expression)
    )
    return [target for target in found if target is not None]


def _scope_reads(case: Case, scope: str) -> Iterator[str]:
    if scope in case.workings:
        yield from _names(case, case.workings[scope].given)
    segment = case.segments.get(scope)
    if segment is not None:
        yield f"{scope}.owned"
        if segment.has_net_debt:
            yield f"{scope}.net_debt"
        yield from segment.weights
        yield from (f"{view}.*" for view in segment.views if view != scope)


def _names(case: Case, given: Mapping[str, Any]) -> Iterator[str]:
    """The assumptions among what a working is given."""
    for value in given.values():
        if isinstance(value, Mapping):
            yield from _names(case, value)
        elif isinstance(value, str) and value in case.assumptions:
            yield value
