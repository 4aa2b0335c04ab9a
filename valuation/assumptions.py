"""What we assume: inputs, assumptions, segments and the case, each frozen, with unit, source and place in its file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from .calculation import Calculation
from .distributions import Distribution
from .expressions import Expression, InputValue
from .problems import Place, Problem
from .units import SCALES, Unit

GROUPS: Final = ("drivers", "shares", "holding", "bridge", "market", "reconciliation")
RESERVED: Final = (*GROUPS, "financials", "peers", "parts", "period", "transactions")
JUDGEMENT: Final = "judgement"
DEFAULT: Final = "default"


@dataclass(frozen=True)
class Origin:
    """Where a number comes from: ids of evidence or the word judgement, why, a note, and the place in its file.

    ``as_of`` is the date that it is of, ``owner`` who answers for it and ``changed`` when it was last changed, where an
    analyst writes them.
    """

    place: Place
    sources: tuple[str, ...] = ()
    why: str = ""
    note: str = ""
    as_of: str = ""
    owner: str = ""
    changed: str = ""

    @property
    def source(self) -> str:
        """The sources as one text."""
        return ", ".join(self.sources)


@dataclass(frozen=True)
class Span:
    """Which characters of a scalar of a file spell something; ``place`` is where the scalar begins.

    Characters are those of the scalar's value as YAML reads it. ``power`` of ten leads from numbers without a unit of
    their own to the unit in which the input is kept.
    """

    place: Place
    start: int
    end: int
    power: int = 0


@dataclass(frozen=True)
class Input:
    """One number that somebody chose: a blue cell. ``name`` is its dotted name, unique in the case.

    ``span`` is where its number or distribution stands, None for what no file says.
    """

    name: str
    label: str
    base: float
    unit: Unit
    distribution: Distribution | None
    written: str
    origin: Origin
    span: Span | None = None


@dataclass(frozen=True)
class Assumption:
    """A named quantity of the case: an expression over its inputs and over other names.

    ``scope`` is the working or group that it belongs to, where its names are looked up first. ``unit`` is what it must
    be (None: what the expression gives); ``yearly`` repeats a single value over the years; ``single`` refuses a yearly
    one.
    """

    name: str
    scope: str
    label: str
    expression: Expression
    inputs: tuple[Input, ...]
    unit: Unit | None
    origin: Origin
    written: str
    yearly: bool = False
    single: bool = False

    @property
    def plain(self) -> bool:
        """Whether it is just one input, not repeated over years."""
        return isinstance(self.expression, InputValue) and not self.yearly


@dataclass(frozen=True)
class Working:
    """One calculation of the case, with what it is given: a method's view of a segment, a schedule, a transaction.

    ``scope`` is its dotted name and its sheet; ``given`` holds the assumption or the word that stands for each
    parameter.
    """

    scope: str
    title: str
    calculation: Calculation
    given: Mapping[str, Any]
    note: str
    place: Place

    @property
    def told(self) -> dict[str, str]:
        """What it is given by the names of its parameters: words, columns of peers, names of assumptions."""
        return dict(_told(self.given))


@dataclass(frozen=True)
class Segment:
    """One part of the company: the workings that value it, and what the group owns of it.

    ``views`` are the scopes of its workings, the segment's own when there is one; of several, ``weights`` names the
    weight of each. A ``memo`` segment is valued and shown, but is no part of the sum.
    """

    id: str
    name: str
    views: tuple[str, ...]
    weights: tuple[str, ...]
    discounted: bool
    has_net_debt: bool
    memo: bool
    note: str
    place: Place


@dataclass(frozen=True)
class Transaction:
    """A transaction that may happen to a part, or to a memo that is a unit inside one.

    Its route is the working of the same name.
    """

    id: str
    name: str
    part: str
    place: Place


@dataclass(frozen=True)
class PeerReference:
    """A column of a table of peers, given to a calculation whole."""

    table: str
    column: str


def _told(given: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in given.items():
        if isinstance(value, Mapping):
            yield from _told(value, f"{prefix}{name}.")
        elif isinstance(value, PeerReference):
            yield f"{prefix}{name}", f"peers.{value.table}.{value.column}"
        else:
            yield f"{prefix}{name}", str(value)


@dataclass(frozen=True)
class PeerTable:
    """A table of peers: text and numbers by column; blank numbers are NaN."""

    id: str
    columns: Mapping[str, tuple[str, ...] | NDArray[np.float64]]
    place: Place

    @property
    def numeric(self) -> list[str]:
        """Names of the columns that hold numbers."""
        return [name for name, values in self.columns.items() if isinstance(values, np.ndarray)]


@dataclass(frozen=True)
class Correlation:
    """A target rank correlation (Spearman) between two inputs.

    ``weight`` says how much it stays when the matrix must be repaired, infinite for a pair that is kept.
    """

    between: tuple[str, str]
    rank: float
    origin: Origin
    weight: float = 1.0

    @property
    def weighted(self) -> tuple[str, str, float, float]:
        """The pair as ``dependence`` takes it: both names, the rank and the weight."""
        return (*self.between, self.rank, self.weight)


@dataclass(frozen=True)
class Scenario:
    """A named overlay of other values, with a probability; ``case`` is the case with the overlay."""

    name: str
    probability: float
    values: Mapping[str, str]
    origin: Origin
    case: Case | None = None


@dataclass(frozen=True)
class Reconciliation:
    """Items whose sum must tie to a reported total: names of assumptions."""

    name: str
    items: tuple[str, ...]
    total: str


@dataclass(frozen=True)
class CheckSetting:
    """What a case changes in a check, and why: thresholds (as numbers and as written), its severity, or all of it."""

    rule: str
    thresholds: Mapping[str, float]
    written: Mapping[str, str]
    severity: Literal["error", "warning", "info", ""]
    off: bool
    origin: Origin


@dataclass(frozen=True)
class Fact:
    """A dated and sourced piece of evidence."""

    id: str
    statement: str
    fields: Mapping[str, str]


@dataclass(frozen=True, repr=False)
class Case:
    """A company as of a date: everything that is assumed, read and checked.

    ``files`` holds the texts by their names, told from the ``folder``, and ``overrides`` what was set beside them.
    """

    id: str
    name: str
    currency: str
    date: str
    base_year: int
    years: int
    assumptions: Mapping[str, Assumption]
    workings: Mapping[str, Working]
    segments: Mapping[str, Segment]
    transactions: Mapping[str, Transaction]
    share_count: Working | None
    bridge: tuple[str, ...]
    discount_base: Literal["nothing", "stakes", "net asset value"] | tuple[str, ...]
    order: tuple[str, ...]
    peers: Mapping[str, PeerTable] = field(default_factory=dict)
    correlations: tuple[Correlation, ...] = ()
    scenarios: Mapping[str, Scenario] = field(default_factory=dict)
    reconciliations: tuple[Reconciliation, ...] = ()
    evidence: Mapping[str, Fact] = field(default_factory=dict)
    checks: Mapping[str, CheckSetting] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    overrides: Mapping[str, str] = field(default_factory=dict)
    folder: str = ""
    remarks: tuple[Problem, ...] = ()

    def __repr__(self) -> str:
        return f"Case({self.id!r}: {self.name}, {len(self.parts)} parts)"

    @property
    def place(self) -> Place:
        """The place of the case as a whole."""
        return Place(str(Path(self.folder) / next(iter(self.files), self.id)))

    @property
    def inputs(self) -> Iterator[Input]:
        """Every input in file order."""
        return (found for assumption in self.assumptions.values() for found in assumption.inputs)

    @property
    def parts(self) -> dict[str, Segment]:
        """The segments that are summed: all but the memos."""
        return {name: segment for name, segment in self.segments.items() if not segment.memo}

    @property
    def memos(self) -> dict[str, Segment]:
        """The segments that are valued beside the sum."""
        return {name: segment for name, segment in self.segments.items() if segment.memo}

    def method_of(self, segment: str) -> str:
        """The name of a segment's method, or of its several methods."""
        names = [self.workings[view].calculation.name for view in self.segments[segment].views]
        return " + ".join(dict.fromkeys(names))

    def input(self, name: str) -> Input:
        """Return the input of a name."""
        return next(found for found in self.inputs if found.name == name)

    def has(self, name: str) -> bool:
        """Whether the case has an assumption of that name."""
        return name in self.assumptions

    @property
    def fiscal_years(self) -> range:
        """The fiscal years that are forecast."""
        return range(self.base_year + 1, self.base_year + 1 + self.years)

    @property
    def base_values(self) -> dict[str, NDArray[np.float64]]:
        """The base value of every input, each of shape (1,)."""
        return {found.name: np.array([found.base]) for found in self.inputs}

    @property
    def discounted(self) -> tuple[str, ...] | None:
        """The parts and bridge items to which the holding discount applies; None for everything."""
        match self.discount_base:
            case "net asset value":
                return None
            case "nothing":
                return ()
            case "stakes":
                return tuple(segment.id for segment in self.parts.values() if segment.discounted)
            case tuple() as names:
                return names

    @property
    def money(self) -> Unit:
        """The unit of what parts are worth: the case's money, in m."""
        return Unit(((self.currency, 1),), SCALES["m"])

    @property
    def quote(self) -> Unit:
        """The unit of the value per share: the price's own, else money a share."""
        price = self.assumptions.get("shares.price")
        if price is not None and price.unit is not None:
            return price.unit
        return Unit(tuple(sorted(((self.currency, 1), ("share", -1)))))
