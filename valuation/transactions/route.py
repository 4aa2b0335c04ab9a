"""The register of routes: a route is a calculation that carries out a transaction on one part of the group.

    # transactions/listing.yaml
    route: carve_out
    part: chips
    probability: 40%
    primary: 10000 CNY m

A route gets the part and its parent as they stand before, and gives what the holders of the parent have after it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from ..calculation import Calculation, calculation

ROUTES: Final[dict[str, Route]] = {}
GROUP: Final = "The group"
HOLDERS: Final = "Holders of the parent"
PUBLIC: Final = "Public and new investors"
EMPLOYEES: Final = "Employees"
BUYERS: Final = "Buyer"
OTHERS: Final = "Other owners"
OWNERS: Final[tuple[str, ...]] = (GROUP, HOLDERS, PUBLIC, EMPLOYEES, BUYERS, OTHERS)
"""Who may own shares of a part, in the order in which they are shown."""


@dataclass(frozen=True)
class Before:
    """The part that a route moves and its parent, before the transaction; quantities in the case's money.

    ``equity`` is 100 % of the part's equity as the sum of the parts values it, ``owned`` what the group owns of it;
    ``group_equity`` the equity of the group's holders; ``shares`` the parent's diluted ordinary shares; ``factor`` what
    one unit of money is worth per quoted share of the parent.
    """

    equity: Any
    owned: Any
    group_equity: Any
    shares: Any
    factor: Any


@dataclass(frozen=True)
class Outcome:
    """What a route gives the holders of the parent, in today's money and before it is weighted by ``probability``.

    ``before`` and ``after`` are the two ends, ``has`` what the holders have after by name, ``differences`` the named
    steps from before to after; ``residual`` is after less before less all differences, as a share of before, which is
    nothing. ``change`` is after less before, ``expected`` is it times the probability. ``owners`` is what each of
    ``OWNERS`` has of the part after it, all but the other owners, who have the rest. ``years_until`` and ``lock_up``
    are years, ``entitlement`` the share of an offer kept for the parent's holders; None where the terms have none.
    """

    probability: Any
    before: Any
    after: Any
    has: dict[str, Any]
    differences: dict[str, Any]
    residual: Any
    change: Any
    expected: Any
    owners: dict[str, Any] = field(default_factory=dict)
    years_until: Any = None
    lock_up: Any = None
    entitlement: Any = None


class Route(Calculation):
    """A calculation ``(line, before, *, parameters...) -> Outcome``."""


def route(function: Callable[..., Outcome]) -> Route:
    """Register a function as a route under its own name."""
    entry = calculation(Route, function)
    ROUTES[entry.name] = entry
    return entry
