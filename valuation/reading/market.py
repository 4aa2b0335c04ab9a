"""Reading what the market says of a share beside its price: the range of 52 weeks, and targets of brokers."""

from __future__ import annotations

from typing import Final

from ..assumptions import Assumption
from ..kinds import Kind
from ..problems import nearest
from ..units import Unit
from .session import Session, humanised
from .tree import Entries, Node, Text

MARKET: Final = ("low_52_weeks", "high_52_weeks", "targets")
LABELS: Final = {"low_52_weeks": "Lowest price of 52 weeks", "high_52_weeks": "Highest price of 52 weeks"}


def market(session: Session) -> None:
    """Read the group: each amount in the unit of the quote, and helpers that formulas of the group read.

    Nothing of the value depends on it, so that it may be left out; it stands beside the value on the football field.
    """
    place, node = session.node("market")
    if node is None:
        return
    if not isinstance(node, Entries):
        session.problems.add(place, "market", f"expected {', '.join(MARKET)}")
        return
    for key, child in node:
        if key.text == "targets":
            _targets(session, key, child)
        elif key.text in LABELS:
            _amount(session, f"market.{key.text}", LABELS[key.text], key, child)
        elif isinstance(child, Entries) and child.get("value") is None:
            text = f"{key.text} is not known here{nearest(key.text, MARKET)}"
            session.problems.add(key.place, f"market.{key.text}", text)
        else:
            session.assume(f"market.{key.text}", humanised(key.text), key, child, None)
            session.helpers[f"market.{key.text}"] = key.place
    missing = [name for name in LABELS if node.get(name) is None]
    if len(missing) == 1:
        text = "missing; a range of 52 weeks needs both ends"
        session.problems.add(node.place, f"market.{missing[0]}", text)
    low, high = (session.assumptions.get(f"market.{name}") for name in LABELS)
    if low is not None and high is not None:
        _in_order(session, low, high)


def _targets(session: Session, key: Text, node: Node) -> None:
    """Targets by the name of who said them."""
    if not isinstance(node, Entries) or not list(node):
        text = "expected names with amounts, such as a_broker: {value: 210, unit: USD/ADS}"
        session.problems.add(key.place, "market.targets", text)
        return
    for name, child in node:
        _amount(session, f"market.targets.{name.text}", f"Target of {humanised(name.text)}", name, child)


def _amount(session: Session, name: str, label: str, key: Text, node: Node) -> None:
    """An amount for one quoted share."""
    session.assume(name, label, key, node, Kind("amount of the quote", _quote(session), low=0.0), "market")


def _quote(session: Session) -> Unit:
    """The unit of the price, else money of the case for a share."""
    price = session.assumptions.get("shares.price")
    if price is not None and price.unit is not None:
        return price.unit
    if price is not None and price.plain:
        return price.inputs[0].unit
    return Unit(tuple(sorted(((session.values.currency, 1), ("share", -1)))))


def _in_order(session: Session, low: Assumption, high: Assumption) -> None:
    """Complain about ends the wrong way round, where they are plain numbers."""
    if low.plain and high.plain and low.inputs[0].base > high.inputs[0].base:
        text = f"expected at most the highest price, {high.written}; found {low.written}"
        session.problems.add(low.origin.place, low.name, text)
