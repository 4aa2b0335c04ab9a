"""The reading of one case while it goes on: what was gathered, what was read so far, and what is wrong with it."""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ..assumptions import Assumption, PeerReference, Segment, Transaction, Working
from ..kinds import Kind
from ..lines import snake
from ..problems import Place, Problem, Problems
from .files import NAME, Gathered
from .tree import Node, Text
from .values import ValueReader

TITLE: Final = r"[^=].*"


@dataclass
class Session:
    """What the readers of segments, groups and relations share."""

    gathered: Gathered
    problems: Problems
    values: ValueReader
    assumptions: dict[str, Assumption] = field(default_factory=dict)
    workings: dict[str, Working] = field(default_factory=dict)
    segments: dict[str, Segment] = field(default_factory=dict)
    transactions: dict[str, Transaction] = field(default_factory=dict)
    helpers: dict[str, Place] = field(default_factory=dict)
    attempted: set[str] = field(default_factory=set)
    remarks: list[Problem] = field(default_factory=list)
    share_count: Working | None = None
    columns: list[tuple[str, Place, PeerReference]] = field(default_factory=list)

    @property
    def overrides(self) -> Mapping[str, str]:
        """Values that replace what the files say."""
        return self.values.overrides

    @property
    def override_place(self) -> Place:
        """Where the replacing values stand."""
        return self.values.override_place

    def node(self, key: str) -> tuple[Place, Node | None]:
        """Return the place and tree of a top-level key."""
        return self.gathered.keys.get(key, (self.gathered.place, None))

    def assume(
        self, name: str, label: str, key: Text, node: Node, kind: Kind | None, scope: str = ""
    ) -> Assumption | None:
        """Read the assumption of a name and keep it; one without a source is remarked upon.

        ``scope`` is the working it belongs to, where that is more than the first word of its name.
        """
        if not NAME.fullmatch(key.text):
            self.problems.add(
                key.place, key.text, "expected a name of at most 60 small letters, digits and _, such as risk_free"
            )
            return None
        if key.text == "period" or keyword.iskeyword(key.text):
            self.problems.add(key.place, name, f"expected another name: {key.text} is a word of formulas")
            return None
        self.attempted.add(name)
        assumption = self.values.assumption(name, label, node, kind, scope)
        if assumption is not None:
            self.assumptions[name] = assumption
            if not assumption.origin.sources and assumption.inputs:
                text = "has no source: add the id of a fact, or judgement with why"
                self.remarks.append(Problem(assumption.origin.place, name, text))
        return assumption


def case_id(gathered: Gathered) -> str:
    """The id of a case: the name of its folder or file."""
    place = Path(gathered.place.file)
    stem = gathered.root.resolve().name if place.name == "case.yaml" else place.stem
    return snake(stem) or "case"


_SHORT = {
    "wacc": "WACC", "ebita": "EBITA", "ebitda": "EBITDA", "ai": "AI", "usd cny": "USD/CNY", "usd hkd": "USD/HKD",
    "fx": "FX", "nav": "NAV", "capex": "capital expenditure", "ads": "ADS", "hk": "HK", "fy": "FY",
    "us": "US", "cn": "China", "hong kong": "Hong Kong", "av": "AV", "ebit": "EBIT", "ipo": "IPO", "yoy": "yearly",
    "dcf": "DCF", "apv": "APV", "fcfe": "FCFE",
}  # fmt: skip


def humanised(name: str) -> str:
    """Return a name as a label: ai_capex is 'AI capital expenditure'."""
    words = name.replace("_", " ")
    for short, shown in _SHORT.items():
        words = re.sub(rf"\b{short}(?=\b|\d)", shown, words)
    return words[:1].upper() + words[1:]
