"""Reading a segment: its method's parameters, what is common to all segments, and helpers of its formulas."""

from __future__ import annotations

import difflib
import re
from typing import Any, Final

from ..assumptions import DEFAULT, GROUPS, Segment
from ..calculation import Parameter
from ..kinds import MONEY, SHARE, Choice, Kind, Table
from ..lines import snake
from ..methods import METHODS, Method
from ..problems import Place, nearest
from .files import NAME
from .session import TITLE, Session, humanised
from .tree import Entries, Node, Text

COMMON: Final = ("name", "method", "owned", "net_debt", "note", "discounted")
MOST_WORDS: Final = 4
YES_OR_NO: Final = {"yes": True, "true": True, "no": False, "false": False}
WHOLE: Final = "Sum of the parts"


def segment(session: Session, name: str, place: Place, node: Node) -> None:
    """Read one segment; what is wrong with it is a problem, and the segment is then left out."""
    if not NAME.fullmatch(name) or name in GROUPS or name in ("peers", "parts", "period"):
        session.problems.add(
            place, name, "expected a segment name of small letters, digits and _ that is not a group's"
        )
        return
    if not isinstance(node, Entries):
        session.problems.add(node.place, name, "expected the segment's name, method and assumptions")
        return
    method = _method(session, name, node)
    if method is None:
        return
    title = _title(session, name, node)
    note = node.get("note")
    if note is not None and not isinstance(note, Text):
        session.problems.add(note.place, f"{name}.note", "expected note to be a text")
    given = _parameters(session, name, node, method)
    _common(session, name, node)
    _helpers(session, name, node, method)
    session.segments[name] = Segment(
        name,
        title,
        method,
        given,
        _discounted(session, name, node, method),
        f"{name}.net_debt" in session.assumptions,
        note.text if isinstance(note, Text) else "",
        node.place,
    )


def _title(session: Session, name: str, node: Entries) -> str:
    """The segment's name on sheets, which no other segment may have."""
    given = node.get("name")
    place, title = node.key("name"), humanised(name)
    if isinstance(given, Text) and re.fullmatch(TITLE, given.text.strip(), re.DOTALL):
        place, title = given.place, given.text.strip()
    elif given is not None:
        found = repr(given.text) if isinstance(given, Text) else "something else"
        session.problems.add(given.place, f"{name}.name", f"expected a name, found {found}")
    if any(snake(other.name) == snake(title) for other in session.segments.values()) or snake(title) == snake(WHOLE):
        session.problems.add(place, f"{name}.name", f"expected a name of its own, found {title!r} again")
    return title


def _method(session: Session, name: str, node: Entries) -> Method | None:
    word = node.get("method")
    if not isinstance(word, Text):
        found = "missing" if word is None else "found something else"
        session.problems.add(node.key("method"), f"{name}.method", f"{found}; expected one of {', '.join(METHODS)}")
        return None
    if word.text not in METHODS:
        session.problems.add(word.place, f"{name}.method", f"{word.text!r} is no method{nearest(word.text, METHODS)}")
        return None
    return METHODS[word.text]


def _discounted(session: Session, name: str, node: Entries, method: Method) -> bool:
    word = node.get("discounted")
    if word is None:
        return method.name == "stake"
    text = word.text.strip().lower() if isinstance(word, Text) else "something else"
    if text not in YES_OR_NO:
        session.problems.add(word.place, f"{name}.discounted", f"expected yes or no, found {text}")
    return YES_OR_NO.get(text, False)


def _parameters(session: Session, segment: str, node: Entries, method: Method) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for parameter in method.parameters.values():
        child = node.get(parameter.name)
        name = f"{segment}.{parameter.name}"
        if child is None and name in session.overrides and not isinstance(parameter.kind, Table):
            child = Text(session.override_place, session.overrides[name])
        if child is None:
            if parameter.required:
                session.problems.add(node.place, name, f"missing; {method.name} needs it: {parameter.label}")
            else:
                _default(session, given, name, parameter, node.place)
            continue
        given[parameter.name] = _parameter(session, name, parameter, node.key(parameter.name), child)
    return given


