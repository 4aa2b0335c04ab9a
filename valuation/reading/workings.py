"""Reading a working: the parameters of its calculation, its title and note, and the helpers of its formulas."""

from __future__ import annotations

import difflib
import keyword
import re
from collections.abc import Collection, Mapping
from typing import Any, Final

from ..assumptions import DEFAULT, RESERVED, PeerReference, Working
from ..calculation import Calculation, Parameter
from ..kinds import Choice, Kind, PeerColumn, Table
from ..lines import snake
from ..problems import Place, nearest
from .dirichlet import read_shares
from .files import NAME
from .session import TITLE, Session, humanised
from .tree import Entries, Node, Text

MOST_WORDS: Final = 4
WHOLE: Final = "Sum of the parts"
_PEERS: Final = re.compile(r"=?\s*peers\.(\w+)\.(\w+)")


def usable_id(session: Session, name: str, place: Place, what: str) -> bool:
    """Whether a working may have an id; complains when it may not."""
    if not NAME.fullmatch(name) or name in RESERVED:
        text = f"expected a {what} name of at most 60 small letters, digits and _ that is not a group's"
        session.problems.add(place, name, text)
        return False
    if keyword.iskeyword(name):
        session.problems.add(place, name, f"expected another name: {name} is a word of formulas")
        return False
    if name in session.workings or name in session.segments:
        session.problems.add(place, name, f"expected a {what} name of its own, found {name} again")
        return False
    return True


def working(session: Session, scope: str, node: Entries, found: Calculation, title: str) -> None:
    """Read what a calculation is given and keep it as a working."""
    given = parameters(session, scope, node, found)
    session.workings[scope] = Working(scope, title, found, given, note(session, scope, node), node.place)


def helpers(session: Session, scope: str, node: Entries, known: Collection[str]) -> None:
    """Read the keys of a working that are neither its parameters nor ``known``: values that its formulas read."""
    found = session.workings.get(scope)
    parameters = found.calculation.parameters if found else {}
    for key, child in node:
        if key.text not in parameters and key.text not in known:
            name = f"{scope}.{key.text}"
            if read_shares(session, name, key, child, scope):
                continue
            session.helpers[name] = key.place
            session.assume(name, humanised(key.text), key, child, None, scope)


def note(session: Session, scope: str, node: Entries) -> str:
    """The note of a working, a text."""
    found = node.get("note")
    if found is not None and not isinstance(found, Text):
        session.problems.add(found.place, f"{scope}.note", "expected note to be a text")
    return found.text if isinstance(found, Text) else ""


def title(session: Session, scope: str, node: Entries) -> str:
    """The name of a working on sheets, which no other working may have."""
    given = node.get("name")
    place, text = node.key("name"), humanised(scope.rpartition(".")[2])
    if isinstance(given, Text) and re.fullmatch(TITLE, given.text.strip(), re.DOTALL):
        place, text = given.place, given.text.strip()
    elif given is not None:
        found = repr(given.text) if isinstance(given, Text) else "something else"
        session.problems.add(given.place, f"{scope}.name", f"expected a name, found {found}")
    taken = {snake(found.title) for found in session.workings.values()}
    taken |= {snake(found.name) for found in session.segments.values()}
    if snake(text) in taken or snake(text) == snake(WHOLE):
        session.problems.add(place, f"{scope}.name", f"expected a name of its own, found {text!r} again")
    return text


def calculation(session: Session, scope: str, node: Entries, key: str, register: Mapping[str, Any]) -> Any:
    """The calculation that a key names in its register; None with a problem when it names none."""
    word = node.get(key)
    if not isinstance(word, Text):
        found = "missing" if word is None else "found something else"
        session.problems.add(node.key(key), f"{scope}.{key}", f"{found}; expected one of {', '.join(register)}")
        return None
    if word.text not in register:
        session.problems.add(word.place, f"{scope}.{key}", f"{word.text!r} is no {key}{nearest(word.text, register)}")
        return None
    return register[word.text]


# Parameters ------------------------------------------------------------------------------------------------------


def parameters(session: Session, scope: str, node: Entries, found: Calculation) -> dict[str, Any]:
    """What a calculation is given: for each parameter an assumption's name, a word or a table of them."""
    given: dict[str, Any] = {}
    for parameter in found.parameters.values():
        child = node.get(parameter.name)
        name = f"{scope}.{parameter.name}"
        if child is None and name in session.overrides and not isinstance(parameter.kind, Table):
            child = Text(session.override_place, session.overrides[name])
        if child is None:
            if parameter.required:
                session.problems.add(node.place, name, f"missing; {found.name} needs it: {parameter.label}")
            elif parameter.default is not None:
                given[parameter.name] = _default(session, scope, parameter, node.place)
            continue
        given[parameter.name] = _parameter(session, scope, parameter, node.key(parameter.name), child)
    return given


