"""YAML as a small tree in which every text knows its place: file, line and column.

The text is composed, not constructed: doubled keys stay visible, numbers stay as the analyst typed them, and nothing is
converted by YAML's own rules (``no``, ``1e-3``, dates). Anchors and aliases are refused, so no file can blow up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ..problems import Place, Problems
from ..texts import unfit

LARGEST_FILE: Final = 5_000_000
_PLAIN_TAG: Final = re.compile(r"tag:yaml\.org,2002:[a-z]+")  # what YAML makes of texts by itself


@dataclass(frozen=True)
class Text:
    """A scalar as it was typed, or a piece of one, which begins ``offset`` characters into it.

    ``offset`` is None for what stands in no file as it is, such as a default.
    """

    place: Place
    text: str
    offset: int | None = 0

    def piece(self, start: int, end: int) -> Text:
        """Return the characters from ``start`` to ``end``, without the blanks around them."""
        text = self.text[start:end]
        lead = len(text) - len(text.lstrip())
        return Text(self.place, text.strip(), None if self.offset is None else self.offset + start + lead)


@dataclass(frozen=True)
class Items:
    """A list."""

    place: Place
    items: tuple[Node, ...]


@dataclass(frozen=True)
class Entries:
    """A mapping in file order; keys are unique."""

    place: Place
    entries: tuple[tuple[Text, Node], ...]

    def __iter__(self) -> Iterator[tuple[Text, Node]]:
        return iter(self.entries)

    def get(self, key: str) -> Node | None:
        """Return the node under a key, or None."""
        return next((node for text, node in self.entries if text.text == key), None)

    def key(self, key: str) -> Place:
        """Return the place of a key, or of the mapping when the key is missing."""
        return next((text.place for text, _ in self.entries if text.text == key), self.place)


Node = Text | Items | Entries


def read_text(path: Path, problems: Problems) -> str | None:
    """Return a file's text, or None with a problem that names the path."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            problems.add(Place(str(path)), "", f"expected a file under {LARGEST_FILE:,} bytes")
            return None
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        problems.add(Place(str(path)), "", f"cannot be read: {error.strerror or error}")
        return None
    except UnicodeDecodeError as error:
        problems.add(Place(str(path)), "", f"expected UTF-8 text, found another encoding at byte {error.start}")
        return None
    except ValueError:
        problems.add(Place(repr(str(path))), "", "expected the name of a file")
        return None
    if "\x00" in text:
        problems.add(Place(str(path)), "", "expected text, found binary data")
        return None
    return text


def is_file(path: Path) -> bool:
    """Whether there is a file; no for a name that no file can have."""
    try:
        return path.is_file()
    except OSError:
        return False


def read_yaml(path: Path, problems: Problems) -> Node | None:
    """Compose a YAML file into a tree; None with problems when it is unreadable, empty or malformed."""
    text = read_text(path, problems)
    if text is None:
        return None
    if not text.strip():
        problems.add(Place(str(path)), "", "expected assumptions, found an empty file")
        return None
    return parse_yaml(text, str(path), problems)


def parse_yaml(text: str, file: str, problems: Problems) -> Node | None:
    """Compose YAML text; ``file`` names it in places."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)
        problems.add(place, "", f"not valid YAML: {error.problem or error.context}")
        return None
    except (YAMLError, ValueError) as error:
        problems.add(Place(file), "", f"not valid YAML: {str(error).splitlines()[0]}")
        return None
    except RecursionError:
        problems.add(Place(file), "", "nested too deeply")
        return None
    if node is None:
        problems.add(Place(file), "", "expected assumptions, found an empty file")
        return None
    shared = _aliased(node)
    if shared is not None:
        text = "anchors and aliases (& and *) are not used in assumption files: repeat the text"
        problems.add(_place_of(shared, file), "", text)
        return None
    return _tree(node, file, problems)


def _aliased(root: Any) -> Any:
    """Return a node that hangs in two places (an alias), or None; visits each once, so a bomb costs nothing."""
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            return node
        seen.add(id(node))
        for child in node.value if isinstance(node.value, list) else ():
            waiting.extend(child if isinstance(child, tuple) else (child,))
    return None


def _place_of(node: Any, file: str) -> Place:
    return Place(file, node.start_mark.line + 1, node.start_mark.column + 1)


def _tree(node: Any, file: str, problems: Problems) -> Node:
    place = _place_of(node, file)
    if not _PLAIN_TAG.fullmatch(str(node.tag)):
        problems.add(place, "", f"tags such as {str(node.tag).replace('tag:yaml.org,2002:', '!!')} are not used here")
    if node.id == "scalar":
        if complaint := unfit(node.value):
            problems.add(place, "", complaint)
            return Text(place, "?")
        return Text(place, node.value)
    if node.id == "sequence":
        return Items(place, tuple(_rejoined([_tree(child, file, problems) for child in node.value])))
    entries: list[tuple[Text, Node]] = []
    for key_node, child in node.value:
        key = _tree(key_node, file, problems)
        if _is_rest(key, child, entries):
            entries[-1] = (entries[-1][0], _joined(entries[-1][1], key))
            continue
        if not isinstance(key, Text):
            problems.add(key.place, "", "expected a name before the colon")
        elif any(key.text == other.text for other, _ in entries):
            first = next(other.place for other, _ in entries if other.text == key.text)
            problems.add(key.place, key.text, f"stands twice; first on line {first.line}")
        else:
            entries.append((key, _tree(child, file, problems)))
    return Entries(place, tuple(entries))


def _open(node: Node) -> bool:
    """Whether a text ends inside brackets: YAML cuts ``[~ pert(1, 2, 3)]`` at its commas."""
    return isinstance(node, Text) and node.text.count("(") > node.text.count(")")


def _joined(node: Node, rest: Node) -> Node:
    assert isinstance(node, Text) and isinstance(rest, Text)
    return Text(node.place, f"{node.text}, {rest.text}")


def _rejoined(nodes: list[Node]) -> list[Node]:
    """Put together the items of a list that YAML cut inside brackets."""
    whole: list[Node] = []
    for node in nodes:
        if whole and _open(whole[-1]) and isinstance(node, Text):
            whole[-1] = _joined(whole[-1], node)
        else:
            whole.append(node)
    return whole


def _is_rest(key: Node, child: Any, entries: list[tuple[Text, Node]]) -> bool:
    """Whether a key without a value is really the rest of the value before it, cut inside brackets."""
    return (
        isinstance(key, Text) and child.id == "scalar" and child.value == "" and bool(entries) and _open(entries[-1][1])
    )
