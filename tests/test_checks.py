"""Every check has a case in which it fires and one in which it is silent; cases may change thresholds."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from check_cases import BESIDE, DCF, FACTS, FILES, HEAD, LIVE, OTHER, PEERS, REGRESSION, RUNS, SHARES, STAKE, TWO, TYPED

from valuation.assumptions import Case
from valuation.base_case import base_case
from valuation.checks import RULES, Check, Recorded, checks, findings, passes, run_findings, standards
from valuation.checks.rule import is_word
from valuation.checks.standards import read_threshold
from valuation.problems import InvalidAssumptions
from valuation.reading import load
from valuation.simulation.engine import simulate
from valuation.trial import record

NOISE = [((37 * n * n + 11 * n) % 17) / 100 for n in range(18)]


def opened(folder: Path, text: str, *, beside: tuple[str, str] = ("", ""), undated: bool = False) -> Case:
    """A case in a folder, with the peers and facts that stand beside it."""
    folder.mkdir(exist_ok=True)
    body = text if re.search("^shares:", text, re.MULTILINE) else text + SHARES
    dated = HEAD.replace("date: 2026-02-02\n", "") if undated else HEAD
    (folder / "case.yaml").write_text(dated + body)
    (folder / "seeds").mkdir(exist_ok=True)
    (folder / "seeds" / "facts.yaml").write_text(FACTS.replace(*beside) if beside[0] in FACTS else FACTS)
    (folder / "peers").mkdir(exist_ok=True)
    (folder / "peers" / "t.csv").write_text(PEERS.replace(*beside) if beside[0] in PEERS else PEERS)
    (folder / "peers" / "r.csv").write_text(regression_peers(beside == BESIDE["regression_size"]))
    return load(folder)


def regression_peers(few: bool) -> str:
    """Peers whose multiple follows growth and margin; with a column of noise, and one that moves with growth."""
    head, *rows = REGRESSION.strip().split("\n")
    wide = [
        f"{row},{noise:.3f},{float(row.split(',')[2]) * 2 + noise / 50:.4f}"
        for row, noise in zip(rows, NOISE, strict=True)
    ]
    return "\n".join([f"{head},noise,alike", *wide[: 15 if few else None]]) + "\n"


def fired(case: Case, rule: str) -> list[str]:
    """The ids of what a rule finds in the base case."""
    return [found.id for found in findings(Recorded(case, *record(case))) if found.rule == rule]


def ids(pairs: list[tuple[str, ...]]) -> list[str]:
    return [pair[0] for pair in pairs]


# Pairs ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rule", "text", "old", "new"), [*FILES, *LIVE], ids=ids([*FILES, *LIVE]))
def test_a_check_fires_and_is_silent(rule: str, text: str, old: str, new: str, tmp_path: Path) -> None:
    assert fired(opened(tmp_path / "silent", text), rule) == []
    assert old in text
    beside, undated = BESIDE.get(rule, ("", "")), rule == "date_missing"
    found = fired(opened(tmp_path / "firing", text.replace(old, new), beside=beside, undated=undated), rule)
    assert found
    assert all(name == rule or name.endswith(f".{rule}") or name.startswith(f"{rule}.") for name in found)


@pytest.mark.parametrize(("rule", "text", "row", "typed"), TYPED, ids=ids(TYPED))
def test_a_check_sees_what_is_typed_over_a_formula(
    rule: str, text: str, row: tuple[str, str], typed: float, tmp_path: Path
) -> None:
    """What the reading refuses, or the model cannot get wrong, is still tested live in the workbook."""
    case = opened(tmp_path, text)
    recorded = Recorded(case, *record(case))
    mine = [check for check in checks(recorded) if check.rule == rule]
    assert mine and all(passes(recorded, check) for check in mine)
    scope = recorded.recording.scopes[row[0]]
    over = scope.assumed(row[1]) or scope.row(row[1])
    assert over is not None
    recorded.values[over] = np.array([typed])  # type: ignore[index]
    assert not all(passes(recorded, check) for check in mine)


@pytest.mark.parametrize(("rule", "text", "old", "new", "draws"), RUNS, ids=ids(RUNS))
def test_a_check_of_a_run_fires_and_is_silent(
    rule: str, text: str, old: str, new: str, draws: int, tmp_path: Path
) -> None:
    silent = (
        text.replace("correlations:\n  - {between: [a.multiple, b.multiple], rank: 0.5}\n", "")
        if rule == "correlation_effect"
        else text
    )
    assert after_run(opened(tmp_path / "silent", silent), rule, 16384 if rule == "too_few_draws" else draws) == []
    assert after_run(opened(tmp_path / "firing", text.replace(old, new)), rule, draws)


def after_run(case: Case, rule: str, draws: int) -> list[str]:
    found = run_findings(Recorded(case, *record(case)), simulate(case, draws, 7))
    return [finding.message for finding in found if finding.rule == rule]


def test_no_rule_lacks_its_pair() -> None:
    paired = {*ids(FILES), *ids(LIVE), *ids(TYPED), *ids(RUNS)}
    assert {"unpaired": set(RULES) - paired, "unknown": paired - set(RULES)} == {"unpaired": set(), "unknown": set()}


# Standards ------------------------------------------------------------------------------------------------------------


def test_every_rule_has_its_standard_and_no_standard_lacks_its_rule() -> None:
    assert set(RULES) == set(standards())
    told = {rule.id: (rule.function.__doc__ or "").partition(":")[0] for rule in RULES.values()}
    wrong = {
        name: told[name] for name, entry in standards().items() if str(entry.number) not in told[name].split(" and ")
    }
    assert wrong == {}


def test_the_numbers_are_those_of_the_field() -> None:
    """28 and 39 cannot go wrong here, as the package's docstring says."""
    assert {entry.number for entry in standards().values()} == set(range(1, 46)) - {28, 39}


