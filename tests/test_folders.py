"""Cases that are folders: one file a group, a segment, a table; and what is wrong with such files."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest

from valuation.assumptions import Case
from valuation.base_case import base_case
from valuation.reading import load, read
from valuation.reading.files import OWN_FILES

CASE = "name: Folder\ncurrency: CNY\ndate: 2026-02-02\nyears: 2\nevidence: seeds/facts.yaml\nsegments: [b, a]\n"
FILES = {
    "case.yaml": CASE,
    "drivers.yaml": "rate: ~ normal(5%, 1%)\nfee: {value: ~ normal(1%, 0.1%), source: fee.2025}\n",
    "shares.yaml": "diluted: 10 m shares\n",
    "bridge.yaml": "cash: {value: 7, unit: CNY m, source: [cash.2025, judgement], why: counted, note: twice}\n",
    "correlations.yaml": "- {between: [drivers.rate, drivers.fee], rank: 0.5, why: both are rates}\n",
    "segments/a.yaml": "method: multiple\nbasis: P/E\nmetric: 10 CNY m\nmultiple: = median(peers.chips.ev_sales)\n",
    "segments/b.yaml": "method: stake\nvalue: = 5 * (1 + drivers.rate - drivers.fee) * unit\nunit: 1 CNY m\n",
    "peers/chips.csv": 'Name,EV,Sales,Growth\nOne,"1,000",200,x\nTwo,60,20,\nThree,90,10,y\n\nFour,,10,\n',
}
FACTS = "- {id: fee.2025, statement: The fee, unit: '%'}\n- {id: cash.2025}\n"

Write = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path) -> Write:
    """Write the folder with some files changed, added or (None) left out."""

    def written(**changes: str | None) -> Path:
        changed = {name.replace("__", "/").replace("_dot_", "."): text for name, text in changes.items()}
        (tmp_path / "seeds").mkdir(exist_ok=True)
        (tmp_path / "seeds/facts.yaml").write_text(FACTS)
        for name, text in {**FILES, **changed}.items():
            if text is not None:
                (tmp_path / "case" / name).parent.mkdir(parents=True, exist_ok=True)
                (tmp_path / "case" / name).write_text(text)
        return tmp_path / "case"

    return written


def problems(path: Path) -> list[str]:
    case, found = read(path)
    assert (case is None) == bool(found)
    return [str(problem).replace(f"{path}/", "") for problem in found]


def test_a_folder_is_read_whole(folder: Write) -> None:
    case: Case = load(folder())
    assert ["b", "a"] == list(case.segments)
    assert ("case", "Folder", 2025) == (case.id, case.name, case.base_year)
    assert {"evidence.yaml", *FILES} == set(case.files)
    assert "The fee" == case.evidence["fee.2025"].statement
    assert ("drivers.rate", "drivers.fee") == case.correlations[0].between
    origin = case.assumptions["bridge.cash"].origin
    assert ("cash.2025, judgement", "counted", "twice") == (origin.source, origin.why, origin.note)
    # medians of 5, 3 and 9; 10 of sales; 5 x 1.04; 7 of cash; 10 m shares
    assert pytest.approx((5 * 10 + 5 * 1.04 + 7) / 10) == base_case(case).per_share


def test_statistics_of_peers(folder: Write) -> None:
    harmonic = 3 / (1 / 1000 + 1 / 60 + 1 / 90)
    for formula, expected in (("average(peers.chips.sales)", 60), ("harmonic_mean(peers.chips.ev)", harmonic)):
        path = folder(segments__a_dot_yaml=FILES["segments/a.yaml"].replace("median(peers.chips.ev_sales)", formula))
        assert base_case(load(path)).parts[1].equity_value == pytest.approx(10 * expected)


def test_a_file_without_its_own_facts_may_cite_anything(folder: Write) -> None:
    assert [] == problems(folder(case_dot_yaml=FILES["case.yaml"].replace("evidence: seeds/facts.yaml\n", "")))


WRONG: dict[str, tuple[dict[str, str | None], list[str]]] = {
    "a file of none": (
        {"driver_dot_yaml": "a: 1\n"},
        [f"driver.yaml: not a file of a case; expected {', '.join(OWN_FILES)} (.yaml)"],
    ),
    "a group twice": (
        {"case_dot_yaml": FILES["case.yaml"] + "bridge: {cash: 1 CNY m}\n"},
        ["case.yaml:7:1: bridge: stands twice; also in bridge.yaml"],
    ),
    "a segment twice": (
        {"case_dot_yaml": FILES["case.yaml"].replace("[b, a]", "\n  a: {method: stake, value: 1 CNY m}")},
        ["case.yaml:7:3: a: stands twice; also in segments/a.yaml"],
    ),
    "a segment not listed": (
        {"case_dot_yaml": FILES["case.yaml"].replace("[b, a]", "[b]")},
        ["segments/a.yaml: a: is not in the list of segments of the case file"],
    ),
    "a segment without a file": (
        {"case_dot_yaml": FILES["case.yaml"].replace("[b, a]", "[b, a, aa]")},
        ["case.yaml:6:18: segments: aa has no file in segments/; did you mean a"],
    ),
    "a broken segment says nothing of the others": (
        {"segments__a_dot_yaml": "method: [\n"},
        ["segments/a.yaml:2:1: not valid YAML: expected the node content, but found '<stream end>'"],
    ),
    "an empty table": (
        {"peers__chips_dot_csv": "ev,sales\n"},
        [
            "peers/chips.csv: expected a heading row and at least one row of values",
            "segments/a.yaml:4:11: a.multiple: peers.chips is not known",
        ],
    ),
    "a ragged table": (
        {"peers__extra_dot_csv": "ev,sales\n1,2\n1,2,3\n"},
        ["peers/extra.csv:3:1: expected 2 cells, found 3"],
    ),
    "a table of semicolons": (
        {"peers__extra_dot_csv": "ev;sales\n1,5;2\n"},
        ["peers/extra.csv:1:1: expected commas between the cells and decimal points, found semicolons"],
    ),
    "a table of tabs": (
        {"peers__extra_dot_csv": "ev\tsales\n1.5\t2\n"},
        ["peers/extra.csv:1:1: expected commas between the cells and decimal points, found tabs"],
    ),
    "a company twice": (
        {"peers__extra_dot_csv": "company,ev,exclude\nArm,1,\nAMD,2,\nARM,3,\nAMD,4,another class of shares\n"},
        ["peers/extra.csv:4:1: company: ARM stands in row 2 already: delete one, or exclude it"],
    ),
    "headings twice": (
        {"peers__extra_dot_csv": "ev,EV\n1,2\n"},
        ["peers/extra.csv:1:1: expected different column names such as ev_sales, found 'ev'"],
    ),
    "a table that is none": (
        {"peers__extra_dot_csv": "a," + "x" * 200_000 + "\n1,2\n"},
        ["peers/extra.csv: not a valid CSV table: field larger than field limit (131072)"],
    ),
    "a column of words": (
        {"segments__a_dot_yaml": FILES["segments/a.yaml"].replace("ev_sales", "growth")},
        ["segments/a.yaml:4:11: a.multiple: peers.chips has no column of numbers growth; choose from ev, sales"],
    ),
    "an unknown source": (
        {"bridge_dot_yaml": "cash: {value: 7 CNY m, source: cash.2026}\n"},
        ["bridge.yaml:1:32: bridge.cash: source cash.2026 is not in the evidence; did you mean cash.2025"],
    ),
}


@pytest.mark.parametrize(("changes", "wanted"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_with_a_folder(changes: dict[str, str | None], wanted: list[str], folder: Write) -> None:
    assert wanted == problems(folder(**changes))


@pytest.mark.parametrize(
    ("facts", "wanted"),
    [
        ("a: 1\n", "facts.yaml:1:1: evidence: expected a list of facts, each with an id"),
        ("- {name: x}\n- {id: fee.2025}\n- {id: cash.2025}\n", "facts.yaml:1:3: evidence: expected a fact with an id"),
        (FACTS + "- {id: cash.2025}\n", "facts.yaml:3:3: cash.2025: stands twice in the evidence"),
        ("- [\n", "facts.yaml:2:1: not valid YAML: expected the node content, but found '<stream end>'"),
    ],
)
def test_what_is_wrong_with_evidence(facts: str, wanted: str, folder: Write, tmp_path: Path) -> None:
    path = folder()
    (tmp_path / "seeds/facts.yaml").write_text(facts)
    assert wanted in "\n".join(problems(path))


MATRIX = ",drivers.rate,drivers.fee\ndrivers.rate,1,\ndrivers.fee,0.5,1\n"


def with_matrix(folder: Write, matrix: str) -> Path:
    path = folder(correlations_dot_yaml=None, matrix_dot_csv=matrix)
    (path / "case.yaml").write_text(FILES["case.yaml"] + "correlations: matrix.csv\n")
    return path


@pytest.mark.parametrize("name", ["elsewhere.yaml", "x" * 5000])
def test_evidence_that_is_away_is_remarked_upon(name: str, folder: Write) -> None:
    path = folder(case_dot_yaml=FILES["case.yaml"].replace("seeds/facts.yaml", name))
    assert [] == problems(path)
    assert any(remark.text == f"{name} is not found, so sources are not checked" for remark in load(path).remarks)


def test_evidence_is_one_file(folder: Write) -> None:
    found = problems(folder(case_dot_yaml=FILES["case.yaml"].replace("seeds/facts.yaml", "[a]")))
    assert ["case.yaml:5:11: evidence: expected the name of a file of facts"] == found


def test_a_file_with_another_ending_is_not_passed_over(folder: Write) -> None:
    path = folder()
    (path / "segments" / "c.yml").write_text("method: stake\n")
    assert any("expected the ending .yaml, found .yml" in problem for problem in problems(path))


def test_a_matrix_says_the_same_as_a_list_of_pairs(folder: Write) -> None:
    pairs = load(with_matrix(folder, MATRIX)).correlations
    assert [(("drivers.rate", "drivers.fee"), 0.5)] == [(pair.between, pair.rank) for pair in pairs]


def with_weights(folder: Write, weights: str, matrix: str = MATRIX) -> Path:
    path = folder(correlations_dot_yaml=None, matrix_dot_csv=matrix, weights_dot_csv=weights)
    (path / "case.yaml").write_text(FILES["case.yaml"] + "correlations: {matrix: matrix.csv, weights: weights.csv}\n")
    return path


@pytest.mark.parametrize(("cell", "weight"), [("keep", math.inf), ("5", 5.0), ("0", 0.0), ("", 1.0)])
def test_a_matrix_may_come_with_weights(cell: str, weight: float, folder: Write) -> None:
    case = load(with_weights(folder, MATRIX.replace("0.5", cell)))
    assert [(0.5, weight)] == [(pair.rank, pair.weight) for pair in case.correlations]
    assert "weights.csv" in case.files


def test_a_zero_of_the_matrix_that_has_a_weight_is_a_pair(folder: Write) -> None:
    case = load(with_weights(folder, MATRIX.replace("0.5", "keep"), MATRIX.replace("0.5", "0")))
    assert [(0.0, math.inf)] == [(pair.rank, pair.weight) for pair in case.correlations]


@pytest.mark.parametrize(
    ("weights", "wanted"),
    [
        (MATRIX.replace("0.5", "-1"), "weights.csv:3:2: correlations: expected a weight of 0 or more, found -1"),
        (MATRIX.replace("0.5", "much"), "weights.csv:3:2: correlations: expected a weight of 0 or more, found much"),
        (MATRIX.replace("fee", "fees"), "weights.csv:3:2: correlations: expected a name of the matrix, found"),
        ("a,b\n1,2\n", "weights.csv:1:1: correlations: expected a square table with the same"),
    ],
)
def test_what_is_wrong_with_weights(weights: str, wanted: str, folder: Write) -> None:
    (found,) = problems(with_weights(folder, weights))
    assert found.startswith(wanted)


@pytest.mark.parametrize(
    ("matrix", "wanted"),
    [
        (MATRIX.replace("0.5,1", "0.5,2"), "matrix.csv:3:3: drivers.fee: expected 1 on the diagonal, found 2"),
        (
            MATRIX.replace("1,\n", "1,0.4\n"),
            "matrix.csv:3:2: drivers.fee: expected a symmetric table, found 0.5 and 0.4",
        ),
        (
            MATRIX.replace("drivers.fee,0", "fee,0"),
            "matrix.csv:1:1: correlations: expected a square table with the same",
        ),
        (MATRIX.replace("0.5", "5"), "matrix.csv:3:2: correlations: expected a rank correlation from -1 to 1, found 5"),
    ],
)
def test_what_is_wrong_with_a_matrix(matrix: str, wanted: str, folder: Write) -> None:
    (found,) = problems(with_matrix(folder, matrix))
    assert found.startswith(wanted)
