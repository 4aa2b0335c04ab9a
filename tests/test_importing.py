"""Data at the door: what comes in is what was meant, what cannot be told is refused, nothing is half done."""

from __future__ import annotations

import csv
import io
import shutil
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner
from conftest import ASSUMPTIONS
from hypothesis import given, settings
from hypothesis import strategies as st
from workbooks import run_tool

import valuation
from valuation.cli import main
from valuation.importing import Wanted, import_data, read_range
from valuation.importing.reading import day, heading, number
from valuation.problems import InvalidAssumptions
from valuation.workbook.verify import verify_book

CASE = {
    "case.yaml": "name: Acme\ncurrency: CNY\ndate: 2026-02-02\nbase_year: 2025\nyears: 5\n",
    "shares.yaml": "diluted: {value: 100, unit: m shares, source: judgement, why: x}\n",
    "segments/core.yaml": """\
method: dcf
revenue: = financials.reported.sales.fy2025
growth: = financials.consensus.growth
margin: = financials.reported.ebita.fy2025 / financials.reported.sales.fy2025
tax_rate: {value: 25%, source: judgement, why: x}
wacc: {value: "~ normal(9%, 0.5%)", source: judgement, why: x}
sales_to_capital: {value: 2, source: judgement, why: x}
terminal_growth: {value: 2%, source: judgement, why: x}
terminal_return: {value: 12%, source: judgement, why: x}
""",
    "financials/reported.csv": """\
item,unit,source,why,FY2024,FY2025
sales,CNY m,judgement,As reported.,900,1000
ebita,CNY bn,judgement,"Rounded, as reported.",0.13,0.15
""",
    "financials/consensus.csv": "item,unit,source,why,FY2026,FY2027,FY2028,FY2029,FY2030\n"
    "growth,%,judgement,Brokers.,10%,8%,6%,5%,4%\n",
}
PEERS = {"company": ["Ace", "Bee"], "EV (USD m)": [1000.0, 3000.0], "Sales (USD m)": [100.0, 200.0]}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for name, text in CASE.items():
        path = tmp_path / "acme" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path / "acme"


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))


def problems_of(*arguments: Any, **more: Any) -> list[str]:
    with pytest.raises(InvalidAssumptions) as found:
        import_data(*arguments, **more)
    return [str(problem) for problem in found.value.problems]


def csv_file(folder: Path, text: str, name: str = "comps.csv") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


# Financials in a case -------------------------------------------------------------------------------------------------


def test_numbers_of_a_table_are_inputs_with_source_and_place(home: Path) -> None:
    case = valuation.load(home).case
    inputs = {one.name: one for one in case.inputs}
    sales, ebita = inputs["financials.reported.sales.fy2025"], inputs["financials.reported.ebita.fy2025"]
    assert (1000.0, "CNY m", "judgement", "As reported.") == (
        sales.base,
        str(sales.unit),
        sales.origin.source,
        sales.origin.why,
    )
    assert (150.0, "CNY m") == (ebita.base, str(ebita.unit))
    assert str(sales.origin.place).endswith("financials/reported.csv:2:6")
    assert [0.1, 0.08, 0.06, 0.05, 0.04] == [
        inputs[f"financials.consensus.growth.{year}"].base for year in range(2026, 2031)
    ]


def test_a_table_gives_the_value_that_the_same_numbers_give_elsewhere(home: Path) -> None:
    base = valuation.load(home).value().per_share
    text = CASE["segments/core.yaml"].replace("= financials.reported.sales.fy2025\n", "1000 CNY m\n", 1)
    text = text.replace("= financials.consensus.growth", "[10%, 8%, 6%, 5%, 4%]")
    text = text.replace("= financials.reported.ebita.fy2025 / financials.reported.sales.fy2025", "15%")
    (home / "segments/core.yaml").write_text(text, "utf-8")
    assert valuation.load(home).value().per_share == pytest.approx(base, rel=1e-12)