@pytest.mark.parametrize(
    ("text", "value", "shown"),
    [
        ("75%", 0.75, "75%"),
        ("2x", 2, "2x"),
        ("180 days", 180, "180 days"),
        ("0.4", 0.4, "0.4"),
        ("0.0001%", 1e-6, "0.0001%"),
    ],
)
def test_a_threshold_reads_back(text: str, value: float, shown: str) -> None:
    found = read_threshold(text)
    assert found is not None
    assert (found.value, str(found)) == (pytest.approx(value, rel=1e-15), shown)


def test_what_is_no_threshold() -> None:
    assert [None, None, None] == [read_threshold(text) for text in ("much", "75 %%", "3 weeks")]


def test_words_are_whole() -> None:
    assert is_word("cash", "bridge.restricted_cash") and is_word("lock_up", "the Lock-up ends")
    assert not is_word("cash", "bridge.cashier") and not is_word("real", "realised")


# Edges ----------------------------------------------------------------------------------------------------------------

TEXTS = {rule: text for rule, text, _, _ in LIVE}
EDGES = [
    ("growth_below_risk_free", TEXTS["growth_below_risk_free"], "terminal_growth: 2%", "terminal_growth: 2.0001%"),
    ("wacc_above_growth", DCF.replace("9%", "4%").replace("growth: 2%", "growth: 3%"), "wacc: 4%", "wacc: 3.9999%"),
    ("perpetual_tax", DCF, "tax_rate: 25%", "tax_rate: 24.999%"),
    ("gap_to_price", TEXTS["gap_to_price"].replace("0.9 CNY", "0.6667 CNY"), "0.6667", "0.6666"),
    ("certain_transaction", TEXTS["certain_transaction"], "probability: 40%", "probability: 0%"),
    ("dollar_peg", TEXTS["dollar_peg"].replace("7.8 HKD", "7.85 HKD"), "7.85 HKD", "7.8501 HKD"),
]


@pytest.mark.parametrize(("rule", "text", "old", "new"), EDGES, ids=ids(EDGES))
def test_a_check_draws_the_line_where_it_says(rule: str, text: str, old: str, new: str, tmp_path: Path) -> None:
    assert fired(opened(tmp_path / "silent", text), rule) == []
    assert fired(opened(tmp_path / "firing", text.replace(old, new)), rule) != []


@pytest.mark.parametrize(("margin", "severities"), [("note: new, ", ["info"]), ("", ["warning", "error"])])
def test_a_note_explains_a_terminal_value(margin: str, severities: list[str], tmp_path: Path) -> None:
    text = DCF.replace("note: young, ", margin).replace("margin: 20%", "margin: [0%, 0%, 20%]")
    found = [f.severity for f in base_case(opened(tmp_path, text)).checks if f.rule.startswith("terminal_share")]
    assert severities == found


def test_a_declared_fact_of_another_unit_is_a_finding(tmp_path: Path) -> None:
    text = TEXTS["market_share"].replace("market_size: 500 CNY m", "market_size: 500 USD m")
    found = [f.message for f in base_case(opened(tmp_path, text)).checks if f.rule == "market_share"]
    assert ["market share cannot be judged: cannot combine CNY/USD with %: one is a pure number"] == found


def test_a_yearly_driver_counts_in_its_last_year(tmp_path: Path) -> None:
    text = TEXTS["growth_below_risk_free"].replace("risk_free: 2%", "risk_free: [1%, 1%, 2%]")
    assert fired(opened(tmp_path, text), "growth_below_risk_free") == []


# What a case changes --------------------------------------------------------------------------------------------------

CHANGED = STAKE + "shares: {diluted: 10 m shares, price: 0.5 CNY/share}\nchecks:\n  gap_to_price: "


