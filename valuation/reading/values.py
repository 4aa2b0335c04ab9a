"""Reading one value: a number, a yearly list, a fade, a formula or a distribution, with its unit and source."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from ..assumptions import Assumption, Input, Span
from ..expressions import Apply, Expression, FormulaError, InputValue, Listing, Name, Number, parse_formula
from ..kinds import Kind
from ..problems import Place, nearest
from ..units import FLAG, NUMBER, RATE, YEARS
from .distributions import read_distribution
from .numbers import A_VALUE, Numbers, Setting
from .tree import Entries, Items, Node, Text

FIELDS: Final = ("value", "unit", "source", "why", "base", "note", "as_of", "owner", "changed")
_FADE: Final = re.compile(r"fade\s*\((?P<body>.*)\)", re.DOTALL)
_FADE_BODY: Final = re.compile(
    r"(?P<start>.+?)(?:\s+for\s+(?P<hold>\S+)\s+years?)?\s+to\s+(?P<end>.+?)\s+over\s+(?P<over>\S+)\s+years?\s*",
    re.DOTALL,
)
_OWN_BASE: Final = re.compile(r"(?P<distribution>~.*\))\s+base\s+(?P<base>\S.*)", re.DOTALL)
_LARGE: Final = re.compile(r"\b(bn|tn|shares?)\b")
_NAME: Final = re.compile(r"[A-Za-z_][\w.]*")


_DECAY_BODY: Final = re.compile(
    r"(?P<start>.+?)\s+to\s+(?P<end>.+?)\s+with\s+half-life\s+(?P<half_life>\S+)\s+years?\s*", re.DOTALL
)
A_FADE: Final = (
    "fade(A to B over N years), fade(A for H years to B over N years) or fade(A to B with half-life N years)"
)


class ValueReader(Setting):
    """Reads values of one case; complaints go to ``problems``, overrides replace what the files say."""

    def assumption(self, name: str, label: str, node: Node, kind: Kind | None, scope: str = "") -> Assumption | None:
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
            scope or name.partition(".")[0],
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
            if key.text not in FIELDS and " " in key.text:
                text = "a comma inside braces begins another name: put the text in quotes"
                self.problems.add(key.place, name, f"{key.text!r} is no name here: {text}")
            elif key.text not in FIELDS:
                self.problems.add(key.place, name, f"{key.text} is not known here{nearest(key.text, FIELDS)}")
        return {key.text: child for key, child in node}


class _OneValue(Numbers):
    """The reading of one assumption: collects its inputs and works out its unit."""

    def __init__(
        self, setting: Setting, name: str, label: str, kind: Kind | None, fields: Mapping[str, Node], content: Node
    ) -> None:
        super().__init__(setting, name, kind, fields, content)
        self.label = label
        self.inputs: list[Input] = []
        self.literals = 0

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
        if name in self.setting.overrides and name != self.name:
            self.setting.used.add(name)
            node = Text(self.setting.override_place, self.setting.overrides[name])
        node = node.piece(0, len(node.text))
        text = node.text
        if text.startswith("~"):
            node, base = self._own_base(node, base)
            base = self._moved_base(name, base)
            self.rescaled = False
            distribution, text = read_distribution(self, node), node.text
            if distribution is None:
                return None
            unit = FLAG if distribution.name == "event" else self.input_unit()
            value = distribution.base if base is None else base
            if self.rescaled or self.power or _LARGE.search(text):
                text = f"~ {distribution}"  # in the unit in which it is kept, as its base and range are
        else:
            number = self.number(node, base)
            if number is None:
                return None
            distribution, value, unit = None, number, self.input_unit()
        self.check_bounds(node, value)
        self.inputs.append(Input(name, label, value, unit, distribution, text, self.origin, self._span(node)))
        return InputValue(name)

    def _own_base(self, node: Text, base: float | None) -> tuple[Text, float | None]:
        """Read ``~ pert(1, 2, 4) base 3``: how a distribution in a fade or a list says its base."""
        found = _OWN_BASE.fullmatch(node.text)
        if found is None:
            return node, base
        if base is not None:
            self.complain(node.place, "expected one base, found base twice")
        return node.piece(0, found.end("distribution")), self.number(node.piece(*found.span("base")), None)

    def _moved_base(self, name: str, base: float | None) -> float | None:
        """The base of a distribution, where ``cloud.beta.base`` is set beside the file."""
        key = f"{name}.base"
        if key not in self.setting.overrides:
            return base
        self.setting.used.add(key)
        return self.number(Text(self.setting.override_place, self.setting.overrides[key]), None)

    def _span(self, node: Text) -> Span | None:
        if node.offset is None:
            return None
        return Span(node.place, node.offset, node.offset + len(node.text), self.power)

    # Lists, fades, formulas, distributions ------------------------------------------------------------------------

    def _listing(self, node: Items) -> Expression | None:
        years = self.setting.years
        if len(node.items) != years:
            self.complain(node.place, f"expected {years} values, one a forecast year; found {len(node.items)}")
            return None
        names = []
        for number, item in enumerate(node.items, start=1):
            year = self.setting.base_year + number
            if not isinstance(item, Text):
                self.complain(item.place, f"expected a number or ~ distribution for {year}")
                continue
            name = f"{self.name}.{year}"
            if self.input(name, f"{self.label}, {year}", item) is not None:
                names.append(name)
        return Listing(tuple(names)) if len(names) == years else None

    def _fade(self, node: Text) -> Expression | None:
        whole = node.piece(0, len(node.text))
        fade = _FADE.fullmatch(whole.text)
        body = whole.piece(*fade.span("body")) if fade else whole
        decay = _DECAY_BODY.fullmatch(body.text)
        if decay is not None:
            return self._decay(body, decay)
        found = _FADE_BODY.fullmatch(body.text)
        if found is None:
            self.complain(node.place, f"expected {A_FADE}")
            return None
        start = self._piece(body.piece(*found.span("start")), "from", "at first")
        end = self._piece(body.piece(*found.span("end")), "to", "in the end")
        held = body.piece(*found.span("hold")) if found["hold"] else None
        hold = self._duration(held, "hold", "years before the fade") if held else Number(1)
        over = self._duration(body.piece(*found.span("over")), "over", "years of the fade")
        if start is None or end is None or hold is None or over is None:
            return None
        if found["hold"]:
            return Apply("fade", (start, end, hold, over))
        if self.inputs[-1].base < 2:
            self.complain(node.place, "expected a fade over at least 2 years")
            return None
        return Apply("fade", (start, end, hold, Apply("-", (over, Number(1)))))

    def _decay(self, body: Text, found: re.Match[str]) -> Expression | None:
        start = self._piece(body.piece(*found.span("start")), "from", "at first")
        end = self._piece(body.piece(*found.span("end")), "to", "in the end")
        half_life = self._duration(body.piece(*found.span("half_life")), "over", "half-life of the fade")
        if start is None or end is None or half_life is None:
            return None
        return Apply("decay", (start, end, half_life))

    def _piece(self, piece: Text, suffix: str, label: str) -> Expression | None:
        if piece.text.startswith("="):
            return self._formula(piece)
        if _NAME.fullmatch(piece.text):
            return Name(piece.text)
        return self.input(f"{self.name}.{suffix}", f"{self.label}, {label}", piece)

    def _duration(self, piece: Text, suffix: str, label: str) -> Expression | None:
        name = f"{self.name}.{suffix}"
        if name in self.setting.overrides:
            self.setting.used.add(name)
            piece = Text(self.setting.override_place, self.setting.overrides[name])
        text = piece.text
        found = re.fullmatch(r"(\d+(?:\.\d+)?)(\s*years?)?", text)
        if found is None or not 0 <= float(found[1]) <= 1000 or (suffix == "over" and float(found[1]) == 0):
            self.complain(piece.place, f"expected a number of years, found {text!r}")
            return None
        span = Span(piece.place, piece.offset or 0, (piece.offset or 0) + len(text))
        label = f"{self.label}, {label}"
        self.inputs.append(Input(name, label, float(found[1]), YEARS, None, text, self.origin, span))
        return InputValue(name)

    def _formula(self, node: Text) -> Expression | None:
        formula = node.piece(0, len(node.text))
        lead = (formula.offset or 0) + 1

        def literal(value: float, percentage: bool, start: int, end: int) -> Expression:
            self.literals += 1
            name = f"{self.name}.number{self.literals}"
            unit = RATE if percentage else NUMBER
            label = f"{self.label}, number {self.literals} of the formula"
            if name in self.setting.overrides:
                self.setting.used.add(name)
                given = self.plain(self.setting.override_place, self.setting.overrides[name])
                value = value if given is None else given
            span = None if formula.offset is None else Span(formula.place, lead + start, lead + end)
            self.inputs.append(Input(name, label, value, unit, None, f"{value:g}", self.origin, span))
            return InputValue(name)

        try:
            return parse_formula(formula.text[1:], literal)
        except FormulaError as error:
            place = node.place
            self.complain(Place(place.file, place.line, place.column + lead + error.offset), str(error))
            return None