def _parameter(session: Session, name: str, parameter: Parameter, place: Place, node: Node) -> Any:
    match parameter.kind:
        case Choice(words=words):
            if name in session.overrides:
                session.values.used.add(name)
                node = Text(session.override_place, session.overrides[name])
            word = node.text.strip() if isinstance(node, Text) else "something else"
            if word not in words:
                near, hint = difflib.get_close_matches(word, words, n=1), ""
                if near and len(words) > MOST_WORDS:
                    hint = f"; did you mean {near[0]}"
                session.problems.add(node.place, name, f"expected {' or '.join(words)}, found {word}{hint}")
            return word
        case Table() as table:
            return _table(session, name, table, node)
        case Kind() as kind:
            session.assume(name, parameter.label, Text(place, parameter.name), node, kind)
            return name


def _default(session: Session, given: dict[str, Any], name: str, parameter: Parameter, place: Place) -> None:
    if isinstance(parameter.kind, Choice):
        given[parameter.name] = parameter.default
    elif parameter.default is not None:
        unit = " " + str(session.values.money_unit()) if parameter.kind == MONEY else ""
        text = Text(place, f"{parameter.default:g}{unit}")
        source = Text(place, DEFAULT)
        node = Entries(place, ((Text(place, "value"), text), (Text(place, "source"), source)))
        session.assume(name, parameter.label, Text(place, parameter.name), node, parameter.kind)
        given[parameter.name] = name


def _table(session: Session, name: str, table: Table, node: Node) -> dict[str, dict[str, str]]:
    rows: dict[str, dict[str, str]] = {}
    if not isinstance(node, Entries) or not node.entries:
        session.problems.add(node.place, name, f"expected named rows with {', '.join(table.fields)}")
        return rows
    for key, row in node:
        if not isinstance(row, Entries):
            session.problems.add(row.place, f"{name}.{key.text}", f"expected {', '.join(table.fields)}")
            continue
        if not NAME.fullmatch(key.text):
            session.problems.add(key.place, name, f"expected a name of small letters, digits and _, found {key.text!r}")
            continue
        rows[key.text] = _table_row(session, f"{name}.{key.text}", humanised(key.text), table, row)
    return rows


def _table_row(session: Session, name: str, label: str, table: Table, row: Entries) -> dict[str, str]:
    fields: dict[str, str] = {}
    for key, _ in row:
        if key.text not in table.fields:
            session.problems.add(key.place, name, f"{key.text} is not known here{nearest(key.text, table.fields)}")
    for field_name, kind in table.fields.items():
        child = row.get(field_name)
        if child is None and field_name not in table.defaults:
            session.problems.add(row.place, name, f"{field_name} is missing")
            continue
        if child is None:
            child = _defaulted(row.place, f"{table.defaults[field_name]:g}")
        session.assume(f"{name}.{field_name}", f"{label}, {field_name}", Text(row.place, field_name), child, kind)
        fields[field_name] = f"{name}.{field_name}"
    return fields


def _common(session: Session, segment: str, node: Entries) -> None:
    owned = node.get("owned") or _defaulted(node.place, "100%")
    session.assume(f"{segment}.owned", "Owned by the group", Text(node.key("owned"), "owned"), owned, SHARE)
    debt = node.get("net_debt")
    if debt is not None:
        session.assume(
            f"{segment}.net_debt", "Net debt of the segment", Text(node.key("net_debt"), "net_debt"), debt, MONEY
        )


def _helpers(session: Session, segment: str, node: Entries, method: Method) -> None:
    known = {*COMMON, *method.parameters}
    for key, child in node:
        if key.text not in known:
            name = f"{segment}.{key.text}"
            session.helpers[name] = key.place
            session.assume(name, humanised(key.text), key, child, None)


def _defaulted(place: Place, text: str) -> Entries:
    return Entries(place, ((Text(place, "value"), Text(place, text)), (Text(place, "source"), Text(place, DEFAULT))))
