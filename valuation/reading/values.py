"""Reading one value: a number, a yearly list, a fade, a formula or a distribution, with its unit and source."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from ..assumptions import DEFAULT, JUDGEMENT, Assumption, Input, Origin
from ..distributions import REGISTRY, Distribution, build
from ..expressions import Apply, Expression, FormulaError, InputValue, Listing, Name, Number, parse_formula
from ..methods.kinds import Kind
from ..problems import Place, Problems, nearest
from ..units import FLAG, NUMBER, RATE, YEARS, Unit, money, parse_unit, percent
from .tree import Entries, Items, Node, Text

FIELDS: Final = ("value", "unit", "source", "why", "base", "note")
_NUMBER: Final = re.compile(r"([-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(%|[A-Za-z].*)?")
_FADE: Final = re.compile(r"fade\s*\((?P<body>.*)\)", re.DOTALL)
_FADE_BODY: Final = re.compile(
    r"(?P<start>.+?)(?:\s+for\s+(?P<hold>\S+)\s+years?)?\s+to\s+(?P<end>.+?)\s+over\s+(?P<over>\S+)\s+years?\s*",
    re.DOTALL,
)
_CALL: Final = re.compile(r"(?P<name>[A-Za-z_]\w*)\s*\((?P<body>.*)\)", re.DOTALL)
_NAME: Final = re.compile(r"[A-Za-z_][\w.]*")
A_VALUE: Final = "a number, a percentage, a yearly list, fade(...), = formula or ~ distribution"


@dataclass
class ValueReader:
    """Reads values of one case; complaints go to ``problems``, overrides replace what the files say."""

    problems: Problems
    currency: str
    years: int
    base_year: int
    facts: frozenset[str] | None
    overrides: Mapping[str, str] = field(default_factory=dict)
    override_place: Place = field(default_factory=lambda: Place("--set"))
    used: set[str] = field(default_factory=set)

    def assumption(self, name: str, label: str, node: Node, kind: Kind | None) -> Assumption | None:
        """Read the value under a name; None when it cannot be read, with at least one problem."""
        before = len(self.problems)
        fields = self._fields(name, node)
        content = fields.get("value")
        if content is None:
            self.problems.add(node.place, name, f"expected value: {A_VALUE}")
            return None
        if name in self.overrides:
            self.used.add(name)
            content = Text(self.override_place, self.overrides[name])
        value = _OneValue(self, name, label, kind, fields, content)
        expression = value.read(content)
        if expression is None or len(self.problems) > before:
            return None
        return Assumption(
            name,
            label,
            expression,
            tuple(value.inputs),
            value.expected,
            value.origin,
            value.written(content),
            yearly=bool(kind and kind.yearly),
            single=bool(kind and not kind.yearly),
        )

    def _fields(self, name: str, node: Node) -> dict[str, Node]:
        if not isinstance(node, Entries):
            return {"value": node}
        for key, _ in node:
            if key.text not in FIELDS:
                self.problems.add(key.place, name, f"{key.text} is not known here{nearest(key.text, FIELDS)}")
        return {key.text: child for key, child in node}

    def money_unit(self) -> Unit:
        """The unit in which a case counts its money."""
        return money(self.currency, "m")


class _OneValue:
    """The reading of one assumption: collects its inputs and works out its unit."""

    def __init__(
        self, reader: ValueReader, name: str, label: str, kind: Kind | None, fields: Mapping[str, Node], content: Node
    ) -> None:
        self.reader, self.name, self.label, self.kind = reader, name, label, kind
        self.fields = fields
        self.inputs: list[Input] = []
        self.literals = 0
        self.origin = self._origin(content)
        self.declared = self._declared()
        self.expected = self._expected()
        self.base = self._base()

    # Fields ------------------------------------------------------------------------------------------------------

    def complain(self, place: Place, text: str) -> None:
        self.reader.problems.add(place, self.name, text)

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
            facts = self.reader.facts
            if facts is not None and node.text not in (JUDGEMENT, DEFAULT) and node.text not in facts:
                self.complain(node.place, f"source {node.text} is not in the evidence{nearest(node.text, facts)}")
        why = self._text("why")
        note = self._text("note")
        if JUDGEMENT in sources and (why is None or not why.text.strip()):
            place = nodes[0].place if nodes else content.place
            self.complain(place, "a judgement needs its reason: add why")
        return Origin(content.place, tuple(sources), why.text.strip() if why else "", note.text if note else "")

    def _declared(self) -> Unit | None:
        text = self._text("unit")
        if text is None:
            return None
        unit = parse_unit(text.text)
        if unit is None:
            self.complain(
                text.place, f"expected a unit such as {self.reader.currency} m, %, x or years; found {text.text!r}"
            )
        elif self.kind is not None and not _alike(unit, self._kind_unit(self.kind)):
            self.complain(text.place, f"expected {self._kind_unit(self.kind)}, found {unit}")
            return None
        return unit

    def _kind_unit(self, kind: Kind) -> Unit:
        return kind.unit if kind.unit is not None else self.reader.money_unit()

    def _expected(self) -> Unit | None:
        return self._kind_unit(self.kind) if self.kind is not None else self.declared

    def _base(self) -> float | None:
        text = self._text("base")
        if text is None:
            return None
        return self.number(text, None)

    # Values ------------------------------------------------------------------------------------------------------

    def read(self, content: Node) -> Expression | None:
        """Return the expression of the value and collect its inputs."""
        match content:
            case Items():
                return self._listing(content)
            case Text():
                return self._text_value(content)
            case _:
                self.complain(content.place, f"expected {A_VALUE}, found a mapping")
                return None

    def written(self, content: Node) -> str:
        """Return the value as it was typed."""
        if isinstance(content, Items):
            return ", ".join(item.text for item in content.items if isinstance(item, Text))
        return content.text.strip() if isinstance(content, Text) else ""

    def _text_value(self, node: Text) -> Expression | None:
        text = node.text.strip()
        if text.startswith("="):
            return self._formula(node)
        if _FADE.fullmatch(text):
            return self._fade(node)
        return self.input(self.name, self.label, node, self.base)

    def input(self, name: str, label: str, node: Text, base: float | None = None) -> Expression | None:
        """Read a number or a distribution as an input of its own."""
        if name in self.reader.overrides and name != self.name:
            self.reader.used.add(name)
            node = Text(self.reader.override_place, self.reader.overrides[name])
        text = node.text.strip()
        if text.startswith("~"):
            distribution = self._distribution(node)
            if distribution is None:
                return None
            unit = FLAG if distribution.name == "event" else self._input_unit()
            value = distribution.base if base is None else base
        else:
            number = self.number(node, base)
            if number is None:
                return None
            distribution, value, unit = None, number, self._input_unit()
        self._within_bounds(node, value)
        self.inputs.append(Input(name, label, value, unit, distribution, text, self.origin))
        return InputValue(name)

    def _input_unit(self) -> Unit:
        return self.expected if self.expected is not None else NUMBER

    def _within_bounds(self, node: Text, value: float) -> None:
        low = self.kind.low if self.kind else None
        high = self.kind.high if self.kind else None
        if (low is not None and value < low) or (high is not None and value > high):
            unit = "%" if self.kind is not None and self.kind.unit is RATE else ""
            shown = [f"{100 * v:g}%" if unit else f"{v:g}" for v in (low, high) if v is not None]
            wanted = f"between {shown[0]} and {shown[1]}" if len(shown) == 2 else f"at least {shown[0]}"
            self.complain(node.place, f"expected a value {wanted}, found {node.text.strip()}")

    def number(self, node: Text, default: float | None, *, part: str | None = None) -> float | None:
        """Read a number with its percent sign or unit; ``part`` is a piece of the node's text, such as an argument."""
        text = (part if part is not None else node.text).strip()
        found = _NUMBER.fullmatch(text)
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
        return percent(value)

    def _with_unit(self, node: Text, value: float, unit_text: str | None, text: str) -> float | None:
        unit = parse_unit(unit_text) if unit_text else None
        if unit_text and unit is None:
            self.complain(node.place, f"expected a number with a unit such as {self.reader.currency} m, found {text!r}")
            return None
        if unit is not None:
            if self.expected is None:
                self.expected = unit
            elif not _alike(unit, self.expected):
                self.complain(node.place, f"expected {self.expected}, found {text}")
                return None
            self.declared = self.declared or unit
        wanted = self.expected
        if wanted is not None and wanted.shown == "rate" and wanted.pure and abs(value) > 1:
            self.complain(node.place, f"expected a percentage, found {text}; did you mean {text}%")
            return None
        if self.kind is not None and wanted is not None and not wanted.pure and self.declared is None and value != 0:
            self.complain(node.place, f"expected a unit: {text} is not said to be {wanted}; add unit: {wanted}")
            return None
        return value

    # Lists, fades, formulas, distributions ------------------------------------------------------------------------

    def _listing(self, node: Items) -> Expression | None:
        years = self.reader.years
        if len(node.items) != years:
            self.complain(node.place, f"expected {years} values, one a forecast year; found {len(node.items)}")
            return None
        names = []
        for number, item in enumerate(node.items, start=1):
            year = self.reader.base_year + number
            if not isinstance(item, Text):
                self.complain(item.place, f"expected a number or ~ distribution for {year}")
                continue
            name = f"{self.name}.{year}"
            if self.input(name, f"{self.label}, {year}", item) is not None:
                names.append(name)
        return Listing(tuple(names)) if len(names) == years else None

    def _fade(self, node: Text) -> Expression | None:
        body = _FADE.fullmatch(node.text.strip())
        found = _FADE_BODY.fullmatch(body["body"].strip()) if body else None
        if found is None:
            self.complain(node.place, "expected fade(A to B over N years) or fade(A for H years to B over N years)")
            return None
        start = self._piece(node, found["start"], "from", "at first")
        end = self._piece(node, found["end"], "to", "in the end")
        hold = self._duration(node, found["hold"], "hold", "years before the fade") if found["hold"] else Number(1)
        over = self._duration(node, found["over"], "over", "years of the fade")
        if start is None or end is None or hold is None or over is None:
            return None
        if found["hold"]:
            return Apply("fade", (start, end, hold, over))
        if self.inputs[-1].base < 2:
            self.complain(node.place, "expected a fade over at least 2 years")
            return None
        return Apply("fade", (start, end, hold, Apply("-", (over, Number(1)))))

    def _piece(self, node: Text, text: str, suffix: str, label: str) -> Expression | None:
        text = text.strip()
        if text.startswith("="):
            return self._formula(Text(node.place, text))
        if _NAME.fullmatch(text):
            return Name(text)
        return self.input(f"{self.name}.{suffix}", f"{self.label}, {label}", Text(node.place, text))

    def _duration(self, node: Text, text: str, suffix: str, label: str) -> Expression | None:
        name, place = f"{self.name}.{suffix}", node.place
        if name in self.reader.overrides:
            self.reader.used.add(name)
            place, text = self.reader.override_place, self.reader.overrides[name]
        found = re.fullmatch(r"(\d+(?:\.\d+)?)(\s*years?)?", text)
        if found is None or not 0 <= float(found[1]) <= 1000 or (suffix == "over" and float(found[1]) == 0):
            self.complain(place, f"expected a number of years, found {text!r}")
            return None
        self.inputs.append(Input(name, f"{self.label}, {label}", float(found[1]), YEARS, None, text, self.origin))
        return InputValue(name)

    def _formula(self, node: Text) -> Expression | None:
        text = node.text.strip()
        lead = node.text.index("=") + 1

        def literal(value: float, percentage: bool) -> Expression:
            self.literals += 1
            name = f"{self.name}.number{self.literals}"
            unit = RATE if percentage else NUMBER
            label = f"{self.label}, number {self.literals} of the formula"
            if name in self.reader.overrides:
                self.reader.used.add(name)
                given = self._plain(self.reader.override_place, self.reader.overrides[name])
                value = value if given is None else given
            self.inputs.append(Input(name, label, value, unit, None, f"{value:g}", self.origin))
            return InputValue(name)

        try:
            return parse_formula(text[1:], literal)
        except FormulaError as error:
            place = node.place
            self.complain(Place(place.file, place.line, place.column + lead + error.offset), str(error))
            return None

    def _distribution(self, node: Text) -> Distribution | None:
        text = node.text.strip()[1:].strip()
        call = _CALL.fullmatch(text)
        if call is None:
            self.complain(node.place, f"expected a distribution such as pert(low, mode, high), found {text!r}")
            return None
        if call["name"] not in REGISTRY:
            self.complain(node.place, f"{call['name']} is not a distribution{nearest(call['name'], REGISTRY)}")
            return None
        positional: list[float | tuple[float, float]] = []
        named: dict[str, float] = {}
        for part in split_arguments(call["body"]):
            if not self._argument(node, part, positional, named, call["name"]):
                return None
        built = build(call["name"], positional, named)
        if isinstance(built, str):
            self.complain(node.place, built)
            return None
        wrong = built.complaints()
        for complaint in wrong:
            self.complain(node.place, f"{call['name']}: {complaint}")
        return None if wrong else built

    def _argument(
        self,
        node: Text,
        part: str,
        positional: list[float | tuple[float, float]],
        named: dict[str, float],
        distribution: str,
    ) -> bool:
        pieces = re.split(r"\s+at\s+", part)
        if len(pieces) == 2:
            value, chance = self.number(node, None, part=pieces[0]), self._plain(node.place, pieces[1])
            if value is None or chance is None:
                return False
            positional.append((value, chance))
            return True
        name, equals, text = part.partition("=")
        free = _is_free(distribution, name.strip() if equals else len(positional))
        text = text if equals else part
        value = self._plain(node.place, text) if free else self.number(node, None, part=text)
        if value is None:
            return False
        if equals and name.strip() in named:
            self.complain(node.place, f"{distribution}: {name.strip()} stands twice")
            return False
        if equals:
            named[name.strip()] = value
        else:
            positional.append(value)
        return True

    def _plain(self, place: Place, text: str) -> float | None:
        """Read a number that has no unit: a probability, a shape."""
        found = _NUMBER.fullmatch(text.strip())
        value = float(found[1].replace("_", "")) if found else math.nan
        if found is None or found[2] not in (None, "%") or not math.isfinite(value):
            self.complain(place, f"expected a number or percentage, found {text.strip()!r}")
            return None
        return value / (100 if found[2] == "%" else 1)


def _alike(unit: Unit, wanted: Unit) -> bool:
    """Whether a unit is the wanted one; years, rates and multiples are all numbers but not alike."""
    words = {unit.shown, wanted.shown}
    return unit.like(wanted) and (not unit.pure or len(words) == 1 or not words <= {"rate", "multiple", "years"})


def _is_free(distribution: str, argument: str | int) -> bool:
    """Whether an argument, by name or position, is a plain number (a shape, a probability), not of the input's unit."""
    found = REGISTRY[distribution]
    names = found.names()
    if isinstance(argument, int):
        argument = names[argument] if argument < len(names) else ""
    return argument in found.free


def split_arguments(text: str) -> Sequence[str]:
    """Split 'a, b(c, d), e' at the commas outside brackets."""
    parts, depth, start = [], 0, 0
    for position, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            parts.append(text[start:position].strip())
            start = position + 1
    parts.append(text[start:].strip())
    return [part for part in parts if part]
