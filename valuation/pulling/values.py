"""Edited inputs in the text of their files: numbers, parameters of distributions, bases and whole distributions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from string import ascii_lowercase
from typing import Final

from ..assumptions import DEFAULT, Case, Input
from ..problems import Place, Problem
from ..units import RATE, Unit
from .book import Row, Value
from .edits import Edit, same
from .merge import Merge, Result
from .notation import in_unit, respelled, spelled
from .numerals import Numeral, agree, numeral, numerals, with_numbers
from .places import Scalar
from .sides import Change, Holds, Side
from .splice import Patch, replaced

_OWN_BASE: Final = re.compile(r"\s+base\s+(?P<base>.+?)(?=\s+(?:to|for)\s|\s*\)?\s*$)", re.DOTALL)
GAMMA: Final = ".gamma"


@dataclass(frozen=True)
class Added:
    """A field that an assumption gets beside its value: ``base`` or ``why``."""

    change: Change
    key: str
    text: str


class Values:
    """The edits of one input on their way into its file."""

    def __init__(self, merge: Merge, edits: Sequence[Edit], row: Row) -> None:
        self.merge, self.row = merge, row
        self.edits = [edit for edit in edits if edit.target.kind != "why"]
        self.name = edits[0].target.name
        self.was, self.here = merge.then.inputs[self.name], merge.now.inputs.get(self.name)

    def results(self) -> Iterator[Result | Added]:
        """Yield what becomes of them."""
        edits = self.edits
        if not edits:
            return
        if self.here is None:
            yield from self.merge.gone(edits, list(self.merge.now.inputs), self._moved())
            return
        if self.here.span is None:
            yield from self._unwritten(edits, self.here)
            return
        if self._formula_moved():
            yield from self._of_another_formula(edits)
            return
        unread = list(self._unread())
        yield from unread or self._written(self.here)

    def _unread(self) -> Iterator[Problem]:
        """Numbers beside a distribution that does not read them, or that it lacks; its text is as it was."""
        if self._of("distribution") is not None:
            return
        for number, edit in self._parameters.items():
            if number >= len(self.row.then_numbers):
                yield edit.complaint("is not read by any distribution: write one, such as ~ uniform(a, b)")
            elif edit.now is None:
                yield edit.complaint(f"expected a number, found nothing; it was {spelled(self.row.then_numbers[number])}")

    def _of(self, kind: str) -> Edit | None:
        """The edit of a kind of cell."""
        return next((edit for edit in self.edits if edit.target.kind == kind), None)

    @property
    def _parameters(self) -> dict[int, Edit]:
        """The edited numbers of the distribution by their place in it."""
        return {int(edit.target.part): edit for edit in self.edits if edit.target.kind == "number"}

    # What the files say of it now -----------------------------------------------------------------------------------

    def _moved(self) -> str:
        """How the assumption reads now, when it lost the input."""
        owner = self.merge.then.owners[self.name].name
        now = self.merge.now.case.assumptions.get(owner)
        return f": {owner} is now {now.written} ({now.origin.place})" if now is not None else ""

    def _formula_moved(self) -> bool:
        """Whether the formula around a number reads otherwise now, so that its numbers may be others."""
        then, now = self.merge.then.owners[self.name], self.merge.now.owners[self.name]
        return ".number" in self.name.removeprefix(then.name) and _skeleton(then.written) != _skeleton(now.written)

    def _of_another_formula(self, edits: Sequence[Edit]) -> Iterator[Result]:
        owner = self.merge.now.owners[self.name]
        if self.merge.take == "files":
            return
        told = self.merge.then.owners[self.name].written, spelled(float(edits[0].now or 0)), owner.written
        decided = Merge(self.merge.then, self.merge.now).decide(
            edits[0], owner.origin.place, untouched=False, agreed=False, told=told
        )
        if self.merge.take == "book":
            yield edits[0].complaint(f"the formula reads otherwise now: {owner.written} ({owner.origin.place})")
        elif not isinstance(decided, bool):
            yield decided

    # Not written in a file ------------------------------------------------------------------------------------------

    def _unwritten(self, edits: Sequence[Edit], here: Input) -> Iterator[Result]:
        """A default gets a line of its own; a share of a Dirichlet distribution stands in it by name."""
        if here.origin.sources == (DEFAULT,):
            yield from self._default(here)
        elif self.name.endswith(GAMMA):
            yield from self._share(edits, here)
        else:
            yield from (edit.complaint("stands in no file") for edit in edits)

    def _default(self, here: Input) -> Iterator[Result]:
        edit, text = self.edits[0], None
        written = self._of("distribution")
        if written is not None:
            text = self._new_distribution(written, [])
        elif (base := self._of("base")) is not None:
            edit, text = base, in_unit(_number(base.now), here.unit)
        if not isinstance(text, str):
            yield text if text is not None else edit.complaint("is not read by any distribution: write one in its column")
            return
        yield from added_entry(self.merge.now, here, edit, text, self._holds_base(self._of("base")))

    def _share(self, edits: Sequence[Edit], here: Input) -> Iterator[Result]:
        """A weight of ``~ dirichlet(cloud=5, chips=3)``: base and first number of its gamma are the weight."""
        values = {_number(edit.now) for edit in edits if edit.target.part in ("", "0")}
        first = self._parameters.get(0)
        if len(values) != 1 or any(edit.target.kind == "distribution" or edit.target.part == "1" for edit in edits):
            yield edits[0].complaint("shares have one weight each: change the number a, and nothing else")
            return
        edit, share = first or edits[0], self.name.removesuffix(GAMMA).rpartition(".")[2]
        place = here.origin.place
        scalar = self.merge.now.texts.yaml(place).scalar(place)
        found = re.search(rf"\b{share}\s*=\s*(?P<weight>[^,)\s]+)", scalar.value) if scalar else None
        if scalar is None or found is None:
            yield edit.complaint(f"is not found at {place}")
            return
        value, old = values.pop(), found["weight"]
        new = respelled(value, old)
        told = spelled(self.was.base), new, old
        decided = self.merge.decide(
            edit, place, untouched=same(self.was.base, here.base), agreed=same(value, here.base), told=told
        )
        if decided is True:
            yield self._change(edit, here, scalar, old, new, [replaced(scalar, *found.span("weight"), new)])
        elif not isinstance(decided, bool):
            yield decided

    # Written in a file ----------------------------------------------------------------------------------------------

    def _written(self, here: Input) -> Iterator[Result | Added]:
        scalar = self.merge.now.scalar(here)
        if scalar is None or scalar.places is None or here.span is None:
            yield from (edit.complaint(f"cannot be found at {here.origin.place}") for edit in self.edits)
            return
        written, base = self._of("distribution"), self._of("base")
        if written is not None or self._parameters:
            yield from self._distribution(here, scalar)
        if base is None:
            return
        if written is not None and written.now is None:
            return  # the base stands alone then, and is written with it
        if self.was.distribution is None and written is None:
            yield from self._plain(base, here, scalar)
        else:
            yield from self._base(base, here, scalar)

    def _plain(self, edit: Edit, here: Input, scalar: Scalar) -> Iterator[Result]:
        """A number without a distribution."""
        assert here.span is not None
        old = self.merge.now.spelling(here)
        found = numeral(old, here.unit, here.span.power)
        value = _number(edit.now)
        one = self._as_then(value)
        agreed = here.distribution is None and same(value, here.base)
        untouched = here.distribution is None and same(self.was.base, here.base)
        told = self.merge.then.spelling(self.was), one, old
        decided = self.merge.decide(edit, _place(here), untouched=untouched, agreed=agreed, told=told)
        if not isinstance(decided, bool):
            yield decided
        elif decided and here.distribution is None and found is not None:
            new = found.becomes(value)
            new = _in_formula(new, scalar, here) if ".number" in self.name else new
            start = here.span.start
            patch = replaced(scalar, start + found.start, start + found.end, new)
            yield self._change(edit, here, scalar, found.text, new, [patch], self._holds_base(edit))
        elif decided:
            patch = replaced(scalar, here.span.start, here.span.end, one)
            yield self._change(edit, here, scalar, old, one, [patch], self._holds_base(edit))

    def _as_then(self, value: float) -> str:
        """A value as the book's own files would write it, with its unit."""
        then = numeral(self.merge.then.spelling(self.was), self.was.unit, self.was.span.power if self.was.span else 0)
        return in_unit(value, self.was.unit) if then is None else then.becomes(value) + then.suffix

    def _distribution(self, here: Input, scalar: Scalar) -> Iterator[Result]:
        """Its numbers, its text, or both."""
        assert here.span is not None
        written = self._of("distribution")
        edit = written or next(iter(self._parameters.values()))
        text = self.merge.now.spelling(here)
        found = self._numerals(text, here)
        untouched = here.distribution == self.was.distribution and (
            here.distribution is not None or same(here.base, self.was.base)
        )
        mine = self._mine(edit, found if untouched else self._numerals(self.merge.then.spelling(self.was), self.was))
        if not isinstance(mine, str):
            yield mine
            return
        told = self.merge.then.spelling(self.was), mine, text
        decided = self.merge.decide(
            edit, _place(here), untouched=untouched, agreed=mine.split() == text.split(), told=told
        )
        if not isinstance(decided, bool):
            yield decided
        elif decided and written is None and untouched and found is not None:
            for number, one in self._parameters.items():
                yield self._parameter(one, here, scalar, found[number])
        elif decided:
            patch = replaced(scalar, here.span.start, here.span.end, mine)
            yield self._change(edit, here, scalar, text, mine, [patch], self._holds_text(mine, here))

    def _parameter(self, edit: Edit, here: Input, scalar: Scalar, old: Numeral) -> Change:
        assert here.span is not None
        new, start = old.becomes(_number(edit.now)), here.span.start
        patch = replaced(scalar, start + old.start, start + old.end, new)
        return self._change(edit, here, scalar, old.text, new, [patch])

    def _numerals(self, text: str, found: Input) -> list[Numeral] | None:
        """The numbers of a distribution where they are those of the book; None where a file has others."""
        numbers = numerals(text, found.unit, found.span.power if found.span else 0)
        return numbers if agree(numbers, self.row.then_numbers) else None

    def _mine(self, edit: Edit, found: Sequence[Numeral] | None) -> str | Problem:
        """The distribution as the book has it now, in the notation of the file."""
        written = self._of("distribution")
        if written is not None and written.now is None:
            base = self._of("base")
            value = _number(base.now) if base else self.was.base
            return found[0].becomes(value) + found[0].suffix if found else in_unit(value, self.was.unit)
        if written is not None:
            return self._new_distribution(written, found or [])
        if found is None:
            where = _place(self.here or self.was)
            return edit.complaint(f"its file has other numbers, or another unit, than the book: change it at {where}")
        text = self.merge.then.spelling(self.was) if self.here is None else ""
        text = text or _text_of(found, self.merge, self.was, self.here)
        for number, one in sorted(self._parameters.items(), reverse=True):
            old = found[number]
            text = text[: old.start] + old.becomes(_number(one.now)) + text[old.end :]
        return text

    def _new_distribution(self, edit: Edit, found: Sequence[Numeral]) -> str | Problem:
        """The text of the column Distribution, with the numbers of the columns beside it in place of its letters."""
        text = str(edit.now).strip()
        if not text.startswith("~"):
            return edit.complaint(f"expected a distribution such as ~ pert(1, 2, 3), found {text!r}")
        plain = None if found else numeral(self.merge.then.spelling(self.was), self.was.unit, 0)
        spellings: list[str | None] = []
        for number, value in enumerate(self.row.numbers):
            if not isinstance(value, float):
                spellings.append(None)
            elif number < len(found):
                spellings.append(found[number].becomes(value) + found[number].suffix)
            else:
                spellings.append(_beside(value, self.was.unit, found[0] if found else plain))
        put = with_numbers(text, spellings)
        if isinstance(put, int):
            return edit.complaint(f"reads the number {ascii_lowercase[put]}, and there is none in its column")
        return put

    # The base of a distribution -------------------------------------------------------------------------------------

    def _base(self, edit: Edit, here: Input, scalar: Scalar) -> Iterator[Result | Added]:
        value = _number(edit.now)
        place, old = _place(here), in_unit(here.base, here.unit)
        told = in_unit(self.was.base, self.was.unit), in_unit(value, here.unit), old
        decided = self.merge.decide(
            edit, place, untouched=same(self.was.base, here.base), agreed=same(value, here.base), told=told
        )
        if not isinstance(decided, bool):
            yield decided
            return
        if not decided:
            return
        owner = self.merge.now.owners[self.name]
        holds = self._holds_base(edit)
        if owner.name != self.name:
            yield self._inline_base(edit, here, scalar, value, holds)
            return
        yaml = self.merge.now.texts.yaml(place)
        fields = yaml.fields(place, owner.name)
        base = yaml.field(fields, "base") if fields is not None else None
        power = here.span.power if here.span else 0
        if base is not None:
            found = numeral(base.value, here.unit, power)
            if found is None:
                yield edit.complaint(f"base cannot be read at {place}")
                return
            new = found.becomes(value)
            patch = replaced(base, found.start, found.end, new)
            yield self._change(edit, here, base, found.text, new, [patch], holds)
            return
        declared = fields is not None and fields.get("unit") is not None
        text = self._base_text(value, here, power if declared else 0, declared)
        yield Added(self._change(edit, here, scalar, old, text, [], holds), "base", text)

    def _inline_base(self, edit: Edit, here: Input, scalar: Scalar, value: float, holds: Holds | None) -> Result:
        """``~ pert(1, 2, 4) base 3`` inside a fade or a list."""
        assert here.span is not None
        said = _OWN_BASE.match(scalar.value, here.span.end)
        if said is not None:
            start, end = said.span("base")
            old = numeral(scalar.value[start:end], here.unit, here.span.power)
            if old is None:
                return edit.complaint(f"base cannot be read at {_place(here)}")
            new = old.becomes(value)
            patch = replaced(scalar, start + old.start, start + old.end, new)
            return self._change(edit, here, scalar, old.text, new, [patch], holds)
        first = next(iter(numerals(self.merge.now.spelling(here), here.unit, here.span.power)), None)
        declared = first is not None and not first.unit
        text = self._base_text(value, here, here.span.power, declared)
        where = scalar.between(here.span.start, here.span.end)
        added = None if where is None else Patch(where[1], where[1], f" base {text}")
        return self._change(edit, here, scalar, in_unit(here.base, here.unit), text, [added], holds)

    def _base_text(self, value: float, here: Input, power: int, declared: bool) -> str:
        """A base in the notation of its distribution."""
        first = next(iter(numerals(self.merge.now.spelling(here), here.unit, power)), None)
        event = here.distribution is not None and here.distribution.name == "event"
        if event and value in (0, 1):
            return spelled(value)
        if here.unit.pure and first is not None and first.text.endswith("%"):
            return f"{spelled(value, -2)}%"
        return spelled(value, power) if here.unit.pure or declared else in_unit(value, here.unit)

    # Changes --------------------------------------------------------------------------------------------------------

    def _change(
        self,
        edit: Edit,
        here: Input,
        scalar: Scalar,
        old: str,
        new: str,
        patches: Sequence[Patch | None],
        holds: Holds | None = None,
    ) -> Change:
        place, known = _place(here), tuple(patch for patch in patches if patch is not None)
        texts = self.merge.now.texts
        line = texts.line(place, known[0].start if known else scalar.start)
        change = Change(self.name, str(edit.cell), replace(place, line=line, column=0), old, new, known)
        return replace(change, holds=holds)

    def _holds_base(self, edit: Edit | None) -> Holds | None:
        """A test of the case read back: the base is what the cell says. Numbers of formulas may change their names."""
        if edit is None or not isinstance(edit.now, float) or ".number" in self.name:
            return None
        name, wanted = self.name, edit.now

        def holds(case: Case) -> bool:
            return any(found.name == name and same(found.base, wanted) for found in case.inputs)

        return holds

    def _holds_text(self, text: str, here: Input) -> Holds | None:
        name = self.name

        def holds(case: Case) -> bool:
            found = next((one for one in case.inputs if one.name == name), None)
            return found is not None and (found.distribution is not None) == text.startswith("~")

        return holds


