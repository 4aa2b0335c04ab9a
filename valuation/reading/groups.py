"""Reading what is not a segment: drivers, shares, the holding discount, the bridge and reconciliations."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any, Final

from ..assumptions import Reconciliation, Working
from ..dilution import SHARE_COUNT
from ..kinds import MONEY, PERCENTAGE, SHARE, Kind
from ..problems import nearest
from .dirichlet import read_shares
from .files import NAME
from .session import Session, humanised
from .tree import Entries, Items, Text
from .workings import parameters

DISCOUNT_BASES: Final = ("nothing", "stakes", "net asset value")
HOLDING: Final = ("discount", "applies_to")
SHARES: Final = {
    "diluted": "m shares", "ads_ratio": "shares/ADS", "fx": "CNY/USD", "price": "USD/ADS", "second_price": "USD/ADS",
    "second_fx": "CNY/HKD",
}  # fmt: skip


def group(session: Session, group: str, kind: Kind | None, *, but: Collection[str] = ()) -> None:
    """Read a group of named values; each becomes an assumption of that group, but those that others read."""
    place, node = session.node(group)
    if node is None:
        return
    if not isinstance(node, Entries):
        session.problems.add(place, group, "expected names with values")
        return
    for key, child in node:
        if key.text not in but and not (group == "drivers" and read_shares(session, f"{group}.{key.text}", key, child)):
            session.assume(f"{group}.{key.text}", humanised(key.text), key, child, kind)


def shares(session: Session) -> Working | None:
    """Read the shares: their number or what it follows from, the ADS ratio, the exchange rate and the price.

    Returns the working of the diluted shares, None where their number is given.
    """
    place, node = session.node("shares")
    counted = isinstance(node, Entries) and node.get("basic") is not None
    if node is None or (isinstance(node, Entries) and node.get("diluted") is None and not counted):
        text = "missing; expected the diluted shares, such as 19194 m shares, or basic shares with grants"
        session.problems.add(place, "shares.diluted", text)
    parts = tuple(SHARE_COUNT.parameters) if counted else ()
    group(session, "shares", None, but=(*parts, *_strange(session, node, parts)))
    for key, _ in node if isinstance(node, Entries) else ():
        if key.text in SHARES:
            _share_count(session, f"shares.{key.text}", SHARES[key.text])
        elif key.text in SHARE_COUNT.parameters and not counted:
            text = f"expected basic, the shares outstanding, beside {key.text}"
            session.problems.add(key.place, f"shares.{key.text}", text)
        elif key.text not in parts:
            session.helpers[f"shares.{key.text}"] = key.place

    if not counted or not isinstance(node, Entries):
        return None
    if node.get("diluted") is not None:
        session.problems.add(node.key("diluted"), "shares.diluted", "expected either diluted or basic, found both")
    given = parameters(session, "shares", node, SHARE_COUNT)
    return Working("shares", "Shares", SHARE_COUNT, given, "", node.place)


def _strange(session: Session, node: Any, parts: Collection[str]) -> list[str]:
    """Tables that the shares do not know, each complained about."""
    entries = node if isinstance(node, Entries) else ()
    tables = [key for key, child in entries if isinstance(child, Entries) and child.get("value") is None]
    strange = [key for key in tables if key.text not in parts]
    for key in strange:
        known = nearest(key.text, [*SHARES, *SHARE_COUNT.parameters])
        session.problems.add(key.place, f"shares.{key.text}", f"{key.text} is not known here{known}")
    return [key.text for key in strange]


def _share_count(session: Session, name: str, example: str) -> None:
    """Refuse a yearly row, a number without a unit, and one that nothing can be divided by."""
    read = session.assumptions.get(name)
    if read is None:
        return
    session.assumptions[name] = replace(read, single=True)
    if not read.plain:
        return
    if read.inputs[0].unit.pure:
        session.problems.add(read.origin.place, name, f"expected a unit such as {example}, found {read.written}")
    elif read.inputs[0].base <= 0:
        session.problems.add(read.origin.place, name, f"expected more than 0, found {read.written}")


def holding(session: Session) -> None:
    """Read the holding discount and what it is taken from."""
    place, node = session.node("holding")
    if node is None:
        return
    if not isinstance(node, Entries):
        session.problems.add(place, "holding", "expected discount and applies_to")
        return
    if node.get("discount") is None:
        session.problems.add(place, "holding.discount", "missing; expected a rate such as 20%")
    for key, child in node:
        if key.text == "discount":
            session.assume("holding.discount", "Holding discount rate", key, child, SHARE)
        elif key.text != "applies_to":
            session.assume(f"holding.{key.text}", humanised(key.text), key, child, PERCENTAGE)
            session.helpers[f"holding.{key.text}"] = key.place


def discount_base(session: Session) -> Any:
    """Return what the holding discount applies to: a word, or the names of parts and bridge items."""
    _, node = session.node("holding")
    base = node.get("applies_to") if isinstance(node, Entries) else None
    if base is None:
        return "stakes"
    if isinstance(base, Text) and base.text in DISCOUNT_BASES:
        return base.text
    names = [item for item in base.items if isinstance(item, Text)] if isinstance(base, Items) else []
    known = [
        *(part.id for part in session.segments.values() if not part.memo),
        *(name for name in session.assumptions if name.startswith("bridge.")),
    ]
    for item in names:
        if item.text not in known:
            session.problems.add(
                item.place, "holding.applies_to", f"{item.text} is no part or bridge item{nearest(item.text, known)}"
            )
        elif [other.text for other in names].index(item.text) < names.index(item):
            session.problems.add(item.place, "holding.applies_to", f"{item.text} stands twice")
    if not names:
        session.problems.add(
            base.place,
            "holding.applies_to",
            f"expected {', '.join(DISCOUNT_BASES)} or a list of parts and bridge items",
        )
    return tuple(item.text for item in names)


def reconciliations(session: Session) -> tuple[Reconciliation, ...]:
    """Read the items that must tie to reported totals."""
    place, node = session.node("reconciliation")
    if node is None:
        return ()
    found: list[Reconciliation] = []
    if not isinstance(node, Entries):
        session.problems.add(place, "reconciliation", "expected names, each with items and total")
        return ()
    for key, child in node:
        items, total = (child.get("items"), child.get("total")) if isinstance(child, Entries) else (None, None)
        if not isinstance(items, Entries) or total is None:
            session.problems.add(child.place, f"reconciliation.{key.text}", "expected items and total")
            continue
        if not NAME.fullmatch(key.text):
            session.problems.add(
                key.place, key.text, "expected a name of at most 60 small letters, digits and _, such as revenue"
            )
            continue
        prefix = f"reconciliation.{key.text}"
        names = []
        for item, value in items:
            segment = session.segments.get(item.text)
            label = f"{humanised(key.text)}, {segment.name if segment else humanised(item.text).lower()}"
            session.assume(f"{prefix}.{item.text}", label, item, value, MONEY)
            names.append(f"{prefix}.{item.text}")
        session.assume(
            f"{prefix}.total", f"{humanised(key.text)}, as reported", Text(total.place, "total"), total, MONEY
        )
        found.append(Reconciliation(key.text, tuple(names), f"{prefix}.total"))
    return tuple(found)
