"""The deterministic base case: every input at its base value, with the model checks that fire."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from .assumptions import Case
from .bridge import PartWorth, Valuation
from .checks import Findings, Recorded, findings
from .lines import Lines, single
from .model import base_value
from .tables import Shown, Table
from .trial import record

if TYPE_CHECKING:
    from pandas import DataFrame

TRANSACTIONS: Final = "transactions"


class Step(NamedTuple):
    """What stands between the sum of the parts and the equity: an amount in the case's money, by its id."""

    id: str
    amount: float

    @property
    def label(self) -> str:
        """Its name, as tables and pictures show it."""
        return f"{self.id}, weighted by probability" if self.id == TRANSACTIONS else self.id.replace("_", " ")


@dataclass(frozen=True, repr=False)
class Part(Shown):
    """One part in the base case; money in the case's currency, ``per_share`` as quoted."""

    id: str
    name: str
    method: str
    enterprise_value: float | None
    equity_value: float
    owned: float
    attributable: float
    per_share: float

    def tables(self) -> list[Table]:
        """Its values in the base case."""
        from .layouts.base_case import part_table

        return [part_table(self)]


@dataclass(frozen=True, repr=False)
class TransactionResult(Shown):
    """One transaction in the base case: what holders have before and after it, in the case's money and a quoted share.

    ``expected`` is the probability times the change; ``has`` and ``differences`` are named amounts, and ``residual``
    is what they leave unexplained, as a share of ``before``.
    """

    id: str
    name: str
    route: str
    part: str
    probability: float
    before: float
    after: float
    expected: float
    expected_per_share: float
    change_per_share: float
    has: Mapping[str, float]
    differences: Mapping[str, float]
    residual: float

    def tables(self) -> list[Table]:
        """From what holders had to what they have."""
        from .layouts.base_case import transaction_table

        return [transaction_table(self)]


class Transactions(tuple[TransactionResult, ...], Shown):
    """The transactions of a base case; in a notebook each with what it changes."""

    __slots__ = ()

    def tables(self) -> list[Table]:
        """One table a transaction."""
        return [table for found in self for table in found.tables()]

    def to_frame(self) -> DataFrame:
        """A row a transaction, indexed by its id; amounts in the case's money, ``..._per_share`` a quoted share."""
        import pandas as pd

        columns = [one.name for one in fields(TransactionResult) if one.name not in ("has", "differences")]
        rows = [{name: getattr(found, name) for name in columns} for found in self]
        return pd.DataFrame(rows, columns=columns).set_index("id")

    __repr__ = Shown.__repr__


