"""A case beside the texts of its files: the files that a book was written from, and the files as they are now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

from ..assumptions import Assumption, Case, Correlation, Input
from ..problems import Place
from .places import Scalar, YamlText
from .splice import Patch, patched
from .tables import CsvCell, cells_of

BOM: Final = "\ufeff"
Holds = Callable[[Case], bool]
"""A test of the case read back."""


@dataclass
class Texts:
    """The texts of the files of a case, each exactly as it is, by name within its folder."""

    folder: str
    texts: dict[str, str]
    _yaml: dict[str, YamlText] = field(default_factory=dict, repr=False)

    @classmethod
    def on_disk(cls, case: Case) -> Texts:
        """Read the files of a case byte for byte: line endings stay, and a mark of the byte order stays in front."""
        root = Path(case.folder)
        names = [name for name in case.files if name != "evidence.yaml" or (root / name).is_file()]
        return cls(case.folder, {name: (root / name).read_bytes().decode("utf-8") for name in names})

    def name(self, place: Place) -> str:
        """The name of a place's file within the folder."""
        return place.within(self.folder).file

    def yaml(self, place: Place) -> YamlText:
        """The YAML file of a place."""
        name = self.name(place)
        if name not in self._yaml:
            stem = Path(name).stem
            self._yaml[name] = YamlText(self.texts[name].removeprefix(BOM), "" if stem == "case" else stem)
        return self._yaml[name]

    def csv(self, place: Place) -> list[list[CsvCell]]:
        """The cells of the CSV file of a place."""
        return cells_of(self.texts[self.name(place)].removeprefix(BOM))

    def line(self, place: Place, offset: int) -> int:
        """The line of a character of a file."""
        return self.texts[self.name(place)].removeprefix(BOM).count("\n", 0, offset) + 1

    def with_patches(self, patches: dict[str, list[Patch]]) -> dict[str, str]:
        """The new texts of the files that change."""
        new = {}
        for name, found in patches.items():
            text = self.texts[name]
            mark = BOM if text.startswith(BOM) else ""
            new[name] = mark + patched(text.removeprefix(BOM), found)
        return {name: text for name, text in new.items() if text != self.texts[name]}


@dataclass
class Side:
    """A case, its texts, and its inputs, assumptions and pairs by name."""

    case: Case
    texts: Texts

    @classmethod
    def carried(cls, case: Case) -> Side:
        """The side of a book: the case that it was written from, with the texts that it carries."""
        return cls(case, Texts(case.folder, dict(case.files)))

    @classmethod
    def on_disk(cls, case: Case) -> Side:
        """The side of the files."""
        return cls(case, Texts.on_disk(case))

    @cached_property
    def inputs(self) -> dict[str, Input]:
        """Every input by name."""
        return {found.name: found for found in self.case.inputs}

    @cached_property
    def owners(self) -> dict[str, Assumption]:
        """The assumption of every input, by the input's name."""
        return {found.name: one for one in self.case.assumptions.values() for found in one.inputs}

    @cached_property
    def pairs(self) -> dict[frozenset[str], Correlation]:
        """Correlations by their two names."""
        return {frozenset(found.between): found for found in self.case.correlations}

    def scalar(self, found: Input) -> Scalar | None:
        """The scalar in which an input stands."""
        if found.span is None:
            return None
        if found.span.place.file.endswith(".csv"):
            return self._cell(found.span.place)
        return self.texts.yaml(found.span.place).scalar(found.span.place)

    def _cell(self, place: Place) -> Scalar | None:
        """The cell of a CSV file as a scalar, without the blanks around it."""
        rows = self.texts.csv(place)
        cell = rows[place.line - 1][place.column - 1]
        lead, value = len(cell.value) - len(cell.value.lstrip()), cell.value.strip()
        if cell.quoted:
            return Scalar(value, "", cell.start, cell.end, False, None)
        start = cell.start + lead
        places = tuple(range(start, start + len(value)))
        return Scalar(value, "", start, start + len(value), False, places, tuple(at + 1 for at in places))

    def spelling(self, found: Input) -> str:
        """What the file says for an input: its number or its distribution, as it is written."""
        scalar = self.scalar(found)
        if scalar is None or found.span is None:
            return found.written
        return scalar.value[found.span.start : found.span.end]


@dataclass(frozen=True)
class Change:
    """One thing that changes in a file: what it is named, what it was and becomes, and the characters."""

    name: str
    cell: str
    place: Place
    old: str
    new: str
    patches: tuple[Patch, ...]
    holds: Holds | None = None
    note: str = ""


@dataclass(frozen=True)
class Conflict:
    """A value that was changed in the book and, otherwise, in the files."""

    name: str
    cell: str
    then: str
    book: str
    files: str
    place: Place
