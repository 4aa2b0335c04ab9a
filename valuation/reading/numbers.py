"""Reading the numbers of one assumption: its unit, its source, percent signs and units behind numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from ..assumptions import DEFAULT, JUDGEMENT, Origin, PeerTable
from ..distributions.spelling import A_NUMBER
from ..kinds import Kind
from ..problems import Place, Problems, nearest
from ..units import NUMBER, RATE, Unit, kept, money, parse_unit, scaled
from .files import CsvTable
from .tree import Items, Node, Text

A_VALUE: Final = "a number, a percentage, a yearly list, fade(...), = formula or ~ distribution"
LONGEST: Final = 600


@dataclass
class Setting:
    """What every value of a case is read with: where complaints go, the case's frame, and what replaces its values."""

    problems: Problems
    currency: str
    years: int
    base_year: int
    facts: frozenset[str] | None
    overrides: Mapping[str, str] = field(default_factory=dict)
    override_place: Place = field(default_factory=lambda: Place("--set"))
    used: set[str] = field(default_factory=set)
    peers: Mapping[str, PeerTable] = field(default_factory=dict)
    day: str = ""
    table: Callable[[str], CsvTable | str | None] = lambda name: f"{name} cannot be read here"

    def money_unit(self) -> Unit:
        """The unit in which a case counts its money."""
        return money(self.currency, "m")