@dataclass(frozen=True, repr=False)
class BaseCase(Shown):
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
    memos: tuple[Part, ...]
    bridge: Mapping[str, float]
    transactions: Transactions
    checks: Findings
    lines: Lines
    factor: float

    @property
    def upside(self) -> float | None:
        """Value per share over the price, less one."""
        return None if self.price is None else self.per_share / self.price - 1

    @property
    def steps(self) -> list[Step]:
        """What leads from the sum of the parts to the equity of the group, in order."""
        steps = [Step(*item) for item in self.bridge.items()]
        if self.holding_discount is not None:
            steps.append(Step("holding_discount", self.holding_discount))
        if self.transactions:
            steps.append(Step(TRANSACTIONS, sum(found.expected for found in self.transactions)))
        return steps

    @property
    def market(self) -> dict[str, float]:
        """What the market says of a quoted share beside its price, by name; nothing of the value depends on it."""
        rows = self.lines.scopes.get("market", {})
        return {name.removeprefix("market."): single(row) for name, row in rows.items() if name.startswith("market.")}

    def to_frame(self) -> DataFrame:
        """A row a part, a bridge item and the value per share, indexed by ``item``.

        ``sort`` says which it is, ``value`` is in the case's money and ``per_share`` of a quoted share; units are in
        ``frame.attrs["units"]``. Parts and bridge add up to the last row.
        """
        import pandas as pd

        rows: list[dict[str, Any]] = [
            {"item": part.id, "sort": "part", "name": part.name, "method": part.method, "owned": part.owned,
             "value": part.attributable, "per_share": part.per_share}
            for part in self.parts
        ]  # fmt: skip
        rows += [
            {"item": step.id, "sort": "bridge", "name": step.id.replace("_", " "), "value": step.amount,
             "per_share": step.amount * self.factor}
            for step in self.steps
        ]  # fmt: skip
        rows.append({"item": "per_share", "sort": "total", "name": "value per share", "value": self.equity,
                     "per_share": self.per_share})  # fmt: skip
        columns = ["item", "sort", "name", "method", "owned", "value", "per_share"]
        frame = pd.DataFrame(rows, columns=columns).set_index("item")
        frame.attrs["units"] = {"value": str(self.case.money), "per_share": str(self.case.quote), "owned": "%"}
        return frame

    def as_json(self) -> dict[str, Any]:
        """The contract's object, without a simulation."""
        market = {"market": self.market} if self.market else {}
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
            "memos": [dict(part.__dict__) for part in self.memos],
            "transactions": [dict(found.__dict__) for found in self.transactions],
            "bridge": [{"id": step.id, "value": step.amount} for step in self.steps],
            "checks": [finding.as_json() for finding in self.checks],
            **market,
        }

    def picture(self) -> str:
        """From the parts to one share, a step an item."""
        from .plots.inline import inline
        from .plots.ladders import waterfall

        return inline(lambda: waterfall(self), "From the parts to one share, a step an item")

    def tables(self) -> list[Table]:
        """Parts, bridge, one share, transactions and price."""
        from .layouts.base_case import base_tables

        return base_tables(self)


def base_case(case: Case) -> BaseCase:
    """Value the base case and run the model checks on it."""
    lines = Lines(case.years)
    found = base_value(case, lines)
    return BaseCase(
        case=case,
        per_share=single(found.per_share),
        per_ordinary_share=single(found.per_ordinary_share),
        equity=single(found.equity),
        sum_of_parts=single(found.sum_of_parts),
        holding_discount=None if found.holding_discount is None else single(found.holding_discount),
        price=None if found.price is None else single(found.price),
        implied_discount=None if found.implied_discount is None else single(found.implied_discount),
        loan_to_value=single(found.loan_to_value),
        parts=tuple(_part(case, name, part) for name, part in found.parts.items()),
        memos=tuple(_part(case, name, part) for name, part in found.memos.items()),
        transactions=Transactions(_transaction(case, name, found) for name in found.transactions),
        bridge={name: single(amount) for name, amount in found.bridge.items()},
        checks=_findings(case),
        lines=lines,
        factor=single(found.factor),
    )


def _part(case: Case, name: str, part: PartWorth) -> Part:
    return Part(
        id=name,
        name=case.segments[name].name,
        method=case.method_of(name),
        enterprise_value=None if part.enterprise is None else single(part.enterprise),
        equity_value=single(part.equity),
        owned=single(part.owned),
        attributable=single(part.attributable),
        per_share=single(part.per_share),
    )


def _transaction(case: Case, name: str, found: Valuation) -> TransactionResult:
    outcome, transaction = found.transactions[name], case.transactions[name]
    before, after, factor = (single(amount) for amount in (outcome.before, outcome.after, found.factor))
    return TransactionResult(
        id=name,
        name=transaction.name,
        route=case.workings[name].calculation.name,
        part=transaction.part,
        probability=single(outcome.probability),
        before=before,
        after=after,
        expected=single(found.expected[name]),
        expected_per_share=single(found.expected[name]) * factor,
        change_per_share=(after - before) * factor,
        has={label: single(amount) for label, amount in outcome.has.items()},
        differences={label: single(amount) for label, amount in outcome.differences.items()},
        residual=single(outcome.residual),
    )


def _findings(case: Case) -> Findings:
    return Findings(findings(Recorded(case, *record(case))))
