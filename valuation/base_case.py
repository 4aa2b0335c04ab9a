"""The deterministic base case: every input at its base value, with the model checks that fire."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .assumptions import Case
from .checks import Finding, Recorded, findings
from .lines import Lines
from .model import value
from .trial import record


@dataclass(frozen=True)
class Part:
    """One part in the base case; money in the case's currency, ``per_share`` as quoted."""

    id: str
    name: str
    method: str
    enterprise_value: float | None
    equity_value: float
    owned: float
    attributable: float
    per_share: float


@dataclass(frozen=True)
class BaseCase:
    """The base case of a company; ``factor`` is what one unit of its equity is worth per quoted share."""

    case: Case
    per_share: float
    per_ordinary_share: float
    equity: float
    sum_of_parts: float
    holding_discount: float | None
    price: float | None
    implied_discount: float | None
    loan_to_value: float
    parts: tuple[Part, ...]
    bridge: Mapping[str, float]
    checks: tuple[Finding, ...]
    lines: Lines
    factor: float

    @property
    def upside(self) -> float | None:
        """Value per share over the price, less one."""
        return None if self.price is None else self.per_share / self.price - 1

    def as_json(self) -> dict[str, Any]:
        """The contract's object, without a simulation."""
        bridge = dict(self.bridge)
        if self.holding_discount is not None:
            bridge["holding_discount"] = self.holding_discount
        return {
            "case": self.case.id,
            "name": self.case.name,
            "date": self.case.date,
            "currency": self.case.currency,
            "quote": str(self.case.quote),
            "per_share": self.per_share,
            "per_ordinary_share": self.per_ordinary_share,
            "price": self.price,
            "upside": self.upside,
            "implied_discount": self.implied_discount,
            "loan_to_value": self.loan_to_value,
            "equity_value": self.equity,
            "sum_of_parts": self.sum_of_parts,
            "parts": [dict(part.__dict__) for part in self.parts],
            "bridge": [{"id": name, "value": amount} for name, amount in bridge.items()],
            "checks": [finding.as_json() for finding in self.checks],
        }


def base_case(case: Case) -> BaseCase:
    """Value the base case and run the model checks on it."""
    lines = Lines(case.years)
    found = value(case, lines, case.base_values)
    parts = tuple(
        Part(
            id=name,
            name=case.segments[name].name,
            method=case.segments[name].method.name,
            enterprise_value=None if part.enterprise is None else _single(part.enterprise),
            equity_value=_single(part.equity),
            owned=_single(part.owned),
            attributable=_single(part.attributable),
            per_share=_single(part.per_share),
        )
        for name, part in ((name, found.parts[name]) for name in case.segments)
    )
    return BaseCase(
        case=case,
        per_share=_single(found.per_share),
        per_ordinary_share=_single(found.per_ordinary_share),
        equity=_single(found.equity),
        sum_of_parts=_single(found.sum_of_parts),
        holding_discount=None if found.holding_discount is None else _single(found.holding_discount),
        price=None if found.price is None else _single(found.price),
        implied_discount=None if found.implied_discount is None else _single(found.implied_discount),
        loan_to_value=_single(found.loan_to_value),
        parts=parts,
        bridge={name: _single(amount) for name, amount in found.bridge.items()},
        checks=tuple(_findings(case)),
        lines=lines,
        factor=_single(found.factor),
    )


def _findings(case: Case) -> list[Finding]:
    recording, valuation = record(case)
    recorded = Recorded(case, recording, valuation)
    given = {recording.inputs[found.name]: np.array([found.base]) for found in case.inputs}
    return findings(recorded, given)


def _single(quantity: Any) -> float:
    return float(np.ravel(quantity)[0])
