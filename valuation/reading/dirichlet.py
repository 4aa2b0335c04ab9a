"""Reading shares that sum to one: ``mix: ~ dirichlet(cloud=5, chips=3, other=2)`` becomes an assumption a share.

Gamma variables divided by their sum are Dirichlet (Johnson, Kotz and Balakrishnan 2000, Continuous Multivariate
Distributions 1, chapter 49): so each share is a live formula over gamma inputs, which simulate and stand in the
workbook like all others.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

from ..distributions.spelling import A_NUMBER
from .distributions import CALL, DIRICHLET, LONGEST, plain_text, shortened, split_arguments
from .files import NAME
from .session import Session, humanised
from .tree import Entries, Node, Text

GAMMA: Final = "gamma"
MOST: Final = 30
LONGEST_NAME: Final = 255
_NOT_HERE: Final = ("unit", "base")


def read_shares(session: Session, name: str, key: Text, node: Node, scope: str = "") -> bool:
    """Read the shares under a name; False when what stands there is something else."""
    content = node.get("value") if isinstance(node, Entries) else node
    if name in session.overrides:
        content = Text(session.override_place, session.overrides[name])
    if not isinstance(content, Text) or not content.text.lstrip().startswith("~"):
        return False
    call = CALL.fullmatch(plain_text(content))
    if call is None or call["name"] != DIRICHLET:
        return False
    session.values.used.add(name)
    fields = tuple((k, child) for k, child in node if k.text != "value") if isinstance(node, Entries) else ()
    parts = split_arguments(call["body"])
    weights = _weights(session, name, content, parts)
    complaint = _complaint(session, name, key, fields, weights)
    if not 2 <= len(parts) <= MOST:
        complaint = f"expected 2 to {MOST} shares such as dirichlet(cloud=5, other=2), found {len(parts)}"
    if complaint:
        session.problems.add(content.place, name, complaint)
        return True
    total = " + ".join(f"{name}.{share}.{GAMMA}" for share in weights)
    for share, weight in weights.items():
        label = f"{humanised(key.text)}, {humanised(share).lower()}"
        gamma = f"{name}.{share}.{GAMMA}"
        drawn = Text(content.place, f"~ gamma({weight}, 1)"), Text(content.place, weight)
        _assume(session, gamma, f"{label}, {GAMMA}", drawn, fields, scope)
        _assume(session, f"{name}.{share}", label, (Text(content.place, f"= {gamma} / ({total})"),), fields, scope)
    return True


def _assume(
    session: Session, name: str, label: str, texts: tuple[Text, ...], fields: tuple[tuple[Text, Node], ...], scope: str
) -> None:
    """Read a value, and its base where one is given, as if they had been written with the fields of the shares."""
    place = texts[0].place
    own = zip((Text(place, "value"), Text(place, "base")), texts, strict=False)
    key = Text(place, name.rpartition(".")[2])
    session.assume(name, label, key, Entries(place, (*own, *fields)), None, scope)


def _weights(session: Session, name: str, node: Text, parts: Sequence[str]) -> dict[str, str]:
    """The weight of each share as it is written; what is wrong with one is a problem."""
    weights: dict[str, str] = {}
    for part in parts:
        share, _, text = (piece.strip() for piece in part.partition("="))
        number = A_NUMBER.fullmatch(text) if len(text) <= LONGEST else None
        positive = number is not None and not number[2] and 0 < float(number[1]) < math.inf
        if not NAME.fullmatch(share) or share in weights or not positive:
            text = f"expected names with numbers above 0, such as cloud=5, found {shortened(part)}"
            session.problems.add(node.place, name, f"{text}{' again' if share in weights else ''}")
        else:
            weights[share] = text
    return weights


def _complaint(
    session: Session, name: str, key: Text, fields: tuple[tuple[Text, Node], ...], weights: Mapping[str, str]
) -> str:
    """What is wrong with the shares as a whole, or an empty text."""
    odd = next((k.text for k, _ in fields if k.text in _NOT_HERE), "")
    if odd:
        return f"expected no {odd}: shares are parts of 1, and their base is their mean"
    if not NAME.fullmatch(key.text):
        return "expected a name of at most 60 small letters, digits and _, such as mix"
    if max(map(len, weights), default=0) + len(name) + len(GAMMA) + 2 > LONGEST_NAME:
        return f"expected names of shares that make at most {LONGEST_NAME} characters with those around them"
    for share in weights:
        whole = f"{name}.{share}"
        if whole not in session.overrides:
            continue
        session.values.used.add(whole)
        return f"{whole} is one of several shares of 1: replace {name}, or {whole}.{GAMMA} against the others"
    return ""
