"""Edited correlations: ranks, weights and reasons of pairs, in a list or in a matrix."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ..assumptions import Correlation
from ..problems import Place
from .edits import Edit, same
from .merge import Merge, Result
from .notation import respelled, spelled
from .notes import said_anew
from .sides import Change
from .splice import quoted, replaced, with_entry


def pair(merge: Merge, edits: Sequence[Edit]) -> Iterator[Result]:
    """The rank, the weight and the reason of a pair, in a list of pairs or in a matrix."""
    names = frozenset((edits[0].target.name, edits[0].target.part))
    was, here = merge.then.pairs.get(names), merge.now.pairs.get(names)
    if here is None or was is None:
        yield from merge.gone(list(edits), [])
        return
    for edit in edits:
        kind = edit.target.kind
        if kind == "pair why":
            yield from _pair_reason(merge, edit, was, here)
            continue
        then, now = (was.rank, here.rank) if kind == "rank" else (was.weight, here.weight)
        assert isinstance(edit.now, float)
        told = spelled(then), spelled(edit.now), spelled(now)
        decided = merge.decide(
            edit, here.origin.place, untouched=same(then, now), agreed=same(edit.now, now), told=told
        )
        if not isinstance(decided, bool):
            yield decided
        elif decided:
            yield _pair(merge, edit, here)


def _pair(merge: Merge, edit: Edit, here: Correlation) -> Result:
    place = here.origin.place
    if place.file.endswith(".csv"):
        return _in_matrix(merge, edit, here)
    assert isinstance(edit.now, float)
    yaml = merge.now.texts.yaml(place)
    mapping = yaml.mapping(place)
    scalar = yaml.field(mapping, edit.target.kind) if mapping is not None else None
    name = " and ".join(here.between)
    if mapping is None:
        return edit.complaint(f"cannot be found at {place}")
    if scalar is None:
        patch = with_entry(yaml, mapping, edit.target.kind, spelled(edit.now))
        return Change(name, str(edit.cell), place, "", spelled(edit.now), (patch,))
    old = scalar.value.strip()
    new = respelled(edit.now, old)
    found = replaced(scalar, scalar.value.index(old), scalar.value.index(old) + len(old), new)
    line = yaml.position(scalar.start)[0]
    return Change(name, str(edit.cell), Place(place.file, line), old, new, () if found is None else (found,))


def _pair_reason(merge: Merge, edit: Edit, was: Correlation, here: Correlation) -> Iterator[Result]:
    place, mine, theirs = here.origin.place, str(edit.now or ""), here.origin.why
    told = was.origin.why, mine, theirs
    decided = merge.decide(edit, place, untouched=same(was.origin.why, theirs), agreed=same(mine, theirs), told=told)
    if not isinstance(decided, bool):
        yield decided
        return
    if not decided:
        return
    if place.file.endswith(".csv"):
        yield edit.complaint("a matrix has no reasons: write it as a list of pairs")
        return
    yaml = merge.now.texts.yaml(place)
    mapping = yaml.mapping(place)
    scalar = yaml.field(mapping, "why") if mapping is not None else None
    change = Change(" and ".join(here.between), str(edit.cell), place, theirs, mine, ())
    if mapping is None:
        yield edit.complaint(f"cannot be found at {place}")
    elif scalar is None:
        yield replace(change, patches=(with_entry(yaml, mapping, "why", quoted(mine, mapping.flow)),))
    else:
        yield said_anew(yaml, scalar, mine, change)


def _in_matrix(merge: Merge, edit: Edit, here: Correlation) -> Result:
    """A cell below the diagonal, and its mirror where that is filled."""
    assert isinstance(edit.now, float)
    place = here.origin.place
    if edit.target.kind == "weight":
        return edit.complaint("the weight of a pair of a matrix is changed in its own table")
    rows = merge.now.texts.csv(place)
    cell, mirror = rows[place.line - 1][place.column - 1], rows[place.column - 1][place.line - 1]
    new = respelled(edit.now, cell.value.strip())
    patches = [one.becomes(new) for one in (cell, mirror) if one is cell or one.value.strip()]
    return Change(" and ".join(here.between), str(edit.cell), place, cell.value.strip(), new, tuple(patches))
