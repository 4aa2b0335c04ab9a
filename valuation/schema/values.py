"""The schema of one value: what a kind of parameter may look like, alone or with its unit, source and reason.

What YAML's editors can see is the shape of a text. Whether a formula's names exist, ``valuation check`` says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, cast

from ..distributions import REGISTRY
from ..kinds import Choice, Kind, Parametric, PeerColumn, Table
from ..units import FLAG, MULTIPLE, NUMBER, RATE, YEARS
from .offered import Offered

Schema = dict[str, Any]

DIGITS: Final = r"[-+]?(\d[\d_]*(\.\d*)?|\.\d+)([eE][-+]?\d+)?"
CURRENCY: Final = "[A-Z]{3}"
SCALE: Final = "(k|m|bn|tn)"
FORMULA: Final = r"^\s*=\s*\S"
DISTRIBUTION: Final = rf"^\s*~\s*({'|'.join(sorted(REGISTRY))})\s*\("
FADE: Final = r"^\s*fade\s*\(.*\)\s*$"
REST: Final = r"^[^()]*\)(\s+base\s.*)?$"
"""What YAML makes of the rest of a distribution in brackets, which it cuts at its commas."""
NO_NAME: Final = "^[^a-z]|[^a-z0-9_]"
"""The same in braces, where each piece becomes a name without a value."""
DAY: Final = r"^\d{4}-\d{2}-\d{2}$"
YES_OR_NO: Final[Schema] = {"enum": ["yes", "no", True, False]}
TEXT: Final[Schema] = {"type": "string"}
SPELLED: Final[Schema] = {
    "anyOf": [
        {"type": "string", "pattern": FORMULA, "description": "a formula over names: = risk_free + beta * premium"},
        {"type": "string", "pattern": DISTRIBUTION, "description": "a distribution: ~ pert(8%, 10%, 13%)"},
        {"type": "string", "pattern": FADE, "description": "a path: fade(31% to 5% over 10 years)"},
    ]
}  # fmt: skip
"""Values of any kind that are no plain number."""
_SPELLED: Final[Schema] = {"$ref": "#/definitions/spelled"}


@dataclass(frozen=True)
class Held:
    """Stands in a schema for the values of a kind, which are defined once: ``finished`` puts a reference there."""

    kind: Kind | None

    @property
    def name(self) -> str:
        """The name of the definition."""
        kind = self.kind
        if kind is None:
            return "any value"
        unit = "" if kind.unit is None or kind.unit.pure else f" in {kind.unit}"
        return f"{kind.noun}{unit}{' by year' if kind.yearly else ''}".replace("/", " per ")


def value(kind: Kind | None, title: str = "", help: str = "", default: Any = None) -> Schema:
    """The schema of an assumption of a kind (None: of any), as it may stand behind its name."""
    return {**described(title, help, kind, default), "allOf": [Held(kind)]}


def finished(schema: Schema, offered: Offered) -> Schema:
    """Put references for the kinds that a schema holds, and define each of them once."""
    held: dict[str, Held] = {}
    whole = _referring(schema, held)
    if not held:
        return cast(Schema, whole)
    inner = {name: _values(one.kind, offered) for name, one in sorted(held.items())}
    inner["spelled"] = SPELLED
    return {**whole, "definitions": {**whole.get("definitions", {}), **inner}}


def _referring(node: Any, held: dict[str, Held]) -> Any:
    match node:
        case Held():
            held[node.name] = node
            return {"$ref": f"#/definitions/{node.name}"}
        case dict():
            return {key: _referring(child, held) for key, child in node.items()}
        case list():
            return [_referring(child, held) for child in node]
    return node


def _values(kind: Kind | None, offered: Offered) -> Schema:
    """Every way in which a value of a kind may be written."""
    one = [plain(kind), _SPELLED]
    items = {
        "type": "array",
        "items": {"anyOf": [*one, {"type": "string", "pattern": REST}]},
        "minItems": 1,
        "description": "one item for each forecast year",
    }
    listed = [items] if kind is None or kind.yearly or kind.free else []
    return {"anyOf": [*one, *listed, long_form(kind, offered)]}


def plain(kind: Kind | None) -> Schema:
    """A plain number of a kind, written alone."""
    if kind is None or kind.free:
        return {"anyOf": [{"type": "number"}, {"type": "string", "pattern": rf"^\s*{DIGITS}\s*(%|[A-Za-z].*)?$"}]}
    if kind.each is not None:
        return _amount(rf"{CURRENCY}( {SCALE})?/[a-zA-Z]+")
    match kind.unit:
        case None:
            return _amount(rf"{CURRENCY}( {SCALE})?")
        case unit if unit == RATE:
            return {"anyOf": [
                {"type": "number", "minimum": -1, "maximum": 1, "description": "a share of 1; 10% is meant by 0.1"},
                {"type": "string", "pattern": rf"^\s*{DIGITS}\s*%\s*$", "description": "a percentage such as 10%"},
            ]}  # fmt: skip
        case unit if unit == FLAG:
            return {"enum": [0, 1]}
        case unit if unit in (MULTIPLE, YEARS, NUMBER):
            word = {MULTIPLE: "x", YEARS: "years?", NUMBER: "%|number"}[unit]
            return {"anyOf": [{"type": "number"}, {"type": "string", "pattern": rf"^\s*{DIGITS}\s*({word})?\s*$"}]}
        case _:
            return _amount(rf"({SCALE} )?[a-zA-Z]+")


def long_form(kind: Kind | None, offered: Offered) -> Schema:
    """A value with what belongs to it: unit, source, reason, base and dates."""
    source: Schema = {"type": "string", "description": "the id of a fact in the evidence, or judgement"}
    if offered.facts:
        source["enum"] = list(offered.facts)
    rate = kind is not None and kind.unit == RATE
    alone = [plain(kind)] if rate else [{"type": "number"}, plain(kind)]
    written = {"anyOf": [*alone, _SPELLED, {"type": "array", "minItems": 1}]}
    return {
        "type": "object",
        "properties": {
            "value": {**written, "description": "a number, a list by year, a fade, = formula or ~ distribution"},
            "unit": {"type": "string", "description": "such as CNY m, USD/ADS, m shares, %, x, years"},
            "source": {"anyOf": [source, {"type": "array", "items": source, "minItems": 1}]},
            "why": {"type": "string", "minLength": 1, "description": "the reason; a judgement needs one"},
            "base": {
                "type": ["string", "number"],
                "description": "the base value, where the mode or median is not meant",
            },
            "note": TEXT,
            "as_of": {"type": "string", "pattern": DAY, "description": "the date that the number is of"},
            "owner": {"type": "string", "description": "who answers for it"},
            "changed": {"type": "string", "pattern": DAY, "description": "when it was last changed"},
        },
        "required": ["value"],
        "patternProperties": {NO_NAME: {"type": "null"}},
        "additionalProperties": False,
        "if": {"properties": {"source": {"const": "judgement"}}, "required": ["source"]},
        "then": {"required": ["why"]},
    }


def parameter(kind: Parametric, title: str, help: str, default: Any, offered: Offered) -> Schema:
    """The schema of a parameter of a calculation."""
    match kind:
        case Choice(words=words):
            enum = [*words, *(int(word) for word in words if word.isdigit())]
            return {**described(title, help, None, default), "enum": enum}
        case PeerColumn():
            column: Schema = {"type": "string", "pattern": r"^\s*=?\s*peers\.\w+\.\w+\s*$"}
            if offered.columns:
                column = {"anyOf": [{"enum": list(offered.columns)}, column]}
            return {**described(title, help, None, default), **column}
        case Table(fields=fields, defaults=defaults):
            row = {
                "type": "object",
                "properties": {name: parameter(one, name, "", None, offered) for name, one in fields.items()},
                "required": [name for name in fields if name not in defaults],
                "patternProperties": {NO_NAME: {"type": "null"}},
                "additionalProperties": False,
            }
            told = described(title, f"{help}; named rows", None, default)
            return {**told, "type": "object", "minProperties": 1, "additionalProperties": row}
        case Kind():
            return value(kind, title, help, default)


def described(title: str, help: str, kind: Kind | None, default: Any) -> Schema:
    """What an editor shows beside a name."""
    unit = "" if kind is None else f" ({kind.noun}{', by year' if kind.yearly else ''})"
    text = f"{title}{f'; {help}' if help else ''}{unit}".strip()
    shown = {} if default is None or not isinstance(default, (str, int, float)) else {"default": default}
    return {**({"title": title, "description": text} if text else {}), **shown}


def _amount(unit: str) -> Schema:
    """A number with a unit; 0 needs none."""
    pattern = rf"^\s*({DIGITS}\s+{unit}|0)\s*$"
    return {"anyOf": [{"type": "string", "pattern": pattern}, {"const": 0}]}
