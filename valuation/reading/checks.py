"""Reading what a case changes in the checks: thresholds, severity, or a check switched off, each with its reason."""

from __future__ import annotations

from typing import Any, Final

from ..assumptions import CheckSetting, Origin
from ..checks.standards import SEVERITIES, Standard, read_threshold, standards
from ..problems import nearest
from .segments import YES_OR_NO
from .session import Session
from .tree import Entries, Node, Text

MOST_DRAWS: Final = 1_000_000


def check_settings(session: Session) -> dict[str, CheckSetting]:
    """Read the settings of checks by the ids of their rules."""
    place, node = session.node("checks")
    if node is None:
        return {}
    if not isinstance(node, Entries):
        session.problems.add(
            place, "checks", "expected checks by name, such as terminal_share: {threshold: 95%, why: ...}"
        )
        return {}
    found = (_setting(session, key, child) for key, child in node)
    return {setting.rule: setting for setting in found if setting is not None}


def _setting(session: Session, key: Text, node: Node) -> CheckSetting | None:
    name = f"checks.{key.text}"
    standard = standards().get(key.text)
    if standard is None:
        session.problems.add(key.place, name, f"is no check{nearest(key.text, standards())}")
        return None
    if not isinstance(node, Entries):
        known = ", ".join(_keys(standard))
        session.problems.add(node.place, name, f"expected some of {known}, and why")
        return None
    before = len(session.problems)
    given: dict[str, Any] = {"thresholds": {}, "written": {}, "severity": "", "off": False, "why": ""}
    for field, child in node:
        if not isinstance(child, Text):
            session.problems.add(child.place, f"{name}.{field.text}", "expected one value")
        elif field.text not in _keys(standard):
            text = f"{field.text} is not known here{nearest(field.text, _keys(standard))}"
            session.problems.add(field.place, name, text)
        else:
            _field(session, name, standard, field.text, child, given)
    if not given["why"] and len(session.problems) == before:
        session.problems.add(key.place, name, "a change of a check needs its reason: add why")
    if len(session.problems) > before:
        return None
    origin = Origin(key.place, (), given.pop("why"))
    return CheckSetting(rule=key.text, origin=origin, **given)


def _keys(standard: Standard) -> list[str]:
    return [*standard.thresholds, "severity", "off", "why"]


def _field(session: Session, name: str, standard: Standard, key: str, node: Text, given: dict[str, Any]) -> None:
    text = node.text.strip()
    match key:
        case "why":
            given["why"] = text
        case "severity" if text in SEVERITIES:
            given["severity"] = text
        case "off" if text.lower() in YES_OR_NO:
            given["off"] = YES_OR_NO[text.lower()]
        case "severity" | "off":
            wanted = " or ".join(SEVERITIES if key == "severity" else ("yes", "no"))
            session.problems.add(node.place, f"{name}.{key}", f"expected {wanted}, found {text}")
        case _:
            usual, found = standard.thresholds[key], read_threshold(text)
            if found is None or found.unit != usual.unit:
                session.problems.add(node.place, f"{name}.{key}", f"expected a value such as {usual}, found {text}")
                return
            if key == "draws" and not (1 <= found.value <= MOST_DRAWS and found.value.is_integer()):
                text = f"expected a whole number from 1 to {MOST_DRAWS:,}, found {text}"
                session.problems.add(node.place, f"{name}.{key}", text)
                return
            given["thresholds"][key] = found.value
            given["written"][key] = text
