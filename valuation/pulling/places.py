"""Where things stand in the text of a YAML file: scalars with start and end, and the mappings around them.

The reader says at which line and column a scalar begins, and which characters of its value spell a number. A scalar of
a file may be quoted, folded over lines, or cut at its commas inside brackets of flow style; here its characters are
found in the file as it is, with its own line endings.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from ..problems import Place

FIELDS_AROUND: Final = "value"
_BLANKS: Final = " \t\r\n"
_CODES: Final = {"x": 2, "u": 4, "U": 8}
_BLANK_ESCAPES: Final = "nt r_NLP\r\n"


@dataclass(frozen=True)
class Scalar:
    """A scalar: its value, its quoting, and where each character of the value stands in the file.

    ``places`` has the first character of each, and last the end of the last one; None where they cannot be told.
    """

    value: str
    style: str
    start: int
    end: int
    flow: bool
    places: tuple[int, ...] | None
    ends: tuple[int, ...] = ()

    def between(self, start: int, end: int) -> tuple[int, int] | None:
        """Return where the characters from ``start`` to ``end`` of the value stand in the file."""
        if self.places is None or not 0 <= start < end <= len(self.value):
            return None
        return self.places[start], self.ends[end - 1]


@dataclass(frozen=True)
class Mapping:
    """A mapping: its keys with their nodes, whether it is in flow style, and the column of its keys."""

    node: Any
    flow: bool
    column: int

    def get(self, key: str) -> Any:
        """The node under a key, or None."""
        return next((child for name, child in self.node.value if name.value == key), None)


@dataclass
class _Around:
    """What is around a node: its parent, and where it stands in it."""

    parent: Any = None
    number: int = 0
    is_key: bool = False
    path: tuple[str, ...] = ()


@dataclass
class YamlText:
    """The text of a YAML file, exactly as it is, and its nodes by line and column. ``stem`` is the file's own name."""

    text: str
    stem: str = ""
    _around: dict[int, _Around] = field(default_factory=dict, repr=False)
    _at: dict[tuple[int, int], list[Any]] = field(default_factory=dict, repr=False)
    _root: Any = field(default=None, repr=False)

    def __post_init__(self) -> None:
        from ruamel.yaml import YAML

        self._root = YAML(typ="safe", pure=True).compose(self.text)
        self._keep(self._root, _Around(path=(self.stem,) if self.stem else ()), flow=False)

    def _keep(self, node: Any, around: _Around, *, flow: bool) -> None:
        self._around[id(node)] = around
        self._at.setdefault((node.start_mark.line + 1, node.start_mark.column + 1), []).append(node)
        if node.id == "scalar":
            return
        for number, child in enumerate(node.value):
            if node.id == "sequence":
                self._keep(child, _Around(node, number, False, (*around.path, str(number))), flow=flow)
                continue
            key, value = child
            path = (*around.path, str(key.value))
            self._keep(key, _Around(node, number, True, path), flow=flow)
            self._keep(value, _Around(node, number, False, path), flow=flow)

    @cached_property
    def newline(self) -> str:
        """How the lines of the file end."""
        return "\r\n" if "\r\n" in self.text else "\n"

    # Scalars ------------------------------------------------------------------------------------------------------

    def scalar(self, place: Place) -> Scalar | None:
        """The scalar that begins at a place, put together where YAML cut it at its commas."""
        node = self._value_at(place, "scalar")
        return None if node is None else self._scalar(node)

    def _value_at(self, place: Place, kind: str) -> Any:
        nodes = self._at.get((place.line, place.column), [])
        return next((n for n in nodes if n.id == kind and not self._around[id(n)].is_key), None)

    def _scalar(self, node: Any) -> Scalar:
        value, end = node.value, node.end_mark.index
        for rest in self._rests(node):
            if value.count("(") <= value.count(")"):
                break
            value, end = f"{value}, {rest.value}", rest.end_mark.index
        start, style = node.start_mark.index, node.style or ""
        raw = self.text[start:end]
        found = _aligned(raw, value, style)
        flow = self._in_flow(node)
        if found is None:
            return Scalar(value, style, start, end, flow, None)
        places, ends = found
        return Scalar(value, style, start, end, flow, tuple(start + p for p in places), tuple(start + p for p in ends))

    def _rests(self, node: Any) -> Iterator[Any]:
        """The scalars behind a node that may be the rest of it."""
        around = self._around[id(node)]
        if around.parent is None:
            return
        for child in around.parent.value[around.number + 1 :]:
            rest, value = child if isinstance(child, tuple) else (child, None)
            if rest.id != "scalar" or (value is not None and (value.id != "scalar" or value.value)):
                return
            yield rest

    def end_of(self, node: Any) -> int:
        """Where a node ends, without the blank lines and comments that YAML counts to it."""
        if node.id == "scalar":
            scalar = self._scalar(node)
            return scalar.start + len(self.text[scalar.start : scalar.end].rstrip())
        if self._is_flow(node) or not node.value:
            return int(node.end_mark.index)
        last = node.value[-1]
        children = last if isinstance(last, tuple) else (last,)
        return max(self.end_of(child) for child in children)

    # Mappings -----------------------------------------------------------------------------------------------------

    def mapping(self, place: Place) -> Mapping | None:
        """The mapping that begins at a place."""
        node = next((n for n in self._at.get((place.line, place.column), []) if n.id == "mapping"), None)
        return None if node is None else self._mapping(node)

    def root(self) -> Mapping:
        """The mapping of the file as a whole."""
        return self._mapping(self._root)

    def under(self, place: Place, key: str = "") -> Mapping | None:
        """The mapping under the key that begins at a place, or the one under a key of that."""
        nodes = self._at.get((place.line, place.column), [])
        name = next((n for n in nodes if n.id == "scalar" and self._around[id(n)].is_key), None)
        if name is None:
            return None
        around = self._around[id(name)]
        found = self.inner(self._mapping(around.parent), str(name.value))
        return self.inner(found, key) if found is not None and key else found

    def inner(self, mapping: Mapping, key: str) -> Mapping | None:
        """The mapping under a key of a mapping."""
        node = mapping.get(key)
        return self._mapping(node) if node is not None and node.id == "mapping" else None

    def _mapping(self, node: Any) -> Mapping:
        column = node.value[0][0].start_mark.column if node.value else node.start_mark.column
        return Mapping(node, self._is_flow(node), column)

    def content(self, place: Place) -> Any:
        """The scalar or list that begins at a place: the node of an assumption's value."""
        return self._value_at(place, "scalar") or self._value_at(place, "sequence")

    def fields(self, place: Place, name: str) -> Mapping | None:
        """The mapping of value, unit, why ... around the value of an assumption; None where the value stands alone.

        The parameter of a method may itself be called value, so the name is held against the path of the node.
        """
        node = self.content(place)
        if node is None:
            return None
        around = self._around[id(node)]
        path, parts = list(around.path), name.split(".")
        if _trailing(path) != _trailing(parts) + 1:
            return None
        return self._mapping(around.parent)

    def field(self, mapping: Mapping, key: str) -> Scalar | None:
        """The scalar under a key of a mapping."""
        node = mapping.get(key)
        return self._scalar(node) if node is not None and node.id == "scalar" else None

    def _is_flow(self, node: Any) -> bool:
        return node.id != "scalar" and self.text[node.start_mark.index : node.start_mark.index + 1] in ("{", "[")

    def _in_flow(self, node: Any) -> bool:
        parent = self._around[id(node)].parent
        return parent is not None and self._is_flow(parent)

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column, from 1, of a character of the file."""
        before = self.text[:offset]
        return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def _trailing(words: list[str]) -> int:
    """How many words at the end are 'value'."""
    return next((n for n, word in enumerate(reversed(words)) if word != FIELDS_AROUND), len(words))


# Characters -------------------------------------------------------------------------------------------------------


def _aligned(raw: str, value: str, style: str) -> tuple[list[int], list[int]] | None:
    """Where each character of a value begins and ends in the raw text; None when they do not agree."""
    at = 0
    if style in ("'", '"'):
        at = 1
    elif style in (">", "|"):
        at = raw.find("\n")
    places, ends = [], []
    for character in value:
        if character.isspace():
            places.append(at)
            ends.append(at)
            continue
        at = _next(raw, at, style)
        taken = _taken(raw, at, character, style)
        if not taken:
            return None
        places.append(at)
        at += taken
        ends.append(at)
    return places, ends


def _next(raw: str, at: int, style: str) -> int:
    """Skip what folds away: blanks, escaped blanks, and comments between the pieces of a plain scalar."""
    while at < len(raw):
        if raw[at] in _BLANKS:
            at += 1
        elif style == '"' and raw[at] == "\\" and raw[at + 1 : at + 2] in tuple(_BLANK_ESCAPES):
            at += 2
        elif style == "" and raw[at] == "#" and at and raw[at - 1] in _BLANKS:
            at = raw.find("\n", at) if "\n" in raw[at:] else len(raw)
        else:
            break
    return at


def _taken(raw: str, at: int, character: str, style: str) -> int:
    """How many characters of the raw text spell one of the value; 0 when they do not."""
    here = raw[at : at + 1]
    if style == '"' and here == "\\":
        code = raw[at + 1 : at + 2]
        if code in _CODES:
            length = _CODES[code]
            return 2 + length if raw[at + 2 : at + 2 + length].lower() == f"{ord(character):0{length}x}" else 0
        return 2 if code == character else 0
    if here != character:
        return 0
    return 2 if style == "'" and character == "'" else 1
