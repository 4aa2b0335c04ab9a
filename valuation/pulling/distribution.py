"""An edited distribution: its numbers, each in its own characters, or its text as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from string import ascii_lowercase

from ..assumptions import Case, Input
from ..problems import Problem
from ..units import RATE, Unit
from .asked import Asked, number, place_of
from .edits import Edit, same
from .merge import Result
from .notation import in_unit, spelled
from .numerals import Numeral, agree, numeral, numerals, with_numbers
from .places import Scalar
from .sides import Change, Holds
from .splice import replaced


def distribution(asked: Asked, here: Input, scalar: Scalar) -> Iterator[Result]:
    """Yield what becomes of its numbers, of its text, or of both."""
    assert here.span is not None
    written, text = asked.of("distribution"), asked.merge.now.spelling(here)
    edit = written or next(iter(asked.parameters.values()))
    untouched = here.distribution == asked.was.distribution and (
        here.distribution is not None or same(here.base, asked.was.base)
    )
    source, one = (text, here) if untouched else (asked.spelling, asked.was)
    found = _numerals(asked, source, one)
    mine = _mine(asked, edit, source, found)
    if not isinstance(mine, str):
        yield mine
        return
    decided = asked.merge.decide(
        edit,
        place_of(here),
        untouched=untouched,
        agreed=mine.split() == text.split(),
        told=(asked.spelling, mine, text),
    )
    if not isinstance(decided, bool):
        yield decided
    elif decided and written is None and untouched and found is not None:
        for which, parameter in asked.parameters.items():
            yield _parameter(asked, parameter, here, scalar, found[which])
    elif decided:
        patch = replaced(scalar, here.span.start, here.span.end, mine)
        yield asked.change(edit, here, scalar, text, mine, [patch], _holds(asked, mine))


def _parameter(asked: Asked, edit: Edit, here: Input, scalar: Scalar, old: Numeral) -> Change:
    assert here.span is not None
    new, start = old.becomes(number(edit.now)), here.span.start
    patch = replaced(scalar, start + old.start, start + old.end, new)
    return asked.change(edit, here, scalar, old.text, new, [patch])


def _numerals(asked: Asked, text: str, found: Input) -> list[Numeral] | None:
    """The numbers of a distribution where they are those of the book; None where a file has others."""
    numbers = numerals(text, found.unit, found.span.power if found.span else 0)
    return numbers if agree(numbers, asked.row.then_numbers) else None


def _mine(asked: Asked, edit: Edit, source: str, found: Sequence[Numeral] | None) -> str | Problem:
    """The distribution as the book has it now, in the notation of ``source``, whose numbers were found."""
    written = asked.of("distribution")
    if written is not None and written.now is None:
        base = asked.of("base")
        value = number(base.now) if base else asked.was.base
        return found[0].becomes(value) + found[0].suffix if found else in_unit(value, asked.was.unit)
    if written is not None:
        return new_distribution(asked, written, found or [])
    if found is None:
        return edit.complaint("the numbers of its file are not those of the book: change it there")
    for which, parameter in sorted(asked.parameters.items(), reverse=True):
        old = found[which]
        source = source[: old.start] + old.becomes(number(parameter.now)) + source[old.end :]
    return source


def new_distribution(asked: Asked, edit: Edit, found: Sequence[Numeral]) -> str | Problem:
    """The text of the column Distribution, with the numbers of the columns beside it in place of its letters."""
    text = str(edit.now).strip()
    if not text.startswith("~"):
        return edit.complaint(f"expected a distribution such as ~ pert(1, 2, 3), found {text!r}")
    plain = None if found else numeral(asked.spelling, asked.was.unit, 0)
    spellings: list[str | None] = []
    for which, value in enumerate(asked.row.numbers):
        if not isinstance(value, float):
            spellings.append(None)
        elif which < len(found):
            spellings.append(found[which].becomes(value) + found[which].suffix)
        else:
            spellings.append(_beside(value, asked.was.unit, found[0] if found else plain))
    put = with_numbers(text, spellings)
    if isinstance(put, int):
        return edit.complaint(f"reads the number {ascii_lowercase[put]}, and there is none in its column")
    return put


def _holds(asked: Asked, text: str) -> Holds | None:
    name = asked.name

    def holds(case: Case) -> bool:
        found = next((one for one in case.inputs if one.name == name), None)
        return found is not None and (found.distribution is not None) == text.startswith("~")

    return holds


def _beside(value: float, unit: Unit, other: Numeral | None) -> str:
    """Spell a number that a distribution did not have before, as one beside it."""
    if other is None or (other.text.endswith("%") and not (unit.pure and unit.shown == RATE.shown)):
        return spelled(value)
    if unit.pure and unit.shown == RATE.shown:
        return f"{spelled(value, -2)}%"
    return f"{spelled(value, other.power)}{other.suffix}"