def test_financials_go_through_workbook_proof_lint_and_pull(home: Path, tmp_path: Path) -> None:
    study = valuation.load(home)
    book = study.write_workbook(tmp_path / "acme.xlsx", study.simulate(draws=300))
    assert verify_book(book, 50, 1).proved
    linted = run_tool("workbook_lint.py", "--strict", str(book))
    assert linted.returncode == 0, linted.stdout[-2000:]
    opened = openpyxl.load_workbook(book)
    wanted = {"Sales, FY2025": 1100, "EBITA, FY2025": 165, "Growth, 2026": 0.115}
    for row in opened["Inputs"].iter_rows():
        if row[0].value in wanted:
            row[2].value = wanted[row[0].value]
    opened.save(tmp_path / "edited.xlsx")
    done = CliRunner().invoke(main, ["pull", str(tmp_path / "edited.xlsx"), str(home)])
    assert done.exit_code == 0, done.output
    text = CASE["financials/reported.csv"].replace("900,1000", "900,1100").replace("0.13,0.15", "0.13,0.165")
    assert text == (home / "financials/reported.csv").read_text("utf-8")
    assert CASE["financials/consensus.csv"].replace("10%,8%", "11.5%,8%") == (
        home / "financials/consensus.csv"
    ).read_text("utf-8")


def test_set_scenarios_and_explain_name_the_cells(home: Path) -> None:
    low, high = (
        valuation.load(home, {"financials.consensus.growth.2027": rate}).value().per_share for rate in ("2%", "20%")
    )
    assert low < valuation.load(home).value().per_share < high
    found = CliRunner().invoke(main, ["explain", str(home), "financials.reported.sales.fy2025"])
    assert found.exit_code == 0
    assert "core.revenue" in found.stdout


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("item,unit,FY2025\nsales,CNY m,abc\n", "expected a number, a percentage"),
        ("item,unit,FY2025\nsales,,1000\nsales,CNY m,1\n", "stands twice; first in row 2"),
        ("item,unit,FY2025\nSales!,CNY m,1\n", "expected a name such as cloud_revenue, found 'Sales!'"),
        ("item,unit,FY2025\nsales,CNY m,~ normal(1; 2)\n", "a table holds numbers"),
        ("item,unit,FY2025\nmargin,%,12\n", "did you mean 12%"),
        ("item,unit,sorce,FY2025\nsales,CNY m,x,1\n", "sorce is not known here"),
        ("item,unit,why\nsales,CNY m,x\n", "expected a column for a year such as FY2025"),
        ("item,unit,2025,FY2025\nsales,CNY m,1,2\n", "expected different column names"),
        ("unit,FY2025\nCNY m,2\n", "expected a column item"),
    ],
)  # fmt: skip
def test_wrong_tables_are_told_with_their_cell(text: str, said: str, home: Path) -> None:
    (home / "financials/other.csv").write_text(text, "utf-8")
    with pytest.raises(InvalidAssumptions) as found:
        valuation.load(home)
    assert said in str(found.value)
    assert "financials/other.csv" in str(found.value)


# Reading cells --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "value"),
    [("1,234.5", 1234.5), ("(45)", -45), ("12%", 0.12), ("22.1x", 22.1), ("-3", -3), (7.5, 7.5), ("1e3", 1000),
     ("\u22125", -5), ("350,000", 350000), ("n.a.", None), ("-", None), ("\u2013", None), (None, None)],
)  # fmt: skip
def test_numbers_as_analysts_write_them(cell: Any, value: float | None) -> None:
    assert (value, "") == (number(cell).number, number(cell).wrong)


@pytest.mark.parametrize(
    ("cell", "said"),
    [("1.234,5", "did you mean 1234.5"), ("#REF!", "found #REF!"), ("=A1", "found the formula"), ("abc", "found 'abc'"),
     (date(2026, 1, 1), "found the date"), ("1 234", "expected a number")],
)  # fmt: skip
def test_what_is_no_number_is_told(cell: Any, said: str) -> None:
    assert said in number(cell).wrong


