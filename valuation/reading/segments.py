"""Reading a segment: the method that values it, or several with weights, and what the group owns of it."""

from __future__ import annotations

from typing import Final

from ..assumptions import Segment
from ..kinds import MONEY, SHARE
from ..methods import METHODS
from ..problems import Place
from .files import NAME
from .session import Session, humanised
from .tree import Entries, Node, Text
from .workings import assume_or_default, calculation, helpers, note, title, usable_id, working

COMMON: Final = ("name", "method", "methods", "owned", "net_debt", "note", "discounted", "memo")
VIEW: Final = ("name", "method", "weight", "note")
YES_OR_NO: Final = {"yes": True, "true": True, "no": False, "false": False}


def segment(session: Session, name: str, place: Place, node: Node) -> None:
    """Read one segment; what is wrong with it is a problem, and the segment is then left out."""
    if not usable_id(session, name, place, "segment"):
        return
    if not isinstance(node, Entries):
        session.problems.add(node.place, name, "expected the segment's name, method and assumptions")
        return
    shown = title(session, name, node)
    views = (
        _several(session, name, node, shown) if node.get("methods") is not None else _one(session, name, node, shown)
    )
    if not views:
        return
    _common(session, name, node)
    helpers(session, name, node, COMMON)
    only_stakes = all(session.workings[view].calculation.name == "stake" for view in views)
    session.segments[name] = Segment(
        id=name,
        name=shown,
        views=views,
        weights=() if views == (name,) else tuple(f"{view}.weight" for view in views),
        discounted=_yes_or_no(session, name, node, "discounted", only_stakes),
        has_net_debt=f"{name}.net_debt" in session.assumptions,
        memo=_yes_or_no(session, name, node, "memo", False),
        note=note(session, name, node),
        place=node.place,
    )


def _one(session: Session, name: str, node: Entries, shown: str) -> tuple[str, ...]:
    """A segment of one method: the working has the segment's own name."""
    found = calculation(session, name, node, "method", METHODS)
    if found is None:
        return ()
    working(session, name, node, found, shown)
    return (name,)


def _several(session: Session, name: str, node: Entries, shown: str) -> tuple[str, ...]:
    """A segment of several methods: each view is a working of its own with a weight."""
    views = node.get("methods")
    if node.get("method") is not None:
        session.problems.add(node.key("method"), f"{name}.method", "expected either method or methods, found both")
        return ()
    if not isinstance(views, Entries) or not views.entries:
        session.problems.add(node.key("methods"), f"{name}.methods", "expected methods by name, each with its weight")
        return ()
    found = [_view(session, name, key, child, shown) for key, child in views]
    return tuple(scope for scope in found if scope) if all(found) else ()


def _view(session: Session, name: str, key: Text, node: Node, shown: str) -> str:
    scope = f"{name}.{key.text}"
    if not NAME.fullmatch(key.text) or key.text in COMMON:
        session.problems.add(
            key.place, scope, "expected a name of at most 60 small letters, digits and _, such as peers"
        )
        return ""
    if not isinstance(node, Entries):
        session.problems.add(node.place, scope, "expected method, weight and assumptions")
        return ""
    if node.get("method") is None and key.text in METHODS:
        node = Entries(node.place, ((Text(key.place, "method"), Text(key.place, key.text)), *node.entries))
    found = calculation(session, scope, node, "method", METHODS)
    if found is None:
        return ""
    if node.get("weight") is None:
        session.problems.add(node.place, f"{scope}.weight", "missing; expected a share such as 50%")
        return ""
    assume_or_default(session, scope, "weight", "Weight of the method", node, SHARE, 1)
    own = node.get("name")
    words = own.text.strip() if isinstance(own, Text) else humanised(key.text)
    working(session, scope, node, found, f"{shown}: {words}")
    helpers(session, scope, node, VIEW)
    return scope


def _common(session: Session, name: str, node: Entries) -> None:
    assume_or_default(session, name, "owned", "Owned by the group", node, SHARE, 1)
    if node.get("net_debt") is not None:
        assume_or_default(session, name, "net_debt", "Net debt of the segment", node, MONEY, 0)


def _yes_or_no(session: Session, name: str, node: Entries, key: str, default: bool) -> bool:
    word = node.get(key)
    if word is None:
        return default
    text = word.text.strip().lower() if isinstance(word, Text) else "something else"
    if text not in YES_OR_NO:
        session.problems.add(word.place, f"{name}.{key}", f"expected yes or no, found {text}")
    return YES_OR_NO.get(text, default)
