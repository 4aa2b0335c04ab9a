"""Three ways: files that changed since the book was written, and what a pull makes of both."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from editing import ODD, at, contents, drafted, edited

from valuation.problems import InvalidAssumptions
from valuation.pulling.apply import write_all
from valuation.pulling.report import Pulled
from valuation.pulling.sides import Side, Texts
from valuation.reading import load
from valuation.workbook.sheets import correlations

Edits = Mapping[tuple[str, str], Any]


def meanwhile(path: Path, old: str, new: str) -> str:
    """Somebody changes the file after the book was written; returns its text."""
    text = path.read_bytes().decode("utf-8")
    assert text.count(old) == 1
    path.write_bytes(text.replace(old, new).encode("utf-8"))
    return text.replace(old, new)


def pull(odd: Path, old: str, new: str, edits: Edits, **asked: Any) -> tuple[Pulled, str]:
    plan = drafted(odd)
    text = meanwhile(odd, old, new) if old else ODD
    return edited(plan, odd, {at(plan, *place): value for place, value in edits.items()}, **asked), text


def now(path: Path) -> str:
    return path.read_bytes().decode("utf-8")


def test_a_change_elsewhere_merges_silently(odd: Path) -> None:
    result, text = pull(odd, "tax_rate: '25%'", "tax_rate: '24%' # new", {("core.terminal_growth", "base"): 0.025})
    assert result.good
    assert now(odd) == text.replace("terminal_growth: 2%", "terminal_growth: 2.5%")


def test_lines_put_in_above_do_not_mislead(odd: Path) -> None:
    result, text = pull(
        odd, "  # rates", "  # rates\r\n  # of money\r\n  spare: 3%\r\n", {("core.tax_rate", "base"): 0.26}
    )
    assert not result.problems, str(result)  # an unread driver is no problem
    assert now(odd) == text.replace("'25%'", "'26%'")


def test_the_same_change_on_both_sides_is_no_change(odd: Path) -> None:
    result, text = pull(odd, "tax_rate: '25%'", "tax_rate: '26%'", {("core.tax_rate", "base"): 0.26})
    assert result.good
    assert result.changes == ()
    assert now(odd) == text


CONFLICTS: list[tuple[str, str, Edits, tuple[str, str, str], str]] = [
    ("tax_rate: '25%'", "tax_rate: '24%'", {("core.tax_rate", "base"): 0.26}, ("25%", "26%", "24%"), "tax_rate: '26%'"),
    (
        "tax_rate: '25%'",
        "tax_rate: ~ uniform(20%, 30%)",
        {("core.tax_rate", "base"): 0.26},
        ("25%", "26%", "~ uniform(20%, 30%)"),
        "tax_rate: 26%",
    ),
    (
        "pert(4%, 5%, 9%)",
        "pert(4%, 5%, 10%)",
        {("core.growth.from", "a"): 0.03},
        ("~ pert(4%, 5%, 9%)", "~ pert(3%, 5%, 9%)", "~ pert(4%, 5%, 10%)"),
        "~ pert(3%, 5%, 9%)",
    ),
    ("base: 5.2%", "base: 5.3%", {("drivers.erp", "base"): 0.06}, ("5.2%", "6%", "5.3%"), "base: 6%"),
    (
        "~ lognormal( p10=1.5, p90=2.5 )",
        "2",
        {("core.sales_to_capital", "b"): 3},
        ("~ lognormal( p10=1.5, p90=2.5 )", "~ lognormal( p10=1.5, p90=3 )", "2"),
        "sales_to_capital: ~ lognormal( p10=1.5, p90=3 )",
    ),
    (
        '"China"',
        '"Asia"',
        {("drivers.erp", "why"): "It's India."},
        ('It\'s "China", ünder 5 %.', "It's India.", 'It\'s "Asia", ünder 5 %.'),
        "why: 'It''s India.'",
    ),
]


@pytest.mark.parametrize(("old", "new", "edits", "told", "taken"), CONFLICTS, ids=lambda value: str(value)[:20])
def test_a_change_of_the_same_value_is_a_conflict(
    odd: Path, old: str, new: str, edits: Edits, told: tuple[str, str, str], taken: str
) -> None:
    plan = drafted(odd)
    text = meanwhile(odd, old, new)
    cells = {at(plan, *place): value for place, value in edits.items()}
    result = edited(plan, odd, cells)
    (found,) = result.conflicts
    assert (found.then, found.book, found.files) == told
    assert found.cell == str(next(iter(cells)))
    line = ODD[: ODD.index(old)].count("\n") + 1
    assert f"({odd}:{line})" in str(result)
    assert now(odd) == text
    kept = edited(plan, odd, cells, take="files")
    assert kept.good
    assert kept.changes == ()
    assert now(odd) == text
    ours = edited(plan, odd, cells, take="book")
    assert ours.good, str(ours)
    assert taken in now(odd)


def test_a_conflict_keeps_other_edits_from_being_written(odd: Path) -> None:
    edits = {("core.tax_rate", "base"): 0.26, ("core.terminal_growth", "base"): 0.025}
    result, text = pull(odd, "'25%'", "'24%'", edits)
    assert len(result.conflicts) == 1
    assert now(odd) == text


def test_a_name_that_is_gone_is_named_with_its_cell(odd: Path) -> None:
    plan = drafted(odd)
    meanwhile(odd, "core.growth.from", "drivers.tail")
    text = meanwhile(odd, "fade( ~ pert(4%, 5%, 9%) for 2 years to\r\n      2% over 10 years )", "4%")
    text = meanwhile(odd, "{core.growth.to: 3%, ", "{")
    result = edited(plan, odd, {at(plan, "core.growth.to", "base"): 0.01})
    (problem,) = result.problems
    assert problem.name == "core.growth.to"
    assert problem.place.file == str(at(plan, "core.growth.to", "base"))
    assert "is not in the files any more: core.growth is now 4%" in problem.text
    assert now(odd) == text


def test_a_number_of_another_formula_is_not_guessed(odd: Path) -> None:
    edits = {("core.wacc.number1", "base"): 1.2}
    result, text = pull(odd, "= drivers.risk_free + 1.1", "= 2 * drivers.risk_free / 2 + 1.1", edits)
    assert len(result.conflicts) == 1
    assert now(odd) == text
    plan = drafted(odd)
    assert edited(plan, odd, {}, take="book").good


def test_a_number_of_a_formula_whose_other_number_changed_is_found(odd: Path) -> None:
    result, text = pull(odd, "0.5%\r\n    sales", "0.6%\r\n    sales", {("core.wacc.number1", "base"): 1.2})
    assert result.good, str(result)
    assert now(odd) == text.replace("1.1 * drivers.erp", "1.2 * drivers.erp")


def test_files_that_cannot_be_read_are_told_of_as_ever(odd: Path) -> None:
    plan = drafted(odd)
    meanwhile(odd, "tax_rate: '25%'", "tax_rate: a quarter")
    with pytest.raises(InvalidAssumptions, match="expected"):
        edited(plan, odd, {})


# Writing ----------------------------------------------------------------------------------------------------------


def test_a_dry_run_writes_nothing_and_says_what_it_would(odd: Path) -> None:
    result, _ = pull(odd, "", "", {("core.tax_rate", "base"): 0.26}, dry_run=True)
    assert result.good
    assert result.written == ()
    assert now(odd) == ODD
    lines = result.diff.splitlines()
    assert [line for line in lines if line.startswith(("-", "+"))][2:] == [
        "-    tax_rate: '25%'",
        "+    tax_rate: '26%'",
    ]


def test_a_file_that_changes_while_it_is_pulled_is_left(odd: Path) -> None:
    side = Side.on_disk(load(odd))
    odd.write_bytes(b"name: Other\n")
    with pytest.raises(InvalidAssumptions, match="was changed while the book was pulled"):
        write_all(side.texts, {"odd.yaml": "name: Ours\n"})
    assert contents(odd.parent) == {"odd.yaml": b"name: Other\n"}


def test_a_file_that_cannot_be_written_leaves_all_as_they_are(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text("old\n")
    texts = Texts(str(tmp_path), {"a.yaml": "old\n", "gone/b.yaml": "old\n"})
    with pytest.raises(OSError, match=r"b\.yaml"):
        write_all(texts, {"a.yaml": "new\n", "gone/b.yaml": "new\n"})
    assert contents(tmp_path) == {"a.yaml": b"old\n", "b.yaml": b"old\n"}


def test_a_byte_order_mark_and_rights_stay(odd: Path) -> None:
    odd.write_bytes(b"\xef\xbb\xbf" + ODD.encode("utf-8"))
    odd.chmod(0o640)
    plan = drafted(odd)
    assert edited(plan, odd, {at(plan, "core.tax_rate", "base"): 0.26}).good
    assert odd.read_bytes() == b"\xef\xbb\xbf" + ODD.replace("'25%'", "'26%'").encode("utf-8")
    assert odd.stat().st_mode & 0o777 == 0o640


# Pairs and peers --------------------------------------------------------------------------------------------------

MATRIX = 'name,core.growth.from,drivers.erp\r\ncore.growth.from,1,"-0.40"\r\ndrivers.erp,-0.40,1\r\n'
PEERS = 'company,ev,sales,exclude\r\nAlpha,"1,200",100,\r\n\r\nBeta,900,90,\r\nGamma,50,10,too small\r\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The odd case as a folder, with a matrix and peers."""
    target = tmp_path / "odd"
    (target / "peers").mkdir(parents=True)
    text, _, scenarios = ODD.partition("correlations:\r\n")
    rest = scenarios.partition("scenarios:\r\n")[2]
    text = text.replace("  debt_like", "  multiple_of_peers: = median(peers.shops.ev_sales)\r\n    debt_like")
    text = text.replace("net_debt: = debt_like", "net_debt: = multiple_of_peers * debt_like / multiple_of_peers")
    (target / "case.yaml").write_bytes(f"{text}correlations: matrix.csv\r\nscenarios:\r\n{rest}".encode())
    (target / "matrix.csv").write_bytes(MATRIX.encode())
    (target / "peers" / "shops.csv").write_bytes(PEERS.encode())
    return target