class Numbers:
    """The numbers of one assumption: what unit they must have, and what is wrong with them."""

    def __init__(
        self, setting: Setting, name: str, kind: Kind | None, fields: Mapping[str, Node], content: Node
    ) -> None:
        self.setting, self.name, self.kind, self.fields = setting, name, kind, fields
        self.origin = self._origin(content)
        self.power = 0  # of ten, from the unit as it is written to the one in which amounts are kept
        self.rescaled = False  # whether a number since was written in another scale than it is kept
        self.declared = self._declared()
        self.expected = self.declared if kind is None or kind.free else self._kind_unit(kind)
        self.base = self._base()

    def complain(self, place: Place, text: str) -> None:
        """Add a problem with this assumption; what nobody would read to its end is cut."""
        if len(text) > LONGEST:
            text = f"{text[: LONGEST // 2]} ... and {len(text) - LONGEST // 2:,} characters more"
        self.setting.problems.add(place, self.name, text)

    def _text(self, field_name: str) -> Text | None:
        node = self.fields.get(field_name)
        if node is None or isinstance(node, Text):
            return node
        self.complain(node.place, f"expected {field_name} to be a text")
        return None

    def _origin(self, content: Node) -> Origin:
        source = self.fields.get("source")
        nodes = source.items if isinstance(source, Items) else (source,) if source is not None else ()
        sources = []
        for node in nodes:
            if not isinstance(node, Text):
                self.complain(node.place, "expected a source: an id of evidence or judgement")
                continue
            sources.append(node.text)
            facts = self.setting.facts
            if facts is not None and node.text not in (JUDGEMENT, DEFAULT) and node.text not in facts:
                self.complain(node.place, f"source {node.text} is not in the evidence{nearest(node.text, facts)}")
        why = self._text("why")
        note = self._text("note")
        if JUDGEMENT in sources and (why is None or not why.text.strip()):
            place = nodes[0].place if nodes else content.place
            self.complain(place, "a judgement needs its reason: add why")
        return Origin(
            content.place,
            tuple(sources),
            why.text.strip() if why else "",
            note.text if note else "",
            self._day("as_of"),
            owner.text.strip() if (owner := self._text("owner")) else "",
            self._day("changed"),
        )

    def _day(self, field_name: str) -> str:
        """A date of an assumption; '' when none is given."""
        text = self._text(field_name)
        if text is None:
            return ""
        try:
            return date.fromisoformat(text.text.strip()).isoformat()
        except ValueError:
            self.complain(text.place, f"expected {field_name} to be a date such as 2026-02-02, found {text.text!r}")
            return ""

    def _declared(self) -> Unit | None:
        text = self._text("unit")
        if text is None:
            return None
        unit = parse_unit(text.text)
        if unit is None:
            self.complain(
                text.place, f"expected a unit such as {self.setting.currency} m, %, x or years; found {text.text!r}"
            )
            return None
        wanted = None if self.kind is None or self.kind.free else self._kind_unit(self.kind)
        unit, self.power = kept(unit, wanted)
        if wanted is not None and not _alike(unit, wanted):
            self.complain(text.place, f"expected {wanted}, found {text.text}")
            return None
        return unit

    def _kind_unit(self, kind: Kind) -> Unit:
        if kind.each is not None:
            return replace(self.setting.money_unit() / kind.each, shown="number")
        return kind.unit if kind.unit is not None else self.setting.money_unit()

    def _base(self) -> float | None:
        text = self._text("base")
        if text is None:
            return None
        return self.number(text, None)

    def number(self, node: Text, default: float | None, *, part: str | None = None) -> float | None:
        """Read a number with its percent sign or unit; ``part`` is a piece of the node's text, such as an argument."""
        text = (part if part is not None else node.text).strip()
        found = A_NUMBER.fullmatch(text)
        value = float(found[1].replace("_", "")) if found else math.nan
        if found is None or not math.isfinite(value):
            self.complain(node.place, self._not_a_number(text))
            return None
        if found[2] == "%":
            return self._percentage(node, value, text)
        return self._with_unit(node, value, found[2], text)

    def _not_a_number(self, text: str) -> str:
        if re.fullmatch(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?(\s*%|\s+[A-Za-z].*)?", text):
            return f"expected a number without commas, found {text}; did you mean {text.replace(',', '')}"
        wanted = "a percentage such as 10%" if self.expected is RATE else A_VALUE
        return f"expected {wanted}, found {text!r}"

    def _percentage(self, node: Text, value: float, text: str) -> float | None:
        if self.expected is None:
            self.expected = RATE
        if not self.expected.pure:
            self.complain(node.place, f"expected {self.expected}, found the percentage {text}")
            return None
        return scaled(value, -2)

    def _with_unit(self, node: Text, value: float, unit_text: str | None, text: str) -> float | None:
        unit = parse_unit(unit_text) if unit_text else None
        if unit_text and unit is None:
            self.complain(
                node.place, f"expected a number with a unit such as {self.setting.currency} m, found {text!r}"
            )
            return None
        power = self.power
        if unit is not None:
            unit, power = kept(unit, self.expected)
            if self.expected is None:
                self.expected = unit
            elif not _alike(unit, self.expected):
                self.complain(node.place, f"expected {self.expected}, found {text}")
                return None
            self.declared = self.declared or unit
        self.rescaled |= power != 0
        wanted = self.expected
        if wanted is not None and wanted.shown == "rate" and wanted.pure and abs(value) > 1:
            self.complain(node.place, f"expected a percentage, found {text}; did you mean {text}%")
            return None
        if (
            self.kind is not None
            and not self.kind.free
            and wanted is not None
            and not wanted.pure
            and self.declared is None
            and value != 0
        ):
            self.complain(node.place, f"expected a unit: {text} is not said to be {wanted}; add unit: {wanted}")
            return None
        return scaled(value, power)

    def input_unit(self) -> Unit:
        """The unit of the numbers read."""
        return self.expected if self.expected is not None else NUMBER

    def check_bounds(self, node: Text, value: float) -> None:
        """Complain about a value outside the bounds of its kind."""
        low = self.kind.low if self.kind else None
        high = self.kind.high if self.kind else None
        if (low is not None and value < low) or (high is not None and value > high):
            unit = "%" if self.kind is not None and self.kind.unit is RATE else ""
            shown = [f"{100 * v:g}%" if unit else f"{v:g}" for v in (low, high) if v is not None]
            wanted = f"between {shown[0]} and {shown[1]}" if len(shown) == 2 else f"at least {shown[0]}"
            self.complain(node.place, f"expected a value {wanted}, found {node.text.strip()}")

    def plain(self, place: Place, text: str) -> float | None:
        """Read a number that has no unit: a probability, a shape."""
        found = A_NUMBER.fullmatch(text.strip())
        value = float(found[1].replace("_", "")) if found else math.nan
        if found is None or found[2] not in (None, "%") or not math.isfinite(value):
            self.complain(place, f"expected a number or percentage, found {text.strip()!r}")
            return None
        return scaled(value, -2) if found[2] == "%" else value


def _alike(unit: Unit, wanted: Unit) -> bool:
    """Whether a unit is the wanted one; years, rates and multiples are all numbers but not alike."""
    words = {unit.shown, wanted.shown}
    return unit.like(wanted) and (not unit.pure or len(words) == 1 or not words <= {"rate", "multiple", "years"})
