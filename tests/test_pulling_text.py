"""The text side of a pull: notation, where things stand in a file, and what a patch leaves as it is."""

from __future__ import annotations

import csv
import io
import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from valuation.problems import Place
from valuation.pulling.notation import respelled
from valuation.pulling.notes import said_anew
from valuation.pulling.places import YamlText
from valuation.pulling.sides import Change
from valuation.pulling.splice import Patch, patched, quoted, reworded
from valuation.pulling.tables import cells_of
from valuation.units import scaled

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=6)
SENTENCES = st.lists(WORDS, min_size=1, max_size=12).map(" ".join)


@pytest.mark.parametrize(
    ("value", "old", "power", "new"),
    [
        (0.25, "24%", 0, "25%"),
        (0.0525, "5%", 0, "5.25%"),
        (0.1, "5.0%", 0, "10.0%"),
        (118500, "118", 3, "118.5"),
        (1350, "1_200", 0, "1_350"),
        (1350.5, "1,200", 0, "1,350.5"),
        (7.9, "7.80", 0, "7.90"),
        (7.876, "7.80", 0, "7.876"),
        (0.002, "1e-3", 0, "2e-3"),
        (-0.3, "-0.4", 0, "-0.3"),
        (0.05, "+4%", 0, "+5%"),
        (2, "1.5", 0, "2"),
        (0.1 + 0.2, "30%", 0, "30.000000000000004%"),
        (1e-9, "0.5", 0, "1e-9"),
    ],
)
def test_a_number_keeps_the_notation_of_the_old_one(value: float, old: str, power: int, new: str) -> None:
    assert respelled(value, old, power) == new


@given(
    st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12).filter(lambda v: abs(v) > 1e-12),
    st.sampled_from(["24%", "1.50%", "118", "1_200", "7.80", "3e5", "-0.4", "+2"]),
    st.sampled_from([0, 3, 6, -3]),
)
def test_what_is_written_reads_back_as_the_same_number(value: float, old: str, power: int) -> None:
    text = respelled(value, old, power)
    number = float(text.rstrip("%").replace("_", ""))
    assert scaled(number, -2 if text.endswith("%") else power) == pytest.approx(value, rel=2**-52)
    assert text.endswith("%") == old.endswith("%")


@given(st.integers(-(10**15), 10**15), st.integers(-12, 3), st.sampled_from(["24%", "118", "7.80"]))
def test_a_number_of_fifteen_digits_reads_back_to_the_last(digits: int, exponent: int, old: str) -> None:
    value = float(f"{digits}e{exponent}")
    text = respelled(value, old)
    assert scaled(float(text.rstrip("%")), -2 if old.endswith("%") else 0) == value


def test_a_number_that_is_not_finite_is_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        respelled(math.inf, "1")


# CSV --------------------------------------------------------------------------------------------------------------

CELLS = st.text(st.sampled_from('ab1,"\n .%'), max_size=6)
TABLES = st.integers(1, 4).flatmap(lambda n: st.lists(st.lists(CELLS, min_size=n, max_size=n), min_size=1, max_size=5))


def written(rows: list[list[str]], ending: str) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator=ending).writerows(rows)
    return out.getvalue()


def read(text: str) -> list[list[str]]:
    return [row for row in csv.reader(io.StringIO(text, newline="")) if any(cell.strip() for cell in row)]


@given(TABLES, st.sampled_from(["\n", "\r\n"]))
def test_cells_are_those_of_pythons_reader(rows: list[list[str]], ending: str) -> None:
    text = written(rows, ending)
    assert [[cell.value for cell in row] for row in cells_of(text)] == read(text)


