"""Edited scenarios: what each lays over an input, and its probability."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ..assumptions import Case, Input, Scenario
from ..problems import Place
from .book import Value
from .edits import Edit, same
from .merge import Merge, Result
from .notation import in_unit, respelled, spelled
from .notes import said_anew
from .numerals import numeral
from .places import Mapping, YamlText
from .sides import Change, Holds
from .splice import quoted, replaced, with_entry, without_entry


def overlay(merge: Merge, edits: Sequence[Edit]) -> Iterator[Result]:
    """One input in one scenario: the number in its overlay, a line more, or a line less."""
    edit = edits[0]
    scenario, name = edit.target.part, edit.target.name
    was, here = merge.then.case.scenarios.get(scenario), merge.now.case.scenarios.get(scenario)
    if here is None or was is None or here.case is None or was.case is None:
        yield from merge.gone(list(edits), list(merge.now.case.scenarios))
        return
    before, now = _in_scenario(was.case, name), _in_scenario(here.case, name)
    if before is None or now is None:
        yield from merge.gone(list(edits), list(merge.now.inputs))
        return
    said, says = _said(was, before), _said(here, now)
    decided = merge.decide(
        edit,
        here.origin.place,
        untouched=same(said, says) and before.distribution == now.distribution,
        agreed=same(edit.now, says),
        told=(_shown(said, before), _shown(edit.now, before), _shown(says, now)),
    )
    if not isinstance(decided, bool):
        yield decided
    elif decided and edit.now is None:
        yield _taken_out(merge, edit, here)
    elif decided:
        yield _overlaid(merge, edit, here, now)


def _said(scenario: Scenario, found: Input) -> float | None:
    """What a scenario says of an input; None where it leaves it as it is."""
    return found.base if any(key in scenario.values for key in _around(found.name)) else None


def _shown(value: Value, found: Input) -> str:
    return in_unit(value, found.unit) if isinstance(value, float) else "as the base"


def _taken_out(merge: Merge, edit: Edit, here: Scenario) -> Result:
    place, name = here.origin.place, edit.target.name
    yaml = merge.now.texts.yaml(place)
    mapping = yaml.under(place, "set")
    patch = without_entry(yaml, mapping, name) if mapping is not None else None
    if patch is None:
        key = next((key for key in _around(name) if key in here.values), name)
        return edit.complaint(f"is laid over by {key}: {here.values.get(key, '')}; change it at {place}")
    line = yaml.position(patch.start)[0]
    full, old = f"scenarios.{here.name}.{name}", here.values[name]
    return Change(full, str(edit.cell), Place(place.file, line), old, "as the base", (patch,))


def reason(merge: Merge, edits: Sequence[Edit]) -> Iterator[Result]:
    """Why a scenario is as it is."""
    edit = edits[0]
    was, here = (side.case.scenarios.get(edit.target.part) for side in (merge.then, merge.now))
    if here is None or was is None:
        yield from merge.gone(list(edits), list(merge.now.case.scenarios))
        return
    place, mine, theirs = here.origin.place, str(edit.now or ""), here.origin.why
    yaml = merge.now.texts.yaml(place)
    mapping = yaml.under(place)
    decided = merge.decide(
        edit,
        place,
        untouched=same(was.origin.why, theirs),
        agreed=same(mine, theirs),
        told=(was.origin.why, mine, theirs),
    )
    if not isinstance(decided, bool):
        yield decided
    elif decided and mapping is not None:
        scalar = yaml.field(mapping, "why")
        change = Change(f"scenarios.{here.name}", str(edit.cell), place, theirs, mine, ())
        if scalar is None:
            yield replace(change, patches=(with_entry(yaml, mapping, "why", quoted(mine, mapping.flow)),))
        else:
            yield said_anew(yaml, scalar, mine, change)


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
