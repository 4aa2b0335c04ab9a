"""Reading what relates inputs to each other: rank correlations and scenarios."""

from __future__ import annotations

from dataclasses import replace

from ..assumptions import Correlation, Origin, Scenario
from ..dependence import Dependence
from ..kinds import SHARE
from ..problems import nearest
from .session import Session
from .tree import Entries, Items, Node, Text


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
    pairs = tuple(pair for item in node.items if (pair := _pair(session, item)) is not None)
    _check_matrix(session, node, pairs)
    return pairs


def _check_matrix(session: Session, node: Node, pairs: tuple[Correlation, ...]) -> None:
    """Complain about doubled pairs and about a matrix too far from any that is possible."""
    names = sorted({name for pair in pairs for name in pair.between})
    dependence = Dependence.build(names, [(*pair.between, pair.rank) for pair in pairs])
    for complaint in dependence.complaints:
        place = node.place if complaint.pair is None else pairs[complaint.pair].origin.place
        session.problems.add(place, "correlations", complaint.text)


def _pair(session: Session, node: Node) -> Correlation | None:
    between = node.get("between") if isinstance(node, Entries) else None
    rank = node.get("rank") if isinstance(node, Entries) else None
    texts = [item for item in between.items if isinstance(item, Text)] if isinstance(between, Items) else []
    if not isinstance(node, Entries) or len(texts) != 2 or not isinstance(rank, Text):
        session.problems.add(
            node.place, "correlations", "expected between: [one, other] and rank: a number from -1 to 1"
        )
        return None
    names = [_uncertain(session, text) for text in texts]
    try:
        value = float(rank.text)
    except ValueError:
        value = float("nan")
    if not -1 <= value <= 1:
        session.problems.add(rank.place, "correlations", f"expected a rank correlation from -1 to 1, found {rank.text}")
        return None
    why = node.get("why")
    if names[0] is None or names[1] is None:
        return None
    if names[0] == names[1]:
        session.problems.add(node.place, "correlations", f"expected two different inputs, found {names[0]} twice")
        return None
    origin = Origin(node.place, (), why.text if isinstance(why, Text) else "")
    return Correlation((names[0], names[1]), value, origin)


def _uncertain(session: Session, text: Text) -> str | None:
    """The uncertain input that a name means: itself, or the only one of an assumption."""
    inputs = {found.name: found for assumption in session.assumptions.values() for found in assumption.inputs}
    uncertain = [name for name, found in inputs.items() if found.distribution is not None]
    if text.text in uncertain:
        return text.text
    assumption = session.assumptions.get(text.text)
    if assumption is not None:
        inside = [found.name for found in assumption.inputs if found.distribution is not None]
        if len(inside) == 1:
            return inside[0]
        what = f"has several distributions ({', '.join(inside)}): name one" if inside else "has no distribution"
    elif text.text in inputs:
        what = "has no distribution"
    else:
        what = f"is not known{nearest(text.text, [*uncertain, *session.assumptions])}"
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