@pytest.mark.parametrize(
    ("cell", "told"),
    [("2026-03-31", "2026-03-31"), ("31-Dec-25", "2025-12-31"), ("31/01/2026", "2026-01-31"), (46112.0, "2026-03-31"),
     (date(2026, 3, 31), "2026-03-31"), ("Mar 31, 2026", "2026-03-31"), ("05/05/2026", "2026-05-05"), (None, "")],
)  # fmt: skip
def test_days_as_analysts_write_them(cell: Any, told: str) -> None:
    assert (told, "") == day(cell)


def test_a_day_that_can_be_read_two_ways_is_refused() -> None:
    assert day("03/04/2026") == (
        "",
        "expected a date that can be told, found 03/04/2026: write 2026-04-03 or 2026-03-04",
    )
    assert day(3.5)[1] == "expected a date, found 3.5"


@pytest.mark.parametrize(
    ("text", "name", "unit"),
    [("Sales FY1 (USD m)", "sales_fy1", "USD m"), ("Market cap [US$bn]", "market_cap", "USD bn"),
     ("EV/Sales", "ev_sales", None), ("Revenue (RMB mn)", "revenue", "CNY m"),
     ("EBITDA margin (%)", "ebitda_margin", "%"), ("Notes (see text)", "notes_see_text", None)],
)  # fmt: skip
def test_headings_tell_names_and_units(text: str, name: str, unit: str | None) -> None:
    found = heading(text)
    assert (name, unit) == (found[0], None if found[1] is None else str(found[1]))


# Peers ----------------------------------------------------------------------------------------------------------------