@given(TABLES, st.sampled_from(["\n", "\r\n"]), CELLS.map(str.strip), st.data())
def test_one_cell_of_a_table_is_replaced_alone(
    rows: list[list[str]], ending: str, new: str, data: st.DataObject
) -> None:
    text = written(rows, ending)
    before = cells_of(text)
    assume(before)
    row = data.draw(st.integers(0, len(before) - 1))
    column = data.draw(st.integers(0, len(before[row]) - 1))
    expected = [[cell.value for cell in line] for line in before]
    expected[row][column] = new
    assume(any(cell.strip() for cell in expected[row]))
    cell = before[row][column]
    after = patched(text, [cell.becomes(new)])
    found = read(after)
    assert found[row][column].strip() == new
    found[row][column] = expected[row][column]
    assert found == expected
    assert after.startswith(text[: cell.start]) and after.endswith(text[cell.end :])


# Scalars ----------------------------------------------------------------------------------------------------------

STYLES = ("plain", "single", "double", "folded", "literal", "flow")


def as_scalar(text: str, style: str) -> str:
    """A file with one reason in a style, comments and other lines around it."""
    if style == "single":
        body = "'" + text.replace("'", "''") + "'  # said in May"
    elif style == "double":
        body = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    elif style in ("folded", "literal"):
        words = text.split()
        lines = [" ".join(words[n : n + 3]) for n in range(0, len(words), 3)]
        body = (">-" if style == "folded" else "|") + "".join(f"\n    {line}" for line in lines)
    else:
        body = quoted(text, flow=style == "flow") + ("" if style == "flow" else "  # plain")
    if style == "flow":
        return f"# head\nx: {{value: 5%, why: {body}, source: judgement}} # tail\ny: 2\n"
    return f"# head\nx:\n  value: 5%\n  why: {body}\n  source: judgement\ny: 2 # tail\n"


@given(SENTENCES, SENTENCES, st.sampled_from(STYLES))
def test_a_reason_is_reworded_in_its_own_style(old: str, new: str, style: str) -> None:
    text = as_scalar(old, style)
    yaml = YamlText(text)
    fields = yaml.fields(Place("f", *(2, 12) if style == "flow" else (3, 10)), "x")
    assert fields is not None
    scalar = yaml.field(fields, "why")
    assert scalar is not None
    assert scalar.value.split() == old.split()
    place = Place("f", *yaml.position(scalar.start))
    after = patched(text, said_anew(yaml, scalar, new, Change("x", "Inputs!Q9", place, old, new, ())).patches)
    assert after.startswith(text[: scalar.start])
    assert after.endswith(text[scalar.end :])
    again = YamlText(after)
    said = again.scalar(place)
    assert said is not None
    assert said.value.split() == new.split()


@given(SENTENCES, st.sampled_from(STYLES))
def test_the_same_reason_changes_nothing(text: str, style: str) -> None:
    yaml = YamlText(as_scalar(text, style))
    fields = yaml.fields(Place("f", *(2, 12) if style == "flow" else (3, 10)), "x")
    assert fields is not None
    scalar = yaml.field(fields, "why")
    assert scalar is not None
    assert reworded(scalar, text) == []


def test_characters_are_found_in_a_value_cut_at_its_commas() -> None:
    text = "x: {value: ~ pert(24%, # low\r\n   31%,\t38%), base: 2}\r\n"
    scalar = YamlText(text).scalar(Place("f", 1, 12))
    assert scalar is not None
    assert scalar.value == "~ pert(24%, 31%, 38%)"
    for token in ("24%", "31%", "38%"):
        start = scalar.value.index(token)
        found = scalar.between(start, start + len(token))
        assert found is not None
        assert text[slice(*found)] == token


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("'it''s 5%'", "it's 5%"),
        ('"a \\"b\\" \\u0035% \\\\ c"', 'a "b" 5% \\ c'),
        ('"a\\\n   b"', "ab"),
        ("a\n   b", "a b"),
    ],
)
def test_characters_are_found_behind_quotes_and_folds(raw: str, value: str) -> None:
    text = f"x: {raw}\ny: 1\n"
    scalar = YamlText(text).scalar(Place("f", 1, 4))
    assert scalar is not None
    assert scalar.value == value
    assert scalar.places is not None


def test_patches_of_the_same_characters_are_refused() -> None:
    with pytest.raises(ValueError, match="changed twice"):
        patched("abc", [Patch(0, 2, "x"), Patch(1, 3, "y")])
