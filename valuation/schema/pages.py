"""A schema for each kind of file of a case, and one for a case in a single file (JSON Schema, draft 7)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ..checks.standards import SEVERITIES, standards
from ..dilution import SHARE_COUNT
from ..kinds import MONEY, PERCENTAGE, SHARE, Kind
from ..methods import METHODS
from ..reading.files import NAME as ID
from ..reading.groups import DISCOUNT_BASES
from ..schedules import SCHEDULES
from ..transactions import ROUTES
from .offered import Offered
from .values import DAY, TEXT, YES_OR_NO, Schema, finished, value
from .workings import definitions, parameters, schedule, segment, transaction

DRAFT: Final = "http://json-schema.org/draft-07/schema#"
NAME: Final = f"^{ID.pattern}$"
WHOLE: Final = "valuation"
AMOUNT: Final = Kind("amount", free=True)


def drivers(offered: Offered) -> Schema:
    """Numbers that several parts share."""
    shares = {"type": "string", "pattern": r"^\s*~\s*dirichlet\s*\("}
    return _named({"anyOf": [shares, value(None)]}, "numbers that several parts share")


def bridge(offered: Offered) -> Schema:
    """Signed amounts beside the parts."""
    return _named(value(MONEY, "Amount", "positive adds to the equity"), "cash, debt and the like")


def shares(offered: Offered) -> Schema:
    """From the equity to one quoted share."""
    told = {
        "diluted": "Diluted shares, such as 19194 m shares",
        "ads_ratio": "Ordinary shares behind one ADS, such as 8 shares/ADS",
        "fx": "The case's currency for one of the quote's, such as 7.1 CNY/USD",
        "price": "What the market pays, such as 167.49 USD/ADS",
        "second_price": "Another quote in the unit of price",
        "second_fx": "The case's currency for one of another, such as 0.9 CNY/HKD",
    }
    own = {name: value(AMOUNT, text) for name, text in told.items()}
    return {
        "type": "object",
        "properties": {**parameters(SHARE_COUNT, offered), **own},
        "anyOf": [{"required": ["diluted"]}, {"required": ["basic"]}],
        "additionalProperties": value(None),
    }


def holding(offered: Offered) -> Schema:
    """The discount of a holding and what it is taken from."""
    listed = {"type": "array", "items": TEXT, "minItems": 1, "description": "parts and bridge.<item>"}
    return {
        "type": "object",
        "properties": {
            "discount": value(SHARE, "Holding discount rate", ""),
            "applies_to": {"anyOf": [{"enum": list(DISCOUNT_BASES)}, listed]},
        },
        "required": ["discount"],
        "additionalProperties": value(PERCENTAGE),
    }


def market(offered: Offered) -> Schema:
    """What is said of the share, beside its price."""
    amount = value(AMOUNT, "Amount for one quoted share", "")
    return {
        "type": "object",
        "properties": {
            "low_52_weeks": amount,
            "high_52_weeks": amount,
            "targets": {"type": "object", "minProperties": 1, "additionalProperties": amount},
        },
        "dependencies": {"low_52_weeks": ["high_52_weeks"], "high_52_weeks": ["low_52_weeks"]},
        "additionalProperties": value(None),
    }


def reconciliation(offered: Offered) -> Schema:
    """Items that must sum to a reported total."""
    money = value(MONEY)
    table = {
        "type": "object",
        "properties": {"items": {"type": "object", "additionalProperties": money, "minProperties": 1}, "total": money},
        "required": ["items", "total"],
    }
    return _named(table, "named tables of items and their reported total")


def correlations(offered: Offered) -> Schema:
    """Rank correlations of uncertain inputs."""
    name: Schema = {"type": "string"}
    if offered.uncertain:
        name = {"anyOf": [{"enum": list(offered.uncertain)}, {"enum": list(offered.names)}]}
    pair = {
        "type": "object",
        "properties": {
            "between": {"type": "array", "items": name, "minItems": 2, "maxItems": 2},
            "rank": {"type": "number", "minimum": -1, "maximum": 1, "description": "Spearman's rank correlation"},
            "keep": {**YES_OR_NO, "description": "a repair leaves the pair alone"},
            "weight": {"type": "number", "minimum": 0, "description": "how much it stays in a repair; 1 unless said"},
            "why": TEXT,
        },
        "required": ["between", "rank"],
        "additionalProperties": False,
    }
    csv = {"type": "string", "pattern": r"\.csv$", "description": "a matrix in the folder of the case"}
    both = {"type": "object", "properties": {"matrix": csv, "weights": csv}, "required": ["matrix"],
            "additionalProperties": False}  # fmt: skip
    return {"anyOf": [{"type": "array", "items": pair}, csv, both]}


def scenarios(offered: Offered) -> Schema:
    """Named overlays with probabilities."""
    one: Schema = {"type": ["string", "number"]}
    overlay: Schema = {"type": "object", "additionalProperties": one, "description": "dotted names and their values"}
    if offered.names:
        overlay |= {"properties": dict.fromkeys(offered.names, one), "additionalProperties": False}
    scenario = {
        "type": "object",
        "properties": {"probability": value(SHARE, "Probability"), "set": overlay, "why": TEXT, "note": TEXT},
        "required": ["probability"],
        "additionalProperties": False,
    }
    return _named(scenario, "named overlays; probabilities sum to 100%")


def checks(offered: Offered) -> Schema:
    """What a case changes in the checks."""
    rules = {}
    for name, rule in standards().items():
        keys: dict[str, Schema] = {
            key: {"type": ["string", "number"], "description": f"usually {usual}"}
            for key, usual in rule.thresholds.items()
        }
        keys |= {"severity": {"enum": list(SEVERITIES), "default": rule.severity}, "off": YES_OR_NO,
                 "why": {"type": "string", "minLength": 1, "description": "the reason for the change"}}  # fmt: skip
        rules[name] = {"description": rule.says, "type": "object", "properties": keys, "required": ["why"],
                       "additionalProperties": False}  # fmt: skip
    return {"type": "object", "properties": rules, "additionalProperties": False}


FILES: Final[dict[str, Callable[[Offered], Schema]]] = {
    "segment": segment, "schedule": schedule, "transaction": transaction, "drivers": drivers, "bridge": bridge,
    "shares": shares, "holding": holding, "market": market, "reconciliation": reconciliation,
    "correlations": correlations, "scenarios": scenarios, "checks": checks,
}  # fmt: skip
INSIDE: Final = {"segment": "segments", "schedule": "schedules", "transaction": "transactions"}
REGISTERS: Final[dict[str, Any]] = {"segment": METHODS, "schedule": SCHEDULES, "transaction": ROUTES}
KINDS: Final = (WHOLE, "case", *FILES)
"""Kinds of files: a whole case in one file, the case file of a folder, and the other files of a folder."""


def schemas(offered: Offered | None = None) -> dict[str, Schema]:
    """The schema of each kind of file, by its kind."""
    return {kind: schema(kind, offered) for kind in KINDS}


def schema(kind: str = WHOLE, offered: Offered | None = None) -> Schema:
    """The schema of one kind of file; ``offered`` are names of a case. KeyError for a kind that is none."""
    offered = offered or Offered()
    return finished(_page(kind, offered), offered)


def _page(kind: str, offered: Offered) -> Schema:
    head = {"$schema": DRAFT, "title": f"valuation: {kind}"}
    if kind in FILES:
        register = REGISTERS.get(kind)
        inner = {} if register is None else {"definitions": definitions(register, offered)}
        return {**head, **FILES[kind](offered), **inner}
    if kind == "case":
        return {**head, **_case(offered, {name: {"type": "object"} for name in (*FILES,)}), "required": ["currency"]}
    if kind != WHOLE:
        raise KeyError(kind)
    inner = {name: text for register in REGISTERS.values() for name, text in definitions(register, offered).items()}
    parts = {name: {"$ref": f"#/definitions/file_{name}"} for name in FILES}
    files = {f"file_{name}": made(offered) for name, made in FILES.items()}
    whole = {**_case(offered, parts), "required": ["currency", "segments", "shares"]}
    return {**head, **whole, "definitions": {**inner, **files}}


def _case(offered: Offered, parts: dict[str, Schema]) -> Schema:
    """The keys of a case; ``parts`` are the schemas of what may stand in files of its own."""
    groups: dict[str, Schema] = {}
    for name, inner in parts.items():
        several = {"type": "object", "propertyNames": {"pattern": NAME}, "additionalProperties": inner}
        groups[INSIDE.get(name, name)] = several if name in INSIDE else ({} if inner == {"type": "object"} else inner)
    order = {"type": "array", "items": {"type": "string", "pattern": NAME}, "uniqueItems": True,
             "description": "ids of the parts in the order in which they are shown"}  # fmt: skip
    groups["segments"] = {"anyOf": [order, groups["segments"]]}
    return {
        "type": "object",
        "properties": {
            "name": {"type": "string", "description": "the company"},
            "currency": {"type": "string", "pattern": "^[A-Z]{3}$", "description": "of all money of the case: CNY"},
            "date": {"type": "string", "pattern": DAY, "description": "the valuation date: 2026-02-02"},
            "base_year": {"type": "integer", "description": "the fiscal year before the first forecast year"},
            "years": {"type": "integer", "minimum": 1, "maximum": 100, "description": "years that are forecast"},
            "evidence": {"type": "string", "description": "the file of facts that sources cite"},
            **groups,
        },
        "additionalProperties": False,
    }


def _named(inner: Schema, told: str) -> Schema:
    return {"type": "object", "description": told, "propertyNames": {"pattern": NAME}, "additionalProperties": inner}
