"""Reading schedules and transactions: workings that are no parts of the company."""

from __future__ import annotations

from typing import Final

from ..assumptions import Transaction
from ..problems import Place, nearest
from ..schedules import SCHEDULES
from ..transactions import ROUTES
from .session import Session
from .tree import Entries, Node, Text
from .workings import calculation, helpers, title, usable_id, working

SCHEDULE_KEYS: Final = ("name", "schedule", "note")
TRANSACTION_KEYS: Final = ("name", "route", "part", "note")


def schedule(session: Session, name: str, place: Place, node: Node) -> None:
    """Read one schedule: what it is of, and what it is given."""
    if not usable_id(session, name, place, "schedule"):
        return
    if not isinstance(node, Entries):
        session.problems.add(node.place, name, "expected schedule and its assumptions")
        return
    found = calculation(session, name, node, "schedule", SCHEDULES)
    if found is not None:
        working(session, name, node, found, title(session, name, node))
        helpers(session, name, node, SCHEDULE_KEYS)


def transaction(session: Session, name: str, place: Place, node: Node) -> None:
    """Read one transaction: its route, the part that it moves, and its terms."""
    if not usable_id(session, name, place, "transaction"):
        return
    if not isinstance(node, Entries):
        session.problems.add(node.place, name, "expected route, part and terms")
        return
    found = calculation(session, name, node, "route", ROUTES)
    part = node.get("part")
    parts = [*session.segments]  # a memo too: a unit inside a part, such as a chip maker inside its cloud
    if not isinstance(part, Text) or part.text not in parts:
        word = part.text if isinstance(part, Text) else ""
        text = f"{word} is no part{nearest(word, parts)}" if word else f"missing; expected one of {', '.join(parts)}"
        session.problems.add(node.key("part"), f"{name}.part", text)
        return
    if found is not None:
        shown = title(session, name, node)
        working(session, name, node, found, shown)
        helpers(session, name, node, TRANSACTION_KEYS)
        session.transactions[name] = Transaction(name, shown, part.text, node.place)
