"""One noun for tables: laid out once, then printed by the terminal and shown as HTML by notebooks.

    Table("Transactions, USD/ADS", (Column("route"), Column("after", right=True)), ((("sale", "12.40"),),))

A cell is a text that is formatted already. What tells an analyst more than once stands in ``notes`` below the rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

Text = str | tuple[str, ...]
"""A text, or the pieces of one of which some may be Bold."""

LINE: Final = "1px solid rgba(128, 128, 128, 0.45)"
CELL: Final = "padding: 0.15em 0.7em; border: none; white-space: pre-wrap; vertical-align: top"
BRIEF: Final = 12
TONES: Final = {"error": "#c62828", "warning": "#b26a00", "info": "#3f7cac"}


class Bold(str):
    """A text that stands out."""

    __slots__ = ()


class Toned(str):
    """A word whose colour says how grave it is: error, warning or info."""

    __slots__ = ()


@dataclass(frozen=True)
class Column:
    """A column: its heading, with the unit of its numbers where it has one.

    Numbers stand at the ``right``; a ``whole`` column keeps its texts on one line.
    """

    heading: str
    right: bool = False
    whole: bool = False


Cells = tuple[Text, ...]
Group = tuple[Cells, ...]


@dataclass(frozen=True)
class Table:
    """A table with a title, columns, groups of rows with a rule between them, and notes below.

    ``most`` rows are shown by the terminal, which then says so with ``rest``; notebooks show all. ``above`` puts a
    long title on a line of its own, where a narrow table would fold it.
    """

    title: Text
    columns: tuple[Column, ...]
    groups: tuple[Group, ...]
    notes: tuple[Text, ...] = ()
    above: bool = False
    most: int | None = None
    rest: str = "the first {most} of {all}; --json has all"

    def __post_init__(self) -> None:
        wrong = [row for row in self.rows if len(row) != len(self.columns)]
        if wrong:
            raise ValueError(f"expected {len(self.columns)} cells in a row, found {wrong[0]!r}")

    @property
    def rows(self) -> list[Cells]:
        """The rows of all groups."""
        return [row for group in self.groups for row in group]

    def html(self) -> str:
        """The table for a notebook: escaped, without colours of its own, so that light and dark pages suit it."""
        head = "".join(f'<th style="{_style(one)}">{escape(one.heading)}</th>' for one in self.columns)
        caption = f'<caption style="{CAPTION}">{_html(self.title)}</caption>' if plain(self.title) else ""
        bodies = "".join(f"<tbody>{self._body(group, last)}</tbody>" for group, last in _marked(self.groups))
        notes = "".join(f'<div style="margin: 0.1em 0">{_html(note)}</div>' for note in self.notes)
        table = (
            f'<table style="border-collapse: collapse; color: inherit; {DIGITS}">{caption}'
            f'<thead><tr style="border-bottom: {LINE}; background: none">{head}</tr></thead>{bodies}</table>'
        )
        return f'<div style="overflow-x: auto; margin: 0.5em 0">{table if self.columns else ""}{notes}</div>'

    def _body(self, group: Group, last: bool) -> str:
        rule = "" if last else f"border-bottom: {LINE}; "
        rows = []
        for number, row in enumerate(group, 1):
            cells = "".join(
                f'<td style="{_style(one)}">{_html(cell)}</td>' for one, cell in zip(self.columns, row, strict=True)
            )
            rows.append(f'<tr style="{rule if number == len(group) else ""}background: none">{cells}</tr>')
        return "".join(rows)

    def text(self, most: int | None = None) -> str:
        """The table as plain text, for a ``repr`` and for files; of many rows the first ``most``."""
        heads = [one.heading for one in self.columns]
        rows = [[plain(cell) for cell in row] for row in self.rows[:most]]
        widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
        left = len(self.rows) - len(rows)
        lines = [
            "  ".join(
                f"{cell:>{width}}" if one.right else f"{cell:<{width}}"
                for one, cell, width in zip(self.columns, row, widths, strict=True)
            ).rstrip()
            for row in ([heads, *rows] if self.columns else [])
        ]
        lines += [f"... and {left} more"] if left else []
        return "\n".join(line for line in [plain(self.title), *lines, *map(plain, self.notes)] if line)


DIGITS: Final = "font-variant-numeric: tabular-nums"
CAPTION: Final = "caption-side: top; text-align: left; font-weight: 600; color: inherit; padding: 0.2em 0"


class Shown:
    """What shows itself in a notebook: its tables, and its picture where there is one and matplotlib is there."""

    def tables(self) -> Sequence[Table]:
        """The tables that say what it is."""
        raise NotImplementedError

    def picture(self) -> str:
        """A picture of it as HTML that carries it; nothing without one."""
        return ""

    def _repr_html_(self) -> str:
        return page(self.tables(), self.picture())

    def __repr__(self) -> str:
        return "\n".join(table.text(BRIEF) for table in self.tables())


def page(tables: Iterable[Table], picture: str = "") -> str:
    """Tables below each other as HTML, with a picture behind the first."""
    first, *others = [table.html() for table in tables] or [""]
    return "".join([first, picture, *others])


def plain(text: Text) -> str:
    """A text without what stands out in it."""
    return text if isinstance(text, str) else "".join(text)


def pieces(text: Text) -> tuple[str, ...]:
    """The pieces of a text."""
    return (text,) if isinstance(text, str) else text


def note(text: Text) -> Table:
    """A table that is one note."""
    return Table("", (), (), (text,))


def _html(text: Text) -> str:
    return "".join(_piece(piece) for piece in pieces(text))


def _piece(piece: str) -> str:
    if isinstance(piece, Toned):
        return f'<span style="color: {TONES.get(piece, "inherit")}; font-weight: 600">{escape(piece)}</span>'
    return f"<b>{escape(piece)}</b>" if isinstance(piece, Bold) else escape(piece)


def _style(column: Column) -> str:
    return f"{CELL}; text-align: {'right' if column.right else 'left'}{'; white-space: nowrap' if column.whole else ''}"


def _marked(groups: tuple[Group, ...]) -> Iterable[tuple[Group, bool]]:
    kept = [group for group in groups if group]
    return [(group, group is kept[-1]) for group in kept]
