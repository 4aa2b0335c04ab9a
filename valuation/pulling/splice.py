"""New text of a file: patches that replace the edited characters and leave every other byte as it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Final

from .places import Mapping, Scalar, YamlText

_UNSAFE: Final = re.compile(r"^[\s\-?:,\[\]{}#&*!|>'\"%@`~=]|:(\s|$)|\s#|[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]|\s$")
_UNSAFE_IN_FLOW: Final = re.compile(r"[,\[\]{}]")
_ORDER: Final = ("value", "base", "unit", "source", "why")


@dataclass(frozen=True, order=True)
class Patch:
    """Characters of a file, from ``start`` to ``end``, and what stands there instead."""

    start: int
    end: int
    text: str


class Overlap(ValueError):
    """Two patches change the same characters."""


def patched(text: str, patches: Iterable[Patch]) -> str:
    """Return a text with its patches; those at one place follow each other in the order given."""
    pieces, at = [], 0
    for patch in sorted(patches, key=lambda patch: (patch.start, patch.end)):
        if patch.start < at:
            raise Overlap(f"characters {patch.start} to {at} are changed twice")
        pieces += [text[at : patch.start], patch.text]
        at = patch.end
    return "".join([*pieces, text[at:]])


# Scalars ----------------------------------------------------------------------------------------------------------


def escaped(text: str, style: str) -> str:
    """Return a text as a scalar of this quoting spells it."""
    if style == "'":
        return text.replace("'", "''")
    if style == '"':
        return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return text


def replaced(scalar: Scalar, start: int, end: int, text: str) -> Patch | None:
    """Replace characters of a scalar's value; None where the file does not tell where they stand."""
    found = scalar.between(start, end)
    return None if found is None else Patch(*found, escaped(text, scalar.style))


def quoted(text: str, flow: bool) -> str:
    """Spell a text as a scalar of its own: plain where YAML reads it back, else in double quotes."""
    if text and not _UNSAFE.search(text) and not (flow and _UNSAFE_IN_FLOW.search(text)):
        return text
    body = escaped(text, '"')
    return '"' + re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]", lambda c: f"\\u{ord(c[0]):04x}", body) + '"'


def reworded(scalar: Scalar, text: str) -> list[Patch]:
    """Replace the words of a text that changed, so that its lines and quotes stay; else the whole of it."""
    words = [(m.start(), m.end()) for m in re.finditer(r"\S+", scalar.value)]
    new = text.split()
    if scalar.places is None or not words or not new or "\n" in text.strip():
        return [_anew(scalar, text)]
    old = [scalar.value[start:end] for start, end in words]
    patches = []
    for tag, first, last, begin, stop in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        put = escaped(" ".join(new[begin:stop]), scalar.style)
        patches.append(_words(scalar, words, first, last, put))
    return patches


def _words(scalar: Scalar, words: Sequence[tuple[int, int]], first: int, last: int, put: str) -> Patch:
    """Replace the words from ``first`` to ``last``; a word more or less takes its blank with it."""
    assert scalar.places is not None
    if put and first < last:
        return Patch(scalar.places[words[first][0]], scalar.ends[words[last - 1][1] - 1], put)
    if first > 0:
        before = scalar.ends[words[first - 1][1] - 1]
        end = scalar.ends[words[last - 1][1] - 1] if last > first else before
        return Patch(before, end, f" {put}" if put else "")
    after = scalar.places[words[last][0]]
    return Patch(scalar.places[words[0][0]], after, f"{put} " if put else "")


def _anew(scalar: Scalar, text: str) -> Patch:
    return Patch(scalar.start, scalar.end, quoted(text, scalar.flow))


def whole(file: YamlText, scalar: Scalar, text: str) -> Patch:
    """Spell a scalar anew on one line, where replacing its words would not read back."""
    raw = file.text[scalar.start : scalar.end]
    ending = raw[len(raw.rstrip()) :] if scalar.style in (">", "|") else ""
    return Patch(scalar.start, scalar.end, quoted(text, scalar.flow) + ending)


# Entries ----------------------------------------------------------------------------------------------------------


def with_field(file: YamlText, mapping: Mapping, key: str, text: str) -> Patch:
    """Add ``key: text`` to the mapping of an assumption, behind the field that it usually follows."""
    before = _ORDER[: _ORDER.index(key)]
    node = next(child for name in reversed(before) if (child := mapping.get(name)) is not None)
    return _behind(file, mapping, node, f"{key}: {text}")


def with_entry(file: YamlText, mapping: Mapping, key: str, text: str) -> Patch:
    """Add ``key: text`` at the end of a mapping."""
    if not mapping.node.value:
        at = mapping.node.start_mark.index + 1
        return Patch(at, at, f"{key}: {text}")
    return _behind(file, mapping, mapping.node.value[-1][1], f"{key}: {text}")


def _behind(file: YamlText, mapping: Mapping, node: Any, entry: str) -> Patch:
    end = file.end_of(node)
    if mapping.flow:
        return Patch(end, end, f", {entry}")
    line = re.compile(r"[^\r\n]*").match(file.text, end)
    at = line.end() if line else end
    return Patch(at, at, f"{file.newline}{' ' * mapping.column}{entry}")


def wrapped(file: YamlText, node: Any, key: str, text: str) -> list[Patch] | None:
    """Turn a value that stands alone into ``{value: ..., key: text}``; None where that has no room on its line."""
    start, end = node.start_mark.index, file.end_of(node)
    raw = file.text[start:end]
    if node.id == "scalar" and (node.style or "") in (">", "|"):
        return None
    if node.id == "sequence" and not raw.startswith("["):
        return None
    return [Patch(start, start, "{value: "), Patch(end, end, f", {key}: {text}}}")]


def without_entry(file: YamlText, mapping: Mapping, key: str) -> Patch | None:
    """Take an entry out of a mapping, with its line or its comma; the last leaves braces. None if it is not there."""
    pairs = mapping.node.value
    number = next((n for n, (name, _) in enumerate(pairs) if name.value == key), None)
    if number is None:
        return None
    name, child = pairs[number]
    if len(pairs) == 1:
        start = mapping.node.start_mark.index
        before = file.text[:start].rstrip()
        if mapping.flow:
            return Patch(start, file.end_of(mapping.node), "{}")
        return Patch(len(before), file.end_of(child), " {}") if before.endswith(":") else None
    if not mapping.flow:
        start = file.text.rfind("\n", 0, name.start_mark.index) + 1
        end = file.text.find("\n", file.end_of(child))
        return Patch(start, len(file.text) if end < 0 else end + 1, "")
    if number + 1 < len(pairs):
        return Patch(name.start_mark.index, pairs[number + 1][0].start_mark.index, "")
    return Patch(file.end_of(pairs[number - 1][1]), file.end_of(child), "")
