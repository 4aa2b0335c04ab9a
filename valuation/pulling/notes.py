"""Reasons in the text of their files, and the fields that an assumption gets: ``base`` and ``why``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from ..assumptions import DEFAULT, Assumption, Case
from ..problems import Place, Problem
from .asked import Added
from .edits import Edit, same
from .merge import Merge, Result
from .places import Mapping, Scalar, YamlText
from .sides import Change, Holds
from .splice import Patch, patched, quoted, reworded, whole, with_field, wrapped


def reasons(merge: Merge, edits: Sequence[Edit]) -> Iterator[Result | Added]:
    """The edited reason of one assumption, whose inputs all show the same."""
    first = edits[0]
    if any(not same(first.now, edit.now) for edit in edits):
        cells = ", ".join(str(edit.cell) for edit in edits)
        yield first.complaint(f"has one reason, and {cells} give it different ones")
        return
    owner = merge.then.owners[first.target.name]
    here = merge.now.case.assumptions.get(owner.name)
    if here is None:
        yield from merge.gone(list(edits), list(merge.now.case.assumptions))
        return
    if here.origin.place.file.endswith(".csv"):
        yield first.complaint(f"the reason of a row of financials is changed in its table, {here.origin.place}")
        return
    mine, theirs = str(first.now or ""), here.origin.why
    decided = merge.decide(
        first,
        _place(merge, here),
        untouched=same(owner.origin.why, theirs),
        agreed=same(mine, theirs),
        told=(owner.origin.why, mine, theirs),
    )
    if not isinstance(decided, bool):
        yield decided
    elif decided:
        yield _reason(merge, first, here, mine)


def _reason(merge: Merge, edit: Edit, here: Assumption, text: str) -> Result | Added:
    place = here.origin.place
    if here.origin.sources == (DEFAULT,):
        return edit.complaint("a default of the method has no reason: give it a value in its file first")
    yaml = merge.now.texts.yaml(place)
    fields = yaml.fields(place, here.name)
    scalar = yaml.field(fields, "why") if fields is not None else None
    change = Change(here.name, str(edit.cell), place, here.origin.why, text, (), _says(here.name, text))
    if scalar is None:
        return Added(change, "why", quoted(text, flow=fields is None or fields.flow))
    return said_anew(yaml, scalar, text, change)


def _place(merge: Merge, here: Assumption) -> Place:
    """Where the reason stands, or the value that has none."""
    place = here.origin.place
    yaml = merge.now.texts.yaml(place)
    fields = yaml.fields(place, here.name)
    scalar = yaml.field(fields, "why") if fields is not None else None
    return place if scalar is None else replace(place, line=yaml.position(scalar.start)[0])


def _says(name: str, text: str) -> Holds | None:
    def holds(case: Case) -> bool:
        return name in case.assumptions and same(case.assumptions[name].origin.why or None, text or None)

    return holds


def said_anew(yaml: YamlText, scalar: Scalar, text: str, change: Change) -> Change:
    """Put a text in the place of another: the words that changed, or all of it where that does not read back."""
    patches = reworded(scalar, text)
    line, column = yaml.position(scalar.start)
    place = Place(change.place.file, line, column)
    if not _reads_back(yaml, patches, place, text):
        patches = [whole(yaml, scalar, text)]
    return replace(
        change, place=Place(place.file, yaml.position(patches[0].start)[0] if patches else line), patches=tuple(patches)
    )


def _reads_back(yaml: YamlText, patches: Iterable[Patch], place: Place, text: str) -> bool:
    from ruamel.yaml.error import YAMLError

    try:
        found = YamlText(patched(yaml.text, patches)).scalar(place)
    except YAMLError:
        return False
    return found is not None and found.value.split() == text.split()


# Fields -----------------------------------------------------------------------------------------------------------


def fields_added(merge: Merge, name: str, added: Sequence[Added]) -> Iterator[Result]:
    """Put the fields that one assumption gets beside its value: into its mapping, or into one made around it."""
    here = merge.now.case.assumptions[name]
    place = here.origin.place
    yaml = merge.now.texts.yaml(place)
    fields = yaml.fields(place, name)
    if fields is not None:
        yield from (_into(yaml, fields, place, one) for one in added)
        return
    node = yaml.content(place)
    first, *others = added
    entries = ", ".join(f"{one.key}: {one.text}" for one in added[1:])
    text = f"{first.text}, {entries}" if entries else first.text
    patches = wrapped(yaml, node, first.key, text) if node is not None else None
    if patches is None:
        for one in added:
            yield Problem(Place(one.change.cell), name, f"cannot be given a {one.key} by itself: write it at {place}")
        return
    line = yaml.position(patches[0].start)[0]
    yield replace(first.change, place=Place(place.file, line), patches=tuple(patches))
    for one in others:
        yield replace(one.change, place=Place(place.file, line))


def _into(yaml: YamlText, fields: Mapping, place: Place, one: Added) -> Change:
    patch = with_field(yaml, fields, one.key, one.text)
    line = yaml.position(patch.start)[0] + (0 if fields.flow else 1)
    return replace(one.change, place=Place(place.file, line), patches=(patch,))