def added_entry(now: Side, here: Input, edit: Edit, text: str, holds: Holds | None) -> Iterator[Result]:
    """A line ``name: value`` in the mapping that a default belongs to."""
    from .splice import with_entry

    place = here.origin.place
    yaml = now.texts.yaml(place)
    mapping = yaml.mapping(place)
    if mapping is None:
        yield edit.complaint(f"a default cannot be written at {place}")
        return
    patch = with_entry(yaml, mapping, here.name.rpartition(".")[2], text)
    line = now.texts.line(place, patch.start) + (0 if mapping.flow else 1)
    change = Change(here.name, str(edit.cell), Place(place.file, line), f"{here.written} (default)", text, (patch,))
    yield replace(change, holds=holds)


def _text_of(found: Sequence[Numeral], merge: Merge, was: Input, here: Input | None) -> str:
    """The text to which numerals belong: that of the files now, or of the book's own."""
    for side, one in ((merge.now, here), (merge.then, was)):
        if one is not None:
            text = side.spelling(one)
            if all(text[one.start : one.end] == one.text for one in found):
                return text
    return was.written


def _beside(value: float, unit: Unit, other: Numeral | None) -> str:
    """Spell a number that a distribution did not have before, as one beside it."""
    if other is None or (other.text.endswith("%") and not (unit.pure and unit.shown == RATE.shown)):
        return spelled(value)
    if unit.pure and unit.shown == RATE.shown:
        return f"{spelled(value, -2)}%"
    return f"{spelled(value, other.power)}{other.suffix}"


def _in_formula(text: str, scalar: Scalar, here: Input) -> str:
    """A negative number in a formula stands in brackets, unless it begins it."""
    assert here.span is not None
    before, after = scalar.value[: here.span.start].rstrip(), scalar.value[here.span.end :].lstrip()
    bare = before.endswith(("=", "(", ",")) and not before.endswith(("==", ">=", "<=")) and not after.startswith("**")
    return text if not text.startswith("-") or bare else f"({text})"


def _skeleton(formula: str) -> str:
    """A formula without its numbers."""
    return re.sub(r"(?<![\w.])(\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?%?", "#", "".join(formula.split()))


def _place(found: Input) -> Place:
    return found.origin.place if found.span is None else found.span.place


def _number(value: Value) -> float:
    assert isinstance(value, float)
    return value
