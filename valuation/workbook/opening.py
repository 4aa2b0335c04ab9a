"""Opening a workbook to look at it: what its cells, names and properties say, whoever saved it last.

Programs save the same book in different ways: texts shared or inline, formulas shared down a column, names of XML with
prefixes. Here they come out alike. Nothing is computed, and a hostile file is refused (``package``).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from .address import Cell
from .cells import Budget, Cells, Spot, Value, column_number, unescaped
from .package import Package, plain

MOST_TEXTS: Final = 500_000
MOST_SHEETS: Final = 500

_TARGET: Final = re.compile(r"(?:'((?:[^']|'')+)'|([^'!]+))!\$?([A-Z]{1,3})\$?([1-9]\d{0,6})")


@dataclass(frozen=True)
class Properties:
    """What the book says of itself; ``custom`` holds its custom document properties as texts, by name."""

    title: str = ""
    subject: str = ""
    author: str = ""
    category: str = ""
    description: str = ""
    custom: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class OpenedBook:
    """A workbook as it stands in its file; rows and columns count from 0.

    ``sheets`` are the titles in order. ``constants`` holds by sheet and (row, column) what somebody typed: a number
    as float, a text, True or False, an ErrorValue. ``formulas`` holds the formulas, each with its =, and ``stored``
    their last computed values. Formulas of arrays and data tables are put into braces. ``names`` are the
    book's defined names with what they refer to, without =.
    """

    path: Path
    sheets: tuple[str, ...]
    formulas: Mapping[str, Mapping[Spot, str]]
    constants: Mapping[str, Mapping[Spot, Value]]
    stored: Mapping[str, Mapping[Spot, Value]]
    names: Mapping[str, str]
    properties: Properties

    def named(self, name: str) -> Cell | None:
        """The one cell that a defined name refers to; None where it refers to something else or is not there."""
        found = _TARGET.fullmatch(self.names.get(name, ""))
        if found is None:
            return None
        title = found[1].replace("''", "'") if found[1] else found[2]
        return Cell(title, int(found[4]) - 1, column_number(found[3]))


def open_book(path: str | Path) -> OpenedBook:
    """Read a workbook.

    Raises InvalidAssumptions, with the path as place, for what is no workbook, is damaged, is too large in any way or
    carries macros, links to other books or entities; OSError for a file that cannot be read.
    """
    with Package(Path(path)) as package:
        return _Opening(package).book()


class _Opening:
    """A workbook while its parts are read."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.texts: list[str] = []

    def book(self) -> OpenedBook:
        package = self.package
        roots = self._relations("")
        main = next((target for kind, target in roots.values() if kind == "officeDocument"), "xl/workbook.xml")
        relations = self._relations(main)
        sheets, names = self._sheets_and_names(main)
        by_kind = dict(relations.values())
        read = {main, "xl/workbook.xml"}
        if "sharedStrings" in by_kind:
            self._read_texts(by_kind["sharedStrings"])
            read.add(by_kind["sharedStrings"])
        found: dict[str, Cells] = {}
        budget = Budget(package)
        for title, relation in sheets:
            kind, target = relations.get(relation, ("", ""))
            if not target:
                raise package.refuse(f"has no part for its sheet {title!r}")
            found[title] = Cells(budget, self.texts, title)
            if kind == "worksheet":
                found[title].read(target)
                read.add(target)
        properties = self._properties(roots)
        for name in package.documents:
            if name not in read:
                package.read(name, self._look_for_links if name.endswith(".rels") else None)
        return OpenedBook(
            path=package.path,
            sheets=tuple(found),
            formulas={title: sheet.formulas for title, sheet in found.items()},
            constants={title: sheet.constants for title, sheet in found.items()},
            stored={title: sheet.stored for title, sheet in found.items()},
            names=names,
            properties=properties,
        )

    def _relations(self, part: str) -> dict[str, tuple[str, str]]:
        """What a part refers to: by id, the kind and the name of the other part."""
        folder, name = posixpath.split(part)
        found: dict[str, tuple[str, str]] = {}

        def start(element: str, attributes: dict[str, str]) -> None:
            self._look_for_links(element, attributes)
            if element == "Relationship":
                target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", "")))
                kind = attributes.get("Type", "").rpartition("/")[2]
                found[attributes.get("Id", "")] = (kind, target.lstrip("/"))

        relations = posixpath.join(folder, "_rels", f"{name}.rels")
        if relations in self.package:
            self.package.read(relations, start)
        return found

    def _look_for_links(self, element: str, attributes: dict[str, str]) -> None:
        """Refuse what is fetched from outside; links that somebody may click are no harm."""
        if element == "Relationship" and attributes.get("TargetMode") == "External":
            kind = attributes.get("Type", "").rpartition("/")[2]
            if kind != "hyperlink":
                where = attributes.get("Target", "")[:80]
                raise self.package.refuse(f"refers to something outside ({kind[:40]}: {where}), which is not read")

    def _sheets_and_names(self, part: str) -> tuple[list[tuple[str, str]], dict[str, str]]:
        sheets: list[tuple[str, str]] = []
        names: dict[str, str] = {}
        current: list[str] = []

        def start(element: str, attributes: dict[str, str]) -> None:
            if element == "sheet":
                relation = next((text for name, text in attributes.items() if plain(name) == "id"), "")
                sheets.append((attributes.get("name", ""), relation))
            elif element == "definedName" and "localSheetId" not in attributes:
                current[:] = [attributes.get("name", "")]

        def end(element: str, text: str) -> None:
            if element == "definedName" and current:
                names[current.pop()] = text.strip().removeprefix("=")

        self.package.read(part, start, end)
        titles = [title.lower() for title, _ in sheets]
        twice = next((title for title, _ in sheets if titles.count(title.lower()) > 1), None) if sheets else ""
        if twice == "":
            raise self.package.refuse("expected an Excel workbook, found one without sheets")
        if len(sheets) > MOST_SHEETS:
            raise self.package.refuse(f"expected at most {MOST_SHEETS} sheets, found {len(sheets):,}")
        if twice is not None:
            raise self.package.refuse(f"has the sheet {twice!r} twice")
        return sheets, names

    def _read_texts(self, part: str) -> None:
        """Read the texts that cells share; what stands over a text to say how it is spoken is left out."""
        pieces: list[str] = []
        spoken = False

        def start(element: str, attributes: dict[str, str]) -> None:
            nonlocal spoken
            if element == "si":
                pieces.clear()
            spoken = spoken or element == "rPh"

        def end(element: str, text: str) -> None:
            nonlocal spoken
            if element == "t" and not spoken:
                pieces.append(text)
            elif element == "rPh":
                spoken = False
            elif element == "si":
                self.texts.append(unescaped("".join(pieces)))
                if len(self.texts) > MOST_TEXTS:
                    raise self.package.refuse(f"expected at most {MOST_TEXTS:,} different texts, found more")

        self.package.read(part, start, end)

    def _properties(self, roots: Mapping[str, tuple[str, str]]) -> Properties:
        core: dict[str, str] = {}
        custom: dict[str, str] = {}
        current = ""

        def own(element: str, text: str) -> None:
            core[element] = text

        def start(element: str, attributes: dict[str, str]) -> None:
            nonlocal current
            if element == "property":
                current = attributes.get("name", "")

        def end(element: str, text: str) -> None:
            if element not in ("property", "Properties"):
                custom[current] = text

        for kind, target in roots.values():
            if kind == "core-properties" and target in self.package:
                self.package.read(target, None, own)
            elif kind == "custom-properties" and target in self.package:
                self.package.read(target, start, end)
        title, subject, author, category, description = (
            unescaped(core.get(word, "")) for word in ("title", "subject", "creator", "category", "description")
        )
        return Properties(title, subject, author, category, description, custom)
