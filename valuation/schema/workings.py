"""The schema of what a calculation is given: a segment, a schedule, a transaction. Each goes by its word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..calculation import Calculation
from ..kinds import MONEY, SHARE
from ..methods import METHODS
from ..schedules import SCHEDULES
from ..transactions import ROUTES
from .offered import Offered
from .values import TEXT, YES_OR_NO, Schema, parameter, value


def segment(_: Offered) -> Schema:
    """One method or several, what the group owns, and helpers of any name."""
    common = {
        "name": {"type": "string", "description": "as it is shown"},
        "owned": value(SHARE, "Owned by the group", "the rest belongs to minorities; 100% unless said"),
        "net_debt": value(MONEY, "Net debt of the segment", "of methods that value the enterprise"),
        "note": TEXT,
        "discounted": {**YES_OR_NO, "description": "whether a holding discount on stakes is taken from it"},
        "memo": {**YES_OR_NO, "description": "valued and shown, but no part of the sum"},
    }
    view = {"$ref": "#/definitions/a method of several"}
    views = {name: {"allOf": [view, _named_like(name)]} for name in sorted(METHODS)}
    methods = {"type": "object", "minProperties": 1, "properties": views, "additionalProperties": view,
               "description": "several methods, each with its weight"}  # fmt: skip
    return {
        "type": "object",
        "properties": {**common, "method": _word(METHODS, "how it is valued"), "methods": methods},
        "oneOf": [{"required": ["method"]}, {"required": ["methods"]}],
        **_cases("method", METHODS),
        "defaultSnippets": _snippets("method", METHODS),
    }


def schedule(_: Offered) -> Schema:
    """Supporting figures that formulas read."""
    return {
        "type": "object",
        "properties": {"name": TEXT, "schedule": _word(SCHEDULES, "what is worked out"), "note": TEXT},
        "required": ["schedule"],
        **_cases("schedule", SCHEDULES),
        "defaultSnippets": _snippets("schedule", SCHEDULES),
    }


def transaction(offered: Offered) -> Schema:
    """A route by which a part leaves."""
    part: Schema = {"type": "string", "description": "the segment that it moves"}
    if offered.segments:
        part["enum"] = list(offered.segments)
    return {
        "type": "object",
        "properties": {"name": TEXT, "route": _word(ROUTES, "how the part leaves"), "part": part, "note": TEXT},
        "required": ["route", "part"],
        **_cases("route", ROUTES),
        "defaultSnippets": _snippets("route", ROUTES),
    }


def parameters(found: Calculation, offered: Offered) -> dict[str, Schema]:
    """The parameters of a calculation by name."""
    return {
        one.name: parameter(one.kind, one.label, one.help, one.default, offered) for one in found.parameters.values()
    }


def _view() -> Schema:
    """One method of several."""
    weight = value(SHARE, "Weight of the method", "weights of a segment sum to 100%")
    return {
        "type": "object",
        "properties": {"name": TEXT, "note": TEXT, "method": _word(METHODS, "how it is valued"), "weight": weight},
        "required": ["weight"],
        **_cases("method", METHODS),
    }


def _named_like(name: str) -> Schema:
    """What a view named like a method is given, unless it says another method."""
    return {"if": {"not": {"required": ["method"]}}, "then": {"$ref": f"#/definitions/given to {name}"}}


def _cases(key: str, register: Mapping[str, Any]) -> Schema:
    """By the word under a key: what must be given, and what each name means."""
    return {
        "allOf": [
            {
                "if": {"properties": {key: {"const": name}}, "required": [key]},
                "then": {"$ref": f"#/definitions/given to {name}"},
            }
            for name in sorted(register)
        ]
    }


def definitions(register: Mapping[str, Any], offered: Offered) -> dict[str, Schema]:
    """What each calculation of a register is given, by its name."""
    views = {"a method of several": _view()} if register is METHODS else {}
    return views | {
        f"given to {name}": {
            "title": name,
            "description": found.summary,
            "properties": parameters(found, offered),
            "required": [one.name for one in found.parameters.values() if one.required],
        }
        for name, found in sorted(register.items())
    }


def _word(register: Mapping[str, Any], told: str) -> Schema:
    names = sorted(register)
    return {
        "description": told,
        "enum": names,
        "enumDescriptions": [register[name].summary for name in names],
        "markdownEnumDescriptions": [register[name].summary for name in names],
    }


def _snippets(key: str, register: Mapping[str, Any]) -> list[dict[str, str]]:
    return [
        {"label": f"{key}: {name}", "description": found.summary, "bodyText": f"{key}: {name}\n{found.example}"}
        for name, found in sorted(register.items())
    ]
