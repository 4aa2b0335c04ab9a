"""The edited base year of a case."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ..problems import Place
from .edits import Edit
from .merge import Merge, Result
from .sides import Change
from .splice import Patch, replaced, with_entry


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
