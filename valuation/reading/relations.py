"""Reading what relates inputs to each other: rank correlations and scenarios."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from ..assumptions import Correlation, Input, Origin, Scenario
from ..dependence import KEEP, Dependence
from ..kinds import SHARE
from ..problems import Problems, nearest
from .segments import YES_OR_NO
from .session import Session
from .tree import Entries, Items, Node, Text

PAIR: Final = ("between", "rank", "weight", "keep", "why")


def correlations(session: Session) -> tuple[Correlation, ...]:
    """Read target rank correlations; the matrix they make must be possible."""
    _, node = session.node("correlations")
    if node is None:
        return ()
    if not isinstance(node, Items):
        session.problems.add(
            node.place, "correlations", "expected a list of {between: [a, b], rank: 0.5} or a CSV matrix"
        )
        return ()
    known = _Inputs.of(session)
    pairs = tuple(pair for item in node.items if (pair := _pair(known, item)) is not None)
    _check_matrix(session, node, pairs)
    return pairs


def _check_matrix(session: Session, node: Node, pairs: tuple[Correlation, ...]) -> None:
    """Complain about doubled pairs and about a matrix too far from any that is possible."""
    names = sorted({name for pair in pairs for name in pair.between})
    dependence = Dependence.build(names, [pair.weighted for pair in pairs])
    for complaint in dependence.complaints:
        place = node.place if complaint.pair is None else pairs[complaint.pair].origin.place
        session.problems.add(place, "correlations", complaint.text)


def _pair(known: _Inputs, node: Node) -> Correlation | None:
    problems = known.session.problems
    between = node.get("between") if isinstance(node, Entries) else None
    rank = node.get("rank") if isinstance(node, Entries) else None
    texts = [item for item in between.items if isinstance(item, Text)] if isinstance(between, Items) else []
    if not isinstance(node, Entries) or len(texts) != 2 or not isinstance(rank, Text):
        problems.add(node.place, "correlations", "expected between: [one, other] and rank: a number from -1 to 1")
        return None
    for key, _ in node:
        if key.text not in PAIR:
            problems.add(key.place, "correlations", f"{key.text} is not known here{nearest(key.text, PAIR)}")
    names = [known.uncertain(text) for text in texts]
    value = _number(rank)
    if not -1 <= value <= 1:
        problems.add(rank.place, "correlations", f"expected a rank correlation from -1 to 1, found {rank.text}")
        return None
    weight = _weight(problems, node)
    why = node.get("why")
    if names[0] is None or names[1] is None or weight is None:
        return None
    if names[0] == names[1]:
        problems.add(node.place, "correlations", f"expected two different inputs, found {names[0]} twice")
        return None
    origin = Origin(node.place, (), why.text if isinstance(why, Text) else "")
    return Correlation((names[0], names[1]), value, origin, weight)


def _weight(problems: Problems, node: Entries) -> float | None:
    """How much a pair is to stay as it is: ``keep: yes``, or ``weight`` with a number; 1 when nothing is said."""
    keep, weight = node.get("keep"), node.get("weight")
    if keep is not None and weight is not None:
        problems.add(node.key("keep"), "correlations", "expected keep or weight, found both")
        return None
    if keep is not None:
        if not isinstance(keep, Text) or keep.text.lower() not in YES_OR_NO:
            found = keep.text if isinstance(keep, Text) else "something else"
            problems.add(keep.place, "correlations", f"expected keep to be yes or no, found {found}")
            return None
        return KEEP if YES_OR_NO[keep.text.lower()] else 1.0
    if weight is None:
        return 1.0
    value = _number(weight)
    if not 0 <= value < KEEP:
        found = weight.text if isinstance(weight, Text) else "something else"
        remedy = "keep: yes holds a pair as it is"
        problems.add(weight.place, "correlations", f"expected a weight of 0 or more, found {found}; {remedy}")
        return None
    return value


def _number(node: Node) -> float:
    try:
        return float(node.text) if isinstance(node, Text) else math.nan
    except ValueError:
        return math.nan


@dataclass(frozen=True)
class _Inputs:
    """Every input of a case by name, and those that are uncertain, looked up once for all pairs."""

    session: Session
    inputs: Mapping[str, Input]
    drawn: frozenset[str]

    @classmethod
    def of(cls, session: Session) -> _Inputs:
        inputs = {found.name: found for assumption in session.assumptions.values() for found in assumption.inputs}
        return cls(session, inputs, frozenset(name for name, found in inputs.items() if found.distribution is not None))

    def uncertain(self, text: Text) -> str | None:
        """The uncertain input that a name means: itself, or the only one of an assumption."""
        if text.text in self.drawn:
            return text.text
        session, assumption = self.session, self.session.assumptions.get(text.text)
        if assumption is not None:
            inside = [found.name for found in assumption.inputs if found.distribution is not None]
            if len(inside) == 1:
                return inside[0]
            what = f"has several distributions ({', '.join(inside)}): name one" if inside else "has no distribution"
        elif text.text in self.inputs:
            what = "has no distribution"
        elif any(text.text.startswith(f"{name}.") for name in session.attempted - set(session.assumptions)):
            return None  # a piece of what could not be read, which is complained about already
        else:
            what = f"is not known{nearest(text.text, [*self.drawn, *session.assumptions])}"
        if not any(name.startswith(text.text) or text.text.startswith(name) for name in session.overrides):
            session.problems.add(text.place, "correlations", f"{text.text} {what}")
        return None


def scenarios(session: Session) -> dict[str, Scenario]:
    """Read the named overlays; their probabilities sum to one."""
    _, node = session.node("scenarios")
    found: dict[str, Scenario] = {}
    if node is None:
        return found
    if not isinstance(node, Entries):
        session.problems.add(node.place, "scenarios", "expected scenarios by name, each with probability and set")
        return found
    for key, child in node:
        scenario = _scenario(session, key, child)
        if scenario is not None:
            found[key.text] = scenario
    total = sum(scenario.probability for scenario in found.values())
    if found and abs(total - 1) > 1e-9 and not session.problems:
        session.problems.add(
            node.place, "scenarios", f"expected probabilities that sum to 100%, found {100 * total:g}%"
        )
    return found


def _scenario(session: Session, key: Text, node: Node) -> Scenario | None:
    probability = node.get("probability") if isinstance(node, Entries) else None
    name = f"scenarios.{key.text}"
    if not isinstance(node, Entries) or probability is None:
        session.problems.add(node.place, name, "expected probability and set")
        return None
    for entry, _ in node:
        if entry.text not in ("probability", "set", "why", "note"):
            session.problems.add(
                entry.place, name, f"{entry.text} is not known here{nearest(entry.text, ('probability', 'set', 'why'))}"
            )
    reader = replace(session.values, overrides={}, used=set())
    chance = reader.assumption(f"{name}.probability", "Probability", probability, SHARE)
    values = _overlay(session, name, node.get("set"))
    why = node.get("why")
    if chance is None:
        return None
    if not chance.plain or chance.inputs[0].distribution is not None:
        session.problems.add(probability.place, name, f"expected a percentage, found {chance.written}")
        return None
    origin = Origin(key.place, (), why.text if isinstance(why, Text) else "")
    return Scenario(key.text, chance.inputs[0].base, values, origin)


def _overlay(session: Session, name: str, node: Node | None) -> dict[str, str]:
    """The values that a scenario lays over the base case, by dotted name."""
    if node is None:
        return {}
    if not isinstance(node, Entries):
        session.problems.add(node.place, name, "expected set to be dotted names with values, such as cloud.wacc: 9%")
        return {}
    for key, value in node:
        if not isinstance(value, Text):
            session.problems.add(
                value.place, f"{name}.{key.text}", "expected one value, a fade, a formula or a distribution"
            )
    return {key.text: value.text for key, value in node if isinstance(value, Text)}
