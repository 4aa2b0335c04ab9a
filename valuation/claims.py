"""The waterfall: how equity is divided among preferred, common and options, without sorting anything by value.

Let t be the price of a common share. Each class takes a preference, and shares of t beyond some price: an option beyond
its strike, a convertible beyond its preference a share. Each such price is an event; the equity at which it happens is
its breakpoint, the sum of what all classes take there. Between breakpoints one more unit of equity is spread over the
shares that then take part, so the price of a share is a sum over events of what the equity exceeds its breakpoint by.
With the excess itself that is the exact division of an equity value (treasury stock method, if-converted); with a call
struck at the breakpoint it is the option pricing method. AICPA guide on private equity valuations (2019), ch. 8 and 12.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from .lines import Line
from .operations import add_up, at_least, at_most, below, maximum, valid
from .units import Unit

MOST_TERMS: Final = 4


@dataclass(frozen=True)
class Claim:
    """A class of claims on equity. ``shares`` are common shares: as converted, or those that options are exercised for.

    Preferred have a ``preference`` (money in total), a ``rank`` (1 is paid first) and take part in what is left: never
    (``none``, they convert when that is worth more), fully, or ``capped`` (money in total, the preference included).
    Redeemable shares have a preference and nothing else; options have a ``strike`` (money a share).
    """

    name: str
    kind: Literal["common", "preferred", "redeemable", "option"]
    shares: Any = None
    preference: Any = None
    rank: int = 1
    participation: Literal["none", "full", "capped"] = "none"
    cap: Any = None
    strike: Any = None

    @property
    def words(self) -> str:
        """The name as it stands in labels."""
        return self.name.replace("_", " ")

    @property
    def from_the_start(self) -> bool:
        """Whether it takes part in the first unit beyond the preferences."""
        return self.kind == "common" or (self.kind == "preferred" and self.participation != "none")


@dataclass(frozen=True)
class Event:
    """The price of a share at which a class begins (sign 1) or stops (sign -1) to take part."""

    label: str
    owner: str
    price: Any
    shares: Any
    sign: Literal[1, -1] = 1

    def joined(self, shares: Any) -> Any:
        """A number of shares after this event."""
        return shares + self.shares if self.sign > 0 else shares - self.shares


@dataclass(frozen=True)
class Rank:
    """Preferences that are paid together: what they sum to, and what all down to this rank sum to."""

    number: int
    preference: Any
    through: Any

    @property
    def label(self) -> str:
        """What the equity beyond it is called."""
        return f"preferences of rank {self.number}"


@dataclass(frozen=True)
class Waterfall:
    """The division of any equity value: ranks of preferences and events, each event with the shares before it.

    ``owed`` is the sum of all preferences (None when there are none), ``start`` the shares that take part from there.
    """

    claims: tuple[Claim, ...]
    ranks: tuple[Rank, ...]
    owed: Any
    start: Any
    events: tuple[Event, ...]
    before: tuple[Any, ...]
    breakpoints: tuple[Any, ...]

    @property
    def points(self) -> dict[str, Any]:
        """Every breakpoint by its label: the ranks of preferences, then the events."""
        events = {event.label: point for event, point in zip(self.events, self.breakpoints, strict=True)}
        return {rank.label: rank.through for rank in self.ranks} | events

    def precedes(self, one: int, other: int) -> Any:
        """1 where an event comes before another; of two at the same price the one that is named first."""
        test = at_most if one < other else below
        return test(self.events[one].price, self.events[other].price)


def waterfall(line: Line, claims: Sequence[Claim]) -> Waterfall:
    """Find the breakpoints of a capital structure; at least one class must take part from the start."""
    starting = [claim.shares for claim in claims if claim.from_the_start]
    if not starting:
        raise TypeError("expected a class of common shares, found none")
    ranks = tuple(_ranks(line, claims))
    owed = ranks[-1].through if ranks else None
    start = line("Shares in the first unit beyond the preferences", add_up(*starting))
    events = tuple(event for claim in claims for event in _events(line, claim))
    bare = Waterfall(tuple(claims), ranks, owed, start, events, (), ())
    before = [_shares_before(line, bare, place) for place in range(len(events))]
    points = [_breakpoint(line, bare, place) for place in range(len(events))]
    return Waterfall(bare.claims, ranks, owed, start, events, tuple(before), tuple(points))


def _ranks(line: Line, claims: Sequence[Claim]) -> list[Rank]:
    found: list[Rank] = []
    senior: Any = None
    for number in sorted({claim.rank for claim in claims if claim.preference is not None}):
        owed = [claim.preference for claim in claims if claim.preference is not None and claim.rank == number]
        together = line(f"Preferences of rank {number}", add_up(*owed))
        senior = together if senior is None else line(f"Preferences through rank {number}", senior + together)
        found.append(Rank(number, together, senior))
    return found


def _events(line: Line, claim: Claim) -> list[Event]:
    words, shares = claim.words, claim.shares
    if claim.kind == "option":
        return [Event(f"exercise of {words}", claim.name, claim.strike, shares)]
    if claim.kind != "preferred" or claim.participation == "full":
        return []
    if claim.participation == "none":
        price = line(f"Price at the conversion of {words}", claim.preference / shares)
        return [Event(f"conversion of {words}", claim.name, price, shares)]
    room = valid(at_least(claim.cap, claim.preference), claim.cap - claim.preference)
    stop = line(f"Price at the cap of {words}", room / shares)
    convert = line(f"Price at the conversion of {words}", claim.cap / shares)
    return [
        Event(f"cap of {words}", claim.name, stop, shares, -1),
        Event(f"conversion of {words}", claim.name, convert, shares),
    ]


def _shares_before(line: Line, fall: Waterfall, place: int) -> Any:
    others = [(e.sign, fall.precedes(k, place) * e.shares) for k, e in enumerate(fall.events) if k != place]
    return summed(line, f"Shares before the {fall.events[place].label}", fall.start, others)


def _breakpoint(line: Line, fall: Waterfall, place: int) -> Any:
    """What all classes take together at the price of an event."""
    here = fall.events[place]
    first = fall.start * here.price if fall.owed is None else fall.owed + fall.start * here.price
    others = [(e.sign, e.shares * maximum(here.price - e.price, 0)) for e in fall.events if e is not here]
    return summed(line, f"Breakpoint at the {here.label}", first, others)


def summed(
    line: Line,
    label: str,
    first: Any,
    terms: Sequence[tuple[int, Any]],
    most: int = MOST_TERMS,
    show: Unit | None = None,
) -> Any:
    """Name a sum of signed terms; when it is long its parts have lines of their own, so that each fits a cell."""
    parts = [terms[start : start + most] for start in range(0, len(terms), most)]
    for number, part in enumerate(parts, 1):
        for sign, term in part:
            first = first + term if sign > 0 else first - term
        if number < len(parts):
            first = line(f"{label}, part {number}", first, show=show)
    return line(label, first, show=show)


# Dividing --------------------------------------------------------------------------------------------------------


def price_of_share(line: Line, fall: Waterfall, rest: Any, beyond: Mapping[str, Any]) -> tuple[Any, list[Any]]:
    """Value of one common share, and by how much each event turns it.

    ``rest`` is worth what is left after the preferences, ``beyond`` what the equity exceeds each breakpoint by.
    """
    turns = [
        line(f"Effect of the {event.label} on a share", beyond[event.label] * (1 / event.joined(shares) - 1 / shares))
        for event, shares in zip(fall.events, fall.before, strict=True)
    ]
    price = rest / fall.start
    for turn in turns:
        price = price + turn
    return line("Value of a common share", price), turns


def divide(line: Line, fall: Waterfall, equity: Any, beyond: Mapping[str, Any]) -> dict[str, Any]:
    """Value of each class; ``beyond`` is worth what the equity exceeds each of the waterfall's points by."""
    slices: dict[int, Any] = {}
    rest = equity
    for rank in fall.ranks:
        slices[rank.number] = line(f"Value of the {rank.label}", rest - beyond[rank.label])
        rest = beyond[rank.label]
    price, turns = price_of_share(line, fall, rest, beyond)
    gains: dict[str, Any] = {}
    for place, event in enumerate(fall.events):
        first = beyond[event.label] / event.joined(fall.before[place])
        later = [(1, fall.precedes(place, k) * turn) for k, turn in enumerate(turns) if k != place]
        gains[event.label] = summed(line, f"Value of a share beyond the {event.label}", first, later)
    values = {claim.name: _value(fall, claim, slices, price, gains) for claim in fall.claims}
    return {claim.name: line(f"Value of {claim.words}", values[claim.name]) for claim in fall.claims}