def test_a_frame_becomes_peers_that_formulas_read(home: Path) -> None:
    study = valuation.load(home).import_peers("chips", pd.DataFrame(PEERS))
    peers = study.case.peers["chips"]
    assert [1000.0, 3000.0] == list(peers.columns["ev"])
    (home / "segments/other.yaml").write_text(
        "method: multiple\nbasis: EV/Sales\nmetric: 100 CNY m\nmultiple: = median(peers.chips.ev_sales)\n", "utf-8"
    )
    assert valuation.load(home).value().parts[1].equity_value == pytest.approx(1250)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(-1e9, 1e9).filter(lambda x: abs(x) > 1e-6), st.one_of(st.none(), st.floats(0.001, 1e6))),
        min_size=1, max_size=6,
    )
)  # fmt: skip
def test_numbers_of_a_frame_come_out_to_the_last_bit(rows: list[tuple[float, float | None]]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "acme"
        for name, text in CASE.items():
            (home / name).parent.mkdir(parents=True, exist_ok=True)
            (home / name).write_text(text, "utf-8")
        names = [f"Peer {number}" for number in range(len(rows))]
        frame = pd.DataFrame({"company": names, "ebit": [a for a, _ in rows], "beta": [b for _, b in rows]})
        peers = valuation.load(home).import_peers("t", frame).case.peers["t"]
        assert [a for a, _ in rows] == list(peers.columns["ebit"])
        if any(b is not None for _, b in rows):
            found = np.asarray(peers.columns["beta"], dtype=float)
            assert [b for _, b in rows if b is not None] == list(found[np.isfinite(found)])


def test_a_range_of_a_workbook_is_read_with_dates_errors_and_stored_values(home: Path, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Comps"
    for row in (["Comparable companies"], [], ["", "Company", "Market cap (USD bn)", "Debt (USD m)", "Price date"],
                ["", "Ace", 1.5, 200, date(2026, 1, 30)], ["", "Bee", 2, "-", 46050]):  # fmt: skip
        sheet.append(row)
    book.create_sheet("Other")
    book.save(tmp_path / "comps.xlsx")
    done = import_data(home, "peers.chips", tmp_path / "comps.xlsx", "Comps!B3:E5")
    assert done.written
    assert [("Ace", "1500", "200", "2026-01-30"), ("Bee", "2000", "", "2026-01-28")] == [
        (row["company"], row["market_cap"], row["debt"], row["price_date"]) for row in table(home / "peers/chips.csv")
    ]
    assert read_range(tmp_path / "comps.xlsx", "Comps!B3:E5").columns[0] == "Company"
    sheet["C4"] = "#REF!"
    book.save(tmp_path / "comps.xlsx")
    [said] = problems_of(home, "peers.chips", tmp_path / "comps.xlsx", "Comps!B3:E5")
    assert said == f"{tmp_path}/comps.xlsx:Comps!C4: market_cap: expected a number, found #REF!"
    sheet["C4"] = "=1+1"
    book.save(tmp_path / "comps.xlsx")
    [said] = problems_of(home, "peers.chips", tmp_path / "comps.xlsx", "Comps!B3:E5")
    assert "Comps!C4: has a formula without a stored value" in said
    assert "did you mean Comps" in problems_of(home, "peers.chips", tmp_path / "comps.xlsx", "Compz!B3:E5")[0]
    assert "has several sheets; name one: Comps, Other" in problems_of(home, "peers.x", tmp_path / "comps.xlsx")[0]


def test_all_faults_are_told_at_once_and_nothing_is_written(home: Path, tmp_path: Path) -> None:
    path = csv_file(tmp_path, "Company,EV (USD m),Sales,Price date,Margin\nAce,#REF!,1.234;5,03/04/2025,12%\n"
                              "Bee,5,7,2026-03-01,0.2\nBee,6,8,2026-01-30,10%\n")  # fmt: skip
    said = problems_of(home, "peers.chips", path)
    for wanted in ("2:2: ev: expected a number, found #REF!", "2:4: price_date: expected a date that can be told",
                   "3:4: price_date: 2026-03-01 is after the valuation date 2026-02-02",
                   "3:5: margin: mixes percentages and plain numbers", "4:1: company: Bee stands twice"):  # fmt: skip
        assert any(wanted in one for one in said), (wanted, said)
    assert not (home / "peers").exists()


def test_money_in_two_currencies_needs_a_rate(home: Path, tmp_path: Path) -> None:
    path = csv_file(tmp_path, "Company,Market cap (HKD bn),Sales (USD m)\nAce,10,100\n")
    assert (
        "market_cap is in HKD and sales in USD: give --currency and a rate" in problems_of(home, "peers.chips", path)[0]
    )
    import_data(home, "peers.chips", path, wanted=Wanted(currency="USD", fx={"HKD": 0.128}))
    [row] = table(home / "peers/chips.csv")
    assert (1280.0, "100", "USD") == (float(row["market_cap"]), row["sales"], row["currency"])
    loose = csv_file(tmp_path, "Company,Sales\nAce,100\n", "loose.csv")
    assert any("no currency is said of sales" in note for note in import_data(home, "peers.other", loose).notes)


@pytest.mark.parametrize(
    ("formula", "wrong"),
    [
        ("median(peers.chips.ev_sales)", False),
        ("aggregate(peers.chips.ev, peers.chips.sales)", True),
        ("median(peers.chips.ev) / average(peers.chips.sales)", True),
    ],
)
def test_sums_over_rows_of_two_currencies_are_refused_when_a_case_is_read(
    formula: str, wrong: bool, home: Path
) -> None:
    (home / "peers").mkdir()
    text = "company,ev,sales,currency,exclude\nAce,10,1,USD,\nBee,30,2,HKD,\nCee,5,1,JPY,not comparable\n"
    (home / "peers/chips.csv").write_text(text, "utf-8")
    segment = f"method: multiple\nbasis: EV/Sales\nmetric: 100 CNY m\nmultiple: = {formula}\n"
    (home / "segments/other.yaml").write_text(segment, "utf-8")
    if not wrong:
        assert valuation.load(home).value().parts[1].equity_value == pytest.approx(1250)
        return
    with pytest.raises(InvalidAssumptions, match=r"peers\.chips\.ev holds money in USD, HKD: read a ratio"):
        valuation.load(home)


def test_percent_columns_hold_twelve_or_its_share(home: Path, tmp_path: Path) -> None:
    for name, cells in (("a", "12\nBee,8"), ("b", "0.12\nBee,0.08"), ("c", "12%\nBee,8%")):
        import_data(home, f"peers.{name}", csv_file(tmp_path, f"Company,Margin (%)\nAce,{cells}\n"))
        assert [0.12, 0.08] == list(valuation.load(home).case.peers[name].columns["margin"])


def test_what_only_the_table_of_the_case_has_stays(home: Path, tmp_path: Path) -> None:
    (home / "peers").mkdir()
    (home / "peers/chips.csv").write_text("company,ev,exclude\nAce,1,\nOld,2,in liquidation\n", "utf-8")
    done = import_data(home, "peers.chips", csv_file(tmp_path, "Company,EV\nAce,7\nNew,9\n"))
    assert [("Ace", "7", ""), ("Old", "2", "in liquidation"), ("New", "9", "")] == [
        (row["company"], row["ev"], row["exclude"]) for row in table(home / "peers/chips.csv")
    ]
    assert "kept, as the new data have no such row: Old" in done.notes
    assert "-Ace,1,\n" in done.diff


def test_a_table_that_the_case_cannot_bear_is_not_written(home: Path, tmp_path: Path) -> None:
    (home / "segments/other.yaml").write_text(
        "method: multiple\nbasis: EV/Sales\nmetric: 100 CNY m\nmultiple: = median(peers.chips.ev_sales)\n", "utf-8"
    )
    (home / "peers").mkdir()
    (home / "peers/chips.csv").write_text("company,ev,sales\nAce,10,1\n", "utf-8")
    before = (home / "peers/chips.csv").read_bytes()
    said = problems_of(home, "peers.chips", csv_file(tmp_path, "Company,EV,Sales,EV.\nAce,10,x,\nBee,x,y,\n"))
    assert said
    assert before == (home / "peers/chips.csv").read_bytes()


# Financials at the door -----------------------------------------------------------------------------------------------


def test_financials_come_in_with_units_years_and_sources(home: Path, tmp_path: Path) -> None:
    path = csv_file(tmp_path, 'Item,2024A,2025E\nCloud revenue (RMB bn),"1,118.028",(2)\nMargin (%),8,9.5\n')
    done = import_data(home, "financials.new", path, wanted=Wanted(source="judgement", why="Broker."))
    assert (2, True) == (done.rows, done.written)
    assert (home / "financials/new.csv").read_text("utf-8") == (
        "item,unit,source,why,FY2024,FY2025\ncloud_revenue,CNY bn,judgement,Broker.,1118.028,-2\n"
        "margin,%,judgement,Broker.,8%,9.5%\n"
    )
    inputs = {one.name: one.base for one in valuation.load(home).case.inputs}
    assert 1118028 == inputs["financials.new.cloud_revenue.fy2024"]
    assert not import_data(home, "financials.new", path, wanted=Wanted(source="judgement", why="Broker.")).written


def test_a_turned_table_is_turned_back_and_said(home: Path, tmp_path: Path) -> None:
    path = csv_file(tmp_path, "Year,Sales (CNY m),Margin (%)\nFY2024,5,1\nFY2025,6,2\n")
    done = import_data(home, "financials.new", path, wanted=Wanted(source="judgement", why="x"))
    assert "years stand down and items across: the table was turned" in done.notes
    assert [("sales", "5", "6"), ("margin", "1%", "2%")] == [
        (row["item"], row["FY2024"], row["FY2025"]) for row in table(home / "financials/new.csv")
    ]


def test_units_and_sources_must_be_said(home: Path, tmp_path: Path) -> None:
    said = problems_of(home, "financials.new", csv_file(tmp_path, "Item,2024\nSales,5\nCosts (CNY m),x\n"))
    assert any("2:1: sales: expected a unit" in one for one in said)
    assert any("3:2: costs: expected a number, found 'x'" in one for one in said)
    said = problems_of(home, "financials.new", csv_file(tmp_path, "Item,2024\nSales (CNY m),5\n"))
    assert "expected a source" in said[0]


# Hostile files --------------------------------------------------------------------------------------------------------


def test_hostile_and_strange_files_are_refused_by_a_sentence(home: Path, tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", b"0" * 50_000_000)
    (tmp_path / "nul.csv").write_bytes(b"company\x00,ev\n")
    (tmp_path / "large.csv").write_bytes(b"a,b\n" * 6_000_000)
    (tmp_path / "wide.csv").write_text(
        "a," * 100_000 + "a\n" + "1," * 100_000 + "1\n" + "1," * 100_000 + "1\n", "utf-8"
    )
    (tmp_path / "word.docx").write_bytes(b"PK")
    (tmp_path / "empty.csv").write_text("\n\n", "utf-8")
    for name in ("bomb.xlsx", "nul.csv", "large.csv", "wide.csv", "word.docx", "empty.csv", "none.csv"):
        said = problems_of(home, "peers.chips", tmp_path / name)
        assert said and name in said[0]
    assert "peers.<id> or financials.<id>" in problems_of(home, "peer.chips", tmp_path / "nul.csv")[0]
    assert "peers.<id> or financials.<id>" in problems_of(home, "peers.../x", tmp_path / "nul.csv")[0]
    assert not (home / "peers").exists()


@pytest.mark.parametrize(("encoding", "note"), [("utf-16", "utf-16"), ("gb18030", "gb18030"), ("utf-8-sig", "")])
def test_other_encodings_are_read_and_said(encoding: str, note: str, home: Path, tmp_path: Path) -> None:
    (tmp_path / "comps.csv").write_bytes("company;ev\n寒武纪;5\n".encode(encoding))
    done = import_data(home, "peers.chips", tmp_path / "comps.csv")
    assert table(home / "peers/chips.csv")[0]["company"] == "寒武纪"
    assert any(note in one for one in done.notes)


def test_a_formula_in_a_text_stays_a_text(home: Path, tmp_path: Path) -> None:
    import_data(home, "peers.chips", csv_file(tmp_path, "company,remark,ev\nAce,=cmd|' /C calc'!A0,5\n"))
    book = valuation.load(home).write_workbook(tmp_path / "b.xlsx")
    cells = [
        c for s in openpyxl.load_workbook(book).worksheets for r in s.iter_rows() for c in r if "cmd|" in str(c.value)
    ]
    assert all(cell.data_type == "s" for cell in cells)


# The command ----------------------------------------------------------------------------------------------------------


def test_the_command_shows_the_difference_first_and_writes_then(home: Path, tmp_path: Path) -> None:
    path = csv_file(tmp_path, "Name,Mkt cap,EV/Sales\nAce,5,7x\n")
    arguments = ["import", str(home), "peers.chips", str(path), "--rename", "Mkt cap=market_cap", "--currency", "USD"]
    dry = CliRunner().invoke(main, [*arguments, "--units", "market_cap=USD bn", "--dry-run"])
    assert (0, True) == (dry.exit_code, "+Ace,5000,7,USD" in dry.stdout)
    assert not (home / "peers").exists()
    done = CliRunner().invoke(main, [*arguments, "--units", "market_cap=USD bn"])
    assert (0, True) == (done.exit_code, "1 rows, written" in done.stdout)
    assert CliRunner().invoke(main, [*arguments, "--fx", "HKD:3"]).exit_code == 2
    wrong = CliRunner().invoke(main, [*arguments[:4], "--rename", "Mktcap=x"])
    assert (1, True) == (wrong.exit_code, "is no heading; did you mean Mkt cap" in wrong.stderr)


def test_the_shipped_case_takes_its_own_peers_back(tmp_path: Path) -> None:
    shutil.copytree(ASSUMPTIONS / "alibaba", tmp_path / "alibaba")
    path = next((tmp_path / "alibaba/peers").glob("*.csv"))
    before = valuation.load(tmp_path / "alibaba").value().per_share
    shutil.copy(path, tmp_path / "again.csv")
    done = import_data(tmp_path / "alibaba", f"peers.{path.stem}", tmp_path / "again.csv")
    assert done.rows == len(table(path))
    assert valuation.load(tmp_path / "alibaba").value().per_share == before