def _parameter(session: Session, scope: str, parameter: Parameter, place: Place, node: Node) -> Any:
    name = f"{scope}.{parameter.name}"
    match parameter.kind:
        case Choice() as choice:
            if name in session.overrides:
                session.values.used.add(name)
                node = Text(session.override_place, session.overrides[name])
            return _word(session, name, choice, node)
        case PeerColumn():
            return _peers(session, name, node)
        case Table() as table:
            return _table(session, scope, parameter.name, table, node)
        case Kind() as kind:
            session.assume(name, parameter.label, Text(place, parameter.name), node, kind, scope)
            return name


def _word(session: Session, name: str, choice: Choice, node: Node) -> str:
    word = node.text.strip() if isinstance(node, Text) else "something else"
    if word not in choice.words:
        near, hint = difflib.get_close_matches(word, choice.words, n=1), ""
        if near and len(choice.words) > MOST_WORDS:
            hint = f"; did you mean {near[0]}"
        session.problems.add(node.place, name, f"expected {' or '.join(choice.words)}, found {word}{hint}")
    return word


def _peers(session: Session, name: str, node: Node) -> PeerReference | None:
    found = _PEERS.fullmatch(node.text.strip()) if isinstance(node, Text) else None
    if found is None:
        text = node.text if isinstance(node, Text) else "something else"
        session.problems.add(node.place, name, f"expected a column such as peers.chips.ev_sales, found {text}")
        return None
    reference = PeerReference(found[1], found[2])
    session.columns.append((name, node.place, reference))
    return reference


def _default(session: Session, scope: str, parameter: Parameter, place: Place) -> Any:
    if not isinstance(parameter.kind, Kind):
        return parameter.default
    name = f"{scope}.{parameter.name}"
    node = _defaulted(session, place, parameter.kind, parameter.default)
    session.assume(name, parameter.label, Text(place, parameter.name), node, parameter.kind, scope)
    return name


def _defaulted(session: Session, place: Place, kind: Kind, default: float) -> Entries:
    """A default as if it had been written: with its unit, and where it comes from."""
    unit = session.values.money_unit() if kind.unit is None else kind.unit
    written = f"{default:g}" if unit.pure or kind.free else f"{default:g} {unit}"
    value, source = Text(place, written, None), Text(place, DEFAULT, None)
    return Entries(place, ((Text(place, "value"), value), (Text(place, "source"), source)))


def assume_or_default(
    session: Session, scope: str, key: str, label: str, node: Entries, kind: Kind, value: float
) -> None:
    """Read an assumption under a key of a working, or take its default."""
    child = node.get(key) or _defaulted(session, node.place, kind, value)
    session.assume(f"{scope}.{key}", label, Text(node.key(key), key), child, kind, scope)


# Tables ----------------------------------------------------------------------------------------------------------


def _table(session: Session, scope: str, parameter: str, table: Table, node: Node) -> dict[str, dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}
    name = f"{scope}.{parameter}"
    if not isinstance(node, Entries) or not node.entries:
        session.problems.add(node.place, name, f"expected named rows with {', '.join(table.fields)}")
        return rows
    for key, row in node:
        if not isinstance(row, Entries):
            session.problems.add(row.place, f"{name}.{key.text}", f"expected {', '.join(table.fields)}")
            continue
        if not NAME.fullmatch(key.text):
            session.problems.add(
                key.place, name, f"expected a name of at most 60 small letters, digits and _, found {key.text!r}"
            )
            continue
        rows[key.text] = _row(session, scope, f"{name}.{key.text}", humanised(key.text), table, row)
    return rows


def _row(session: Session, scope: str, name: str, label: str, table: Table, row: Entries) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for key, _ in row:
        if key.text not in table.fields:
            session.problems.add(key.place, name, f"{key.text} is not known here{nearest(key.text, table.fields)}")
    for field, kind in table.fields.items():
        child = row.get(field)
        if child is None and field not in table.defaults:
            session.problems.add(row.place, name, f"{field} is missing")
            continue
        default = table.defaults.get(field)
        if child is None and default is None:
            continue
        if isinstance(kind, Choice):
            fields[field] = default if child is None else _word(session, f"{name}.{field}", kind, child)
            continue
        if child is None:
            child = _defaulted(session, row.place, kind, float(default or 0))
        words = f"{label}, {field.replace('_', ' ')}"
        session.assume(f"{name}.{field}", words, Text(row.place, field), child, kind, scope)
        fields[field] = f"{name}.{field}"
    return fields
