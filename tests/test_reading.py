"""Wrong files: every problem with its place and a message that helps, and never an exception."""

from __future__ import annotations

import re
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import BAD, GOOD, HEAD
from hypothesis import given, settings
from hypothesis import strategies as st

from valuation.methods import METHODS
from valuation.problems import InvalidAssumptions, Place, Problem, Problems, nearest
from valuation.reading import load, read

MARK = "# problems\n"


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_wrong_file_has_exactly_these_problems(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    _, _, wanted = path.read_text(encoding="utf-8").partition(MARK)
    wanted = wanted.replace("{methods}", ", ".join(METHODS))  # so that a new method is no change of a case
    case, problems = read(path.name)
    assert case is None
    assert wanted.splitlines() == ["# " + str(problem).replace(path.name, "case.yaml") for problem in problems]


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_places_are_in_the_file_and_messages_are_one_line(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").partition(MARK)[0].splitlines()
    _, problems = read(path)
    assert problems == sorted(problems)
    for problem in problems:
        assert "\n" not in str(problem)
        assert not problem.text.endswith(".")
        assert problem.place.line <= len(lines) + 1
        if 0 < problem.place.line <= len(lines):
            assert 1 <= problem.place.column <= len(lines[problem.place.line - 1]) + 1


def test_load_raises_every_problem_in_the_order_of_places() -> None:
    path = next(path for path in BAD if path.stem == "two_files_of_problems")
    with pytest.raises(InvalidAssumptions) as caught:
        load(path)
    assert [10, 13, 17] == [problem.place.line for problem in caught.value.problems]
    assert 3 == len(str(caught.value).splitlines())


# Files that are none --------------------------------------------------------------------------------------------------


def complaint(path: Path | str) -> str:
    case, problems = read(path)
    assert case is None
    assert 1 == len(problems)
    return str(problems[0])


def test_a_missing_folder(tmp_path: Path) -> None:
    wanted = "expected a folder of assumptions or a YAML file; there is nothing here"
    assert f"{tmp_path}/none: {wanted}" == complaint(tmp_path / "none")


def test_a_folder_without_a_case(tmp_path: Path) -> None:
    assert f"{tmp_path}: expected a file case.yaml in this folder" == complaint(tmp_path)


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (b"", "expected assumptions, found an empty file"),
        (b" \n\n", "expected assumptions, found an empty file"),
        (b"PK\x03\x04\x00\x00", "expected text, found binary data"),
        ("name: Füllhorn".encode("latin-1"), "expected UTF-8 text, found another encoding at byte 7"),
        ("name: Füllhorn".encode("utf-16"), "expected UTF-8 text, found another encoding at byte 0"),
        (b"a: \x07", "not valid YAML: unacceptable character #x0007: special characters are not allowed"),
        (b"a: " + b"[" * 800, "nested too deeply"),
        (b"#" * 5_000_001, "expected a file under 5,000,000 bytes"),
    ],
    ids=["empty", "blank", "binary", "latin-1", "utf-16", "control", "deep", "large"],
)
def test_a_file_that_holds_no_text_of_ours(content: bytes, wanted: str, tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    path.write_bytes(content)
    assert f"{path}: {wanted}" == complaint(path)
    assert f"{path}: {wanted}" == complaint(tmp_path)


def test_a_byte_order_mark_is_no_problem(tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    path.write_text(GOOD[0].read_text(encoding="utf-8"), encoding="utf-8-sig")
    assert [] == read(path)[1]


def test_a_case_that_is_a_folder_by_name(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").mkdir()
    assert complaint(tmp_path) == f"{tmp_path}/case.yaml: cannot be read: Is a directory"


@pytest.mark.parametrize("path", ["x" * 5000, "a\0b"], ids=["long", "null"])
def test_a_path_that_no_file_can_have(path: str) -> None:
    assert re.search("cannot be read: File name too long|there is nothing here", complaint(path))


@pytest.mark.parametrize("name", ["matrix.csv", "x" * 5000 + ".csv"], ids=["away", "long"])
def test_a_correlation_matrix_that_is_not_there(name: str, write: Callable[[str], Path]) -> None:
    text = f'correlations: "{name}"\nsegments: {{a: {{method: stake, value: 1 CNY m}}}}\n'
    assert re.search("No such file|name of a file|File name too long", complaint(write(text)))


# Problems as data -----------------------------------------------------------------------------------------------------


def test_a_problem_prints_what_it_knows() -> None:
    assert "a.yaml:3:7: wacc: too low" == str(Problem(Place("a.yaml", 3, 7), "wacc", "too low"))
    assert "a.yaml: too low" == str(Problem(Place("a.yaml"), "", "too low"))


def test_the_same_problem_is_told_once() -> None:
    problems = Problems()
    problems.add(Place("a"), "b", "c")
    problems.add(Place("a"), "b", "c")
    assert 1 == len(problems)


def test_a_guess_or_the_choices_or_nothing() -> None:
    assert "; did you mean growth" == nearest("grwth", ["growth", "margin"])
    assert "; choose from growth, margin" == nearest("x", ["margin", "growth"])
    assert "" == nearest("x", map(str, range(13))) == nearest("x", [])


# Nothing raises -------------------------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    (
        ": ", "\n", "\n  ", "- ", "{", "}", "[", "]", "~ ", "= ", "%", "%%", "(", ")", ",", "#", "&a ", "*a", "!!int ",
        "|", ">-", "'", '"', "\t", "\0", "é", "\U0001f4b0", "?", "<<: ", "---\n", "1e999", "-1", "0", "nan", "_",
        "10% ", "years", " CNY m", " USD m", "if(", "max(", "grow(", "previous(", "total(", "median(peers.a.b)",
        "period", "fade(1% to 2% over 3 years)", "~ pert(1, 2, 3)", "~ event(50%)", "drivers.", "core.",
        "/ 0", "** 9", "-" * 200, "+ 1" * 200, "lambda", "None", "__class__", ".real", "value: ", "unit: ", "why: x",
    )
)  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A good text with pieces cut out, put in or moved."""
    text = draw(st.sampled_from([path.read_text(encoding="utf-8") for path in GOOD if path.is_file()]))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        size = draw(st.sampled_from((0, 0, 1, 2, 5, 20, 100)))
        text = text[:at] + draw(PIECES | st.just("")) + text[at + size :]
    return text


@given(mutated())
@settings(max_examples=150, deadline=None)
def test_mutated_cases_are_read_or_refused(text: str) -> None:
    assert_read(text.encode("utf-8"))


@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "ignore")))
@settings(max_examples=100, deadline=None)
def test_bytes_are_refused(content: bytes) -> None:
    assert not assert_read(content)


VALUES = st.lists(PIECES, min_size=1, max_size=5).map("".join).filter(lambda text: "\n" not in text)


@given(VALUES, st.sampled_from(("value", "owned", "helper", "method", "basis", "name")))
@settings(max_examples=150, deadline=None)
def test_any_value_is_read_or_refused(value: str, key: str) -> None:
    rows = {"method": "stake", "value": "= helper", "helper": "5 CNY m", key: value}
    text = HEAD + "segments:\n  core:\n" + "".join(f"    {name}: {content}\n" for name, content in rows.items())
    assert_read(text.encode("utf-8"))


@given(st.dictionaries(st.sampled_from(("a.value", "a.owned", "a.rates.2027", "drivers.x.to", "a.y.number1")), VALUES))
@settings(max_examples=60, deadline=None)
def test_any_override_is_read_or_refused(overrides: dict[str, str]) -> None:
    text = (
        HEAD + "drivers: {x: fade(1% to 2% over 3 years)}\nsegments:\n  a: {method: stake, value: = first(y) * 1 ** 2, "
        "y: = 5 * base * drivers.x * rates, base: 3 CNY m, rates: [1%, 2%, 3%]}\n"
    )
    assert_read(text.encode("utf-8"), overrides)


def assert_read(content: bytes, overrides: dict[str, str] | None = None) -> bool:
    """Read bytes as a case; whatever they hold, there is a case or there are problems, and no warning."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("error")
        path = Path(folder) / "any.yaml"
        path.write_bytes(content)
        case, problems = read(path, overrides)
    assert (case is None) == bool(problems)
    return case is not None