def test_a_correlation_of_a_matrix_goes_below_the_diagonal_and_above(folder: Path) -> None:
    plan = drafted(folder)
    cell = plan.draft.pages[correlations.TITLE].cell(correlations.TOP, correlations.RANK)
    result = edited(plan, folder, {cell: -0.3})
    assert result.good, str(result)
    assert (folder / "matrix.csv").read_bytes().decode() == MATRIX.replace("-0.40", "-0.30")


PAIR = "rank: -0.40, why: Dear risk."


@pytest.mark.parametrize(
    ("column", "value", "line"),
    [
        (correlations.RANK, 0.5, "rank: 0.50, why: Dear risk."),
        (correlations.WHY, "Dear risks.", "rank: -0.40, why: Dear risks."),
        (correlations.WEIGHT, 3, f"{PAIR}, weight: 3"),
    ],
)
def test_a_pair_of_a_list_changes_in_its_line(odd: Path, column: int, value: Any, line: str) -> None:
    plan = drafted(odd)
    result = edited(plan, odd, {plan.draft.pages[correlations.TITLE].cell(correlations.TOP, column): value})
    assert result.good, str(result)
    assert now(odd) == ODD.replace(PAIR, line)


def test_an_impossible_correlation_is_named_by_its_cell(odd: Path) -> None:
    plan = drafted(odd)
    cell = plan.draft.pages[correlations.TITLE].cell(correlations.TOP, correlations.RANK)
    result = edited(plan, odd, {cell: 1.5})
    (problem,) = result.problems
    assert problem.place.file == str(cell)
    assert "expected a rank correlation from -1 to 1, found 1.5" in problem.text