def _value(fall: Waterfall, claim: Claim, slices: Mapping[int, Any], price: Any, gains: Mapping[str, Any]) -> Any:
    """The preference of a class and what it takes beyond it."""
    parts: list[tuple[int, Any]] = []
    if claim.preference is not None:
        parts.append((1, slices[claim.rank] * part_of_rank(fall, claim)))
    if claim.from_the_start:
        parts.append((1, claim.shares * price))
    parts += [(e.sign, claim.shares * gains[e.label]) for e in fall.events if e.owner == claim.name]
    value = parts[0][1]
    for sign, part in parts[1:]:
        value = value + part if sign > 0 else value - part
    return value


def part_of_rank(fall: Waterfall, claim: Claim) -> Any:
    """The share of a class in the preferences that are paid together with its own."""
    return claim.preference / next(rank.preference for rank in fall.ranks if rank.number == claim.rank)


def bands(fall: Waterfall, claim: Claim) -> tuple[Any, dict[str, Any]]:
    """What a class is worth as a sum: a multiple of the equity, and one of what is beyond each point.

    The multiple at a point is the share of the class in each unit above it less its share in each unit below it.
    """
    of_equity: Any = 0
    weights: dict[str, Any] = {}
    if claim.preference is not None:
        part = part_of_rank(fall, claim)
        place = next(place for place, rank in enumerate(fall.ranks) if rank.number == claim.rank)
        weights[fall.ranks[place].label] = -part
        if place:
            weights[fall.ranks[place - 1].label] = part
        else:
            of_equity = part
    if claim.from_the_start:
        first = claim.shares / fall.start
        last = fall.ranks[-1].label if fall.ranks else ""
        if not last:
            of_equity = first
        else:
            weights[last] = weights[last] + first if last in weights else first
    turns = {event.label: _turn(fall, claim, place) for place, event in enumerate(fall.events)}
    return of_equity, weights | {label: turn for label, turn in turns.items() if turn is not None}


def _turn(fall: Waterfall, claim: Claim, place: int) -> Any:
    """How an event changes the share of a class in each further unit; None when it never can."""
    event, shares = fall.events[place], fall.before[place]
    taking: Any = claim.shares if claim.from_the_start else None
    for k, other in enumerate(fall.events):
        if other.owner == claim.name and k != place:
            part = fall.precedes(k, place) * other.shares
            taking = part if taking is None else taking + part if other.sign > 0 else taking - part
    if event.owner != claim.name:
        return None if taking is None else taking * (1 / event.joined(shares) - 1 / shares)
    own = event.shares if taking is None else event.joined(taking)
    return own / event.joined(shares) if taking is None else own / event.joined(shares) - taking / shares
