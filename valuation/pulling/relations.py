"""Edited correlations, scenarios, peers and the base year in the text of their files."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ..assumptions import Case, Correlation, Input, PeerTable, Scenario
from ..problems import Place
from .book import Value
from .edits import Edit, same
from .merge import Merge, Result
from .notation import in_unit, respelled, spelled
from .notes import said_anew
from .numerals import numeral
from .places import Mapping, YamlText
from .sides import Change, Holds
from .splice import Patch, quoted, replaced, with_entry
from .targets import PEERS

# Correlations -----------------------------------------------------------------------------------------------------


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


# Scenarios --------------------------------------------------------------------------------------------------------


def overlay(merge: Merge, edits: Sequence[Edit]) -> Iterator[Result]:
    """One input in one scenario: the number in its overlay, or a line more."""
    edit = edits[0]
    scenario = edit.target.part
    was, here = merge.then.case.scenarios.get(scenario), merge.now.case.scenarios.get(scenario)
    if here is None or was is None or here.case is None or was.case is None:
        yield from merge.gone(list(edits), list(merge.now.case.scenarios))
        return
    before, now = _in_scenario(was.case, edit.target.name), _in_scenario(here.case, edit.target.name)
    if now is None or before is None:
        yield from merge.gone(list(edits), list(merge.now.inputs))
        return
    assert isinstance(edit.now, float)
    told = in_unit(before.base, before.unit), in_unit(edit.now, before.unit), in_unit(now.base, now.unit)
    decided = merge.decide(
        edit,
        here.origin.place,
        untouched=same(before.base, now.base) and before.distribution == now.distribution,
        agreed=same(edit.now, now.base),
        told=told,
    )
    if not isinstance(decided, bool):
        yield decided
    elif decided:
        yield _overlaid(merge, edit, here, now)


def _in_scenario(case: Case, name: str) -> Input | None:
    return next((found for found in case.inputs if found.name == name), None)


def _overlaid(merge: Merge, edit: Edit, here: Scenario, now: Input) -> Result:
    assert isinstance(edit.now, float)
    place, name = here.origin.place, edit.target.name
    yaml = merge.now.texts.yaml(place)
    mapping = yaml.under(place, "set")
    key = next((key for key in _around(name) if key in here.values), "")
    holds = _worth(here.name, name, edit.now)
    if key and now.span is not None and now.span.place == place:
        scalar = yaml.field(mapping, key) if mapping is not None else None
        if scalar is None or now.distribution is not None:
            return edit.complaint(f"is laid over by {key}: {here.values[key]}; change it at {place}")
        text = scalar.value[now.span.start : now.span.end]
        found = numeral(text, now.unit, now.span.power)
        if found is None:
            return edit.complaint(f"cannot be found in {here.values[key]}; change it at {place}")
        new = found.becomes(edit.now)
        start = now.span.start
        patch = replaced(scalar, start + found.start, start + found.end, new)
        line = yaml.position(scalar.start)[0]
        change = Change(f"scenarios.{here.name}.{name}", str(edit.cell), Place(place.file, line), found.text, new, ())
        return replace(change, patches=() if patch is None else (patch,), holds=holds)
    return _line_more(yaml, mapping, edit, here, now, holds)


def _around(name: str) -> Iterator[str]:
    """The names under which an input may be overlaid: its own, and those around it."""
    while name:
        yield name
        name = name.rpartition(".")[0]


def _line_more(
    yaml: YamlText, mapping: Mapping | None, edit: Edit, here: Scenario, now: Input, holds: Holds | None
) -> Result:
    assert isinstance(edit.now, float)
    place, name = here.origin.place, edit.target.name
    text = in_unit(edit.now, now.unit)
    if mapping is None:
        scenario = yaml.under(place)
        if scenario is None:
            return edit.complaint(f"cannot be added at {place}")
        patch = with_entry(yaml, scenario, "set", f"{{{name}: {quoted(text, flow=True)}}}")
        flow = scenario.flow
    else:
        patch, flow = with_entry(yaml, mapping, name, text), mapping.flow
    line = yaml.position(patch.start)[0] + (0 if flow else 1)
    change = Change(
        f"scenarios.{here.name}.{name}", str(edit.cell), Place(place.file, line), "as the base", text, (patch,)
    )
    return replace(change, holds=holds)


def _worth(scenario: str, name: str, value: float) -> Holds | None:
    def holds(case: Case) -> bool:
        found = case.scenarios.get(scenario)
        one = _in_scenario(found.case, name) if found is not None and found.case is not None else None
        return one is not None and same(one.base, value)

    return holds


def probability(merge: Merge, edits: Sequence[Edit]) -> Iterator[Result]:
    """The probability of a scenario."""
    edit = edits[0]
    was, here = (side.case.scenarios.get(edit.target.part) for side in (merge.then, merge.now))
    if here is None or was is None:
        yield from merge.gone(list(edits), list(merge.now.case.scenarios))
        return
    yaml, place = merge.now.texts.yaml(here.origin.place), here.origin.place
    mapping = yaml.under(place)
    scalar = yaml.field(mapping, "probability") if mapping is not None else None
    if scalar is None:
        # written at length: {value: 25%, source: ...}
        inner = yaml.inner(mapping, "probability") if mapping is not None else None
        scalar = yaml.field(inner, "value") if inner is not None else None
    assert isinstance(edit.now, float)
    if scalar is None:
        yield edit.complaint(f"cannot be found at {place}")
        return
    old = scalar.value.strip()
    new = respelled(edit.now, old)
    told = in_unit_of(was.probability), new, old
    decided = merge.decide(
        edit,
        place,
        untouched=same(was.probability, here.probability),
        agreed=same(edit.now, here.probability),
        told=told,
    )
    if not isinstance(decided, bool):
        yield decided
    elif decided:
        start = scalar.value.index(old)
        patch = replaced(scalar, start, start + len(old), new)
        line = yaml.position(scalar.start)[0]
        name = f"scenarios.{here.name}.probability"
        yield Change(name, str(edit.cell), Place(place.file, line), old, new, () if patch is None else (patch,))


def in_unit_of(share: float) -> str:
    """A share as a percentage."""
    return f"{spelled(share, -2)}%"


# Peers ------------------------------------------------------------------------------------------------------------


def peer(merge: Merge, edits: Sequence[Edit]) -> Iterator[Result]:
    """One cell of a table of peers: of the same company, wherever its row stands now."""
    edit = edits[0]
    table, _, head = edit.target.name.removeprefix(PEERS).partition(".")
    was, here = merge.then.case.peers[table], merge.now.case.peers.get(table)
    if here is None or head not in here.columns:
        yield from merge.gone(
            list(edits), [f"{PEERS}{t.id}.{h}" for t in merge.now.case.peers.values() for h in t.columns]
        )
        return
    row = int(edit.target.part)
    there = _same_row(was, here, row)
    if there is None:
        yield edit.complaint(f"{_named(was, row)} is not in {Path(here.place.file).name} any more")
        return
    before, now = _cell_of(was, head, row), _cell_of(here, head, there)
    heads = list(here.columns)
    place = Place(here.place.file, there + 2, heads.index(head) + 1)
    cell = merge.now.texts.csv(place)[there + 1][heads.index(head)]
    old, new = cell.value.strip(), _as_cell(edit.now, cell.value.strip(), head)
    told = _shown(before), new or "blank", old or "blank"
    decided = merge.decide(edit, place, untouched=same(before, now), agreed=same(edit.now, now), told=told)
    if not isinstance(decided, bool):
        yield decided
    elif decided:
        line = merge.now.texts.line(place, cell.start)
        name = f"{edit.target.name} of {_named(here, there)}"
        yield Change(name, str(edit.cell), Place(place.file, line, place.column), old, new, (cell.becomes(new),))


def _same_row(was: PeerTable, here: PeerTable, row: int) -> int | None:
    """The row of the same company now; its number where companies have no names of their own."""
    then, now = (_names(table) for table in (was, here))
    if then.count(then[row]) == 1 and now.count(then[row]) == 1:
        return now.index(then[row])
    same_size = len(then) == len(now) and then[row] == now[row]
    return row if same_size else None


def _names(table: PeerTable) -> list[str]:
    texts = next((values for values in table.columns.values() if isinstance(values, tuple)), None)
    return list(texts) if texts is not None else [""] * len(next(iter(table.columns.values())))


def _named(table: PeerTable, row: int) -> str:
    return _names(table)[row] or f"peer {row + 1}"


def _cell_of(table: PeerTable, head: str, row: int) -> Value:
    value = table.columns[head][row]
    return value or None if isinstance(value, str) else float(value)


def _shown(value: Value) -> str:
    if isinstance(value, float):
        return spelled(value) if math.isfinite(value) else "blank"
    return value or "blank"


def _as_cell(value: Value, old: str, head: str) -> str:
    from ..peers import DATES

    if isinstance(value, float):
        if head in DATES:
            from datetime import date, timedelta

            return (date(1899, 12, 30) + timedelta(days=value)).isoformat()
        return respelled(value, old) if old else spelled(value)
    return value or ""


# The base year ----------------------------------------------------------------------------------------------------


def base_year(merge: Merge, edits: Sequence[Edit]) -> Iterator[Result]:
    """The last fiscal year before the forecast."""
    edit = edits[0]
    assert isinstance(edit.now, float)
    new = str(int(edit.now))
    then, now = merge.then.case.base_year, merge.now.case.base_year
    place = replace(merge.now.case.place, line=1, column=1)
    yaml = merge.now.texts.yaml(place)
    mapping = yaml.root()
    decided = merge.decide(
        edit, place, untouched=then == now, agreed=now == int(edit.now), told=(str(then), new, str(now))
    )
    if not isinstance(decided, bool):
        yield decided
    elif decided:
        scalar = yaml.field(mapping, "base_year")
        patch: Patch | None
        if scalar is None:
            patch = with_entry(yaml, mapping, "base_year", new)
            line = yaml.position(patch.start)[0] + (0 if mapping.flow else 1)
        else:
            patch = replaced(scalar, 0, len(scalar.value), new)
            line = yaml.position(scalar.start)[0]
        yield Change(
            "base_year", str(edit.cell), Place(place.file, line), str(now), new, () if patch is None else (patch,)
        )