def test_cells_of_peers_go_back_into_their_rows(folder: Path) -> None:
    plan = drafted(folder)
    cells = {key: cell for cell, key in plan.draft.pasted.items()}
    edits = {
        cells["shops", "ev", 0]: 1300,
        cells["shops", "sales", 1]: None,
        cells["shops", "exclude", 2]: "too small, and loss-making",
    }
    result = edited(plan, folder, edits)
    assert result.good, str(result)
    text = (folder / "peers" / "shops.csv").read_bytes().decode()
    expected = (
        PEERS.replace("1,200", "1,300").replace("900,90", "900,").replace("too small", '"too small, and loss-making"')
    )
    assert text == expected


def test_a_company_is_found_where_its_row_stands_now(folder: Path) -> None:
    plan = drafted(folder)
    cells = {key: cell for cell, key in plan.draft.pasted.items()}
    file = folder / "peers" / "shops.csv"
    text = PEERS.replace("Alpha", "New,700,70,\r\nAlpha")
    file.write_bytes(text.encode())
    result = edited(plan, folder, {cells["shops", "ev", 1]: 950})
    assert result.good, str(result)
    assert file.read_bytes().decode() == text.replace("Beta,900", "Beta,950")
    file.write_bytes(PEERS.replace("Beta", "Delta").encode())
    (problem,) = edited(plan, folder, {cells["shops", "ev", 1]: 950}).problems
    assert "Beta is not in shops.csv any more" in problem.text


def test_an_empty_pull_of_a_folder_changes_nothing(folder: Path) -> None:
    before = contents(folder)
    assert edited(drafted(folder), folder, {}).good
    assert contents(folder) == before