@pytest.mark.parametrize(
    ("setting", "severities", "said"),
    [
        ("{threshold: 150%, why: as ever}", [], "gap to price: threshold 150% instead of 50%: as ever"),
        ("{severity: error, why: strict}", ["error"], "gap to price: error instead of warning: strict"),
        ("{off: yes, why: no market}", [], "gap to price: switched off: no market"),
    ],
)
def test_a_case_may_change_a_check_and_it_is_said(
    setting: str, severities: list[str], said: str, tmp_path: Path
) -> None:
    found = base_case(opened(tmp_path, CHANGED + setting + "\n")).checks
    assert severities == [f.severity for f in found if f.rule == "gap_to_price"]
    assert [("info", said)] == [(f.severity, f.message) for f in found if f.id == "gap_to_price.changed"]


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("{threshold: 95%}", "checks.gap_to_price: a change of a check needs its reason: add why"),
        ("{threshold: 3x, why: so}", "checks.gap_to_price.threshold: expected a value such as 50%, found 3x"),
        ("{severity: grave, why: so}", "checks.gap_to_price.severity: expected error or warning or info, found grave"),
        ("{off: perhaps, why: so}", "checks.gap_to_price.off: expected yes or no, found perhaps"),
        ("{treshold: 95%, why: so}", "checks.gap_to_price: treshold is not known here; did you mean threshold"),
        ("{why: [a, b]}", "checks.gap_to_price.why: expected one value"),
        ("95%", "checks.gap_to_price: expected some of threshold, severity, off, why, and why"),
    ],
)
def test_what_is_wrong_with_a_change(setting: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidAssumptions) as found:
        opened(tmp_path, CHANGED + setting + "\n")
    assert message in str(found.value)


def test_an_unknown_check_is_guessed_at(tmp_path: Path) -> None:
    with pytest.raises(
        InvalidAssumptions, match=r"case\.yaml:9:3: checks\.gap_to_prise: is no check; did you mean gap_to_price"
    ):
        opened(tmp_path, CHANGED.replace("gap_to_price: ", "gap_to_prise: {off: yes, why: so}\n"))


def test_changes_may_stand_in_a_file_of_their_own(tmp_path: Path) -> None:
    case = opened(tmp_path, STAKE)
    (tmp_path / "checks.yaml").write_text("value_positive: {off: yes, why: a test}\n")
    assert list(load(tmp_path).checks) == ["value_positive"]
    assert case.checks == {}


# Doors ----------------------------------------------------------------------------------------------------------------


def test_ids_are_scope_and_rule_and_places_are_exact(tmp_path: Path) -> None:
    case = opened(tmp_path, "drivers: {risk_free: 1%}\n" + DCF)
    found = next(f for f in base_case(case).checks if f.rule == "growth_below_risk_free")
    assert "core.growth_below_risk_free" == found.id
    assert f"{tmp_path}/case.yaml:8:43" == str(found.place)
    assert (
        found.message
        == "Core: terminal growth is not above the risk-free rate, found 2%: tie terminal_growth to drivers.risk_free"
    )


def test_a_study_puts_findings_of_a_run_behind_the_others(tmp_path: Path) -> None:
    from valuation.study import Study

    case = opened(tmp_path, UNCERTAIN)
    study = Study(tmp_path, case)
    simulation = study.simulate(64, 7)
    before, after = study.as_json()["checks"], study.as_json(simulation)["checks"]
    assert before == after[: len(before)]
    assert "too_few_draws" in [check["id"] for check in after]


UNCERTAIN = {rule: text for rule, text, _, _, _ in RUNS}["too_few_draws"]


def test_live_checks_have_ids_of_their_own(tmp_path: Path) -> None:
    found = checks(Recorded(case := opened(tmp_path, TWO + "bridge: {cash: 5 CNY m}\n"), *record(case)))
    assert all(isinstance(check, Check) for check in found)
    assert len({check.id for check in found}) == len(found)


def test_the_checks_sheet_shows_every_rule_and_its_book_is_proved(tmp_path: Path) -> None:
    """Found and threshold are live; results about files and run are stored, and an error of theirs is counted."""
    import openpyxl

    from valuation.workbook.book import write_workbook
    from valuation.workbook.verify import verify_book

    text = "drivers: {group_wacc: 8.8%}\n" + DCF + OTHER + "bridge: {customer_cash: 5 CNY m}\n"
    case = opened(tmp_path, text.replace("margin: 20%", 'margin: "~ uniform(19%, 22%)"'))
    book = write_workbook(case, tmp_path / "book.xlsx", simulate(case, 64, 7))
    sheet = openpyxl.load_workbook(book, data_only=True)["Checks"]
    rows = {str(row[0].value).strip(): [cell.value for cell in row] for row in sheet.iter_rows(min_row=5)}
    assert {rule.id for rule in RULES.values() if rule.when != "live"} <= set(rows)
    share = float(base_case(case).lines.scopes["core"]["terminal_value_share"][0])
    assert rows["core.terminal_share"][2:5] == ["%", pytest.approx(share, rel=1e-12), 0.75]
    assert "NOTE" == rows["core.terminal_share"][6]
    assert ["ERROR", "OK"] == [rows[name][6] for name in ("restricted_cash", "too_few_draws")]
    assert "bridge.customer_cash.restricted_cash" in rows
    assert "ERROR" == sheet["G2"].value
    assert verify_book(book, 3).proved
