"""Identity: the same case gives the same bytes in any process, and a book says what it was made from."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from conftest import CASES
from test_opening import converted
from workbooks import need_libreoffice

from valuation import __version__
from valuation.identity import identity, inputs_digest
from valuation.study import Study, load
from valuation.workbook.opening import open_book

ALIBABA = Path(__file__).parents[1] / "assumptions" / "alibaba"
MARKET = CASES / "good" / "market"


# Bytes ------------------------------------------------------------------------------------------------------------

RUN = "import sys; from valuation.cli import main; main(sys.argv[1:], prog_name='valuation')"
ELSEWHERE: dict[str, tuple[dict[str, str], list[str]]] = {
    "hash seed 1": ({"PYTHONHASHSEED": "1"}, []),
    "hash seed 12345": ({"PYTHONHASHSEED": "12345"}, []),
    "time zone and language": ({"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "LANG": "tr_TR.UTF-8"}, []),
    "three threads": ({}, ["--workers", "3", "--pool", "threads", "--engine", "numpy"]),
    "two processes": ({}, ["--workers", "2", "--pool", "processes", "--engine", "numpy"]),
    "one thread of linear algebra": ({"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}, []),
}


def written(case: Path | str, folder: Path, here: Path, more: tuple[dict[str, str], list[str]], umask: int) -> bytes:
    """The bytes of the workbook and of the draws that a process of its own writes."""
    folder.mkdir()
    arguments = ["run", str(case), "-o", str(folder / "b.xlsx"), "--draws-to", str(folder / "d.npz"), "--draws", "2048"]
    subprocess.run(
        [sys.executable, "-c", RUN, *arguments, *more[1]],
        cwd=here,
        env={**os.environ, "PYTHONHASHSEED": "0", **more[0]},
        umask=umask,
        check=True,
        capture_output=True,
    )
    return (folder / "b.xlsx").read_bytes() + (folder / "d.npz").read_bytes()


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("first")
    return written(MARKET, folder / "out", folder, ({}, []), 0o022)


@pytest.mark.parametrize("kind", ELSEWHERE)
def test_a_process_of_another_kind_writes_the_same_bytes(kind: str, first: bytes, tmp_path: Path) -> None:
    assert written(MARKET, tmp_path / "out", tmp_path, ELSEWHERE[kind], 0o077) == first


@pytest.mark.parametrize("told", ["relative", "with dots", "copied elsewhere", "through a link"])
def test_a_case_told_in_another_way_writes_the_same_bytes(told: str, first: bytes, tmp_path: Path) -> None:
    here, case = {
        "relative": (MARKET.parent, MARKET.name),
        "with dots": (MARKET, f"../{MARKET.name}/."),
        "copied elsewhere": (tmp_path, str(tmp_path / "deep" / "down" / MARKET.name)),
        "through a link": (tmp_path, MARKET.name),
    }[told]
    if told == "copied elsewhere":
        shutil.copytree(MARKET, case)
    elif told == "through a link":
        (tmp_path / MARKET.name).symlink_to(MARKET)
    assert written(case, tmp_path / "out", here, ({}, []), 0o022) == first


def test_other_seeds_and_inputs_write_other_bytes(first: bytes, tmp_path: Path) -> None:
    assert written(MARKET, tmp_path / "out", tmp_path, ({}, ["--seed", "1"]), 0o022) != first


# Digests ----------------------------------------------------------------------------------------------------------

TEXT = """\
name: Test
currency: CNY
date: 2026-02-02
shares: {diluted: 10 m shares}
segments:
  a: {method: stake, value: ~ uniform(1 CNY m, 3 CNY m)}
"""


@pytest.fixture
def digest(write: Callable[[str], Path]) -> Callable[..., str]:
    def of(text: str = TEXT, **overrides: str) -> str:
        return inputs_digest(load(write(text), {key.replace("__", "."): v for key, v in overrides.items()}).case)

    return of


def test_the_digest_is_of_names_texts_and_overrides(digest: Callable[..., str]) -> None:
    digests = [
        digest(),
        digest(TEXT.replace("3 CNY m", "4 CNY m")),
        digest(TEXT + "# a note\n"),
        digest(a__value="2 CNY m"),
        digest(a__value="2.0 CNY m"),
        digest(shares__diluted="10 m shares"),
    ]
    assert len(set(digests)) == len(digests)
    assert digest() == digests[0]


def test_the_digest_does_not_mind_line_ends(digest: Callable[..., str], tmp_path: Path) -> None:
    plain = digest()
    (tmp_path / "case_of_test.yaml").write_bytes(b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode())
    assert inputs_digest(load(tmp_path / "case_of_test.yaml").case) == plain


def test_text_that_moves_from_one_file_to_another_changes_the_digest(tmp_path: Path) -> None:
    def case(*names: str) -> str:
        folder = tmp_path / "_".join(names) / "case"
        (folder / "segments").mkdir(parents=True)
        (folder / "case.yaml").write_text(TEXT.partition("segments")[0])
        for name in names:
            (folder / "segments" / f"{name}.yaml").write_text("method: stake\nvalue: 1 CNY m\n")
        return inputs_digest(load(folder).case)

    assert len({case("a"), case("b"), case("a", "b")}) == 3


def test_a_fact_told_better_is_no_other_input(tmp_path: Path) -> None:
    for folder in ("assumptions", "seeds"):
        shutil.copytree(ALIBABA.parents[1] / folder, tmp_path / folder)
    before = load(tmp_path / "assumptions" / "alibaba").case
    facts = tmp_path / "seeds" / "alibaba" / "facts.yaml"
    facts.write_text(facts.read_text("utf-8").replace("statement: ", "statement: Indeed ", 1), "utf-8")
    after = load(tmp_path / "assumptions" / "alibaba").case
    assert before.evidence != after.evidence
    assert inputs_digest(before) == inputs_digest(after)


def test_the_run_is_named_by_inputs_seed_draws_and_sampling(write: Callable[[str], Path]) -> None:
    study = load(write(TEXT))

    def run(study: Study, draws: int = 512, seed: int = 1, **more: str) -> str:
        return identity(study.case, study.simulate(draws, seed, **more)).run

    runs = [
        run(study),
        run(study, seed=2),
        run(study, draws=1024),
        run(study, kind="random"),
        run(load(write(TEXT.replace("3", "4")))),
        identity(study.case).run,
    ]
    assert len(set(runs)) == len(runs)
    assert run(load(write(TEXT))) == runs[0]
    assert {len(name) for name in runs} == {12}


# In the book ------------------------------------------------------------------------------------------------------


@pytest.fixture
def study(write: Callable[[str], Path]) -> Study:
    return load(write(TEXT))


def test_a_book_says_what_it_was_made_from(study: Study, tmp_path: Path) -> None:
    simulation = study.simulate(512, seed=3, kind="random")
    book = study.write_workbook(tmp_path / "book.xlsx", simulation)
    properties = open_book(book).properties
    assert properties.category == f"valuation {__version__}"
    assert properties.custom == {
        "Case": "case_of_test",
        "Inputs": inputs_digest(study.case),
        "Run": identity(study.case, simulation).run,
        "Seed": "3",
        "Draws": "512",
        "Sampling": "random",
        "Version": __version__,
    }
    assert {p.name: p.value for p in openpyxl.load_workbook(book).custom_doc_props.props} == properties.custom


def test_a_book_without_a_run_names_none(study: Study, tmp_path: Path) -> None:
    book = study.write_workbook(tmp_path / "book.xlsx")
    assert set(open_book(book).properties.custom) == {"Case", "Inputs", "Run", "Version"}


@pytest.mark.libreoffice
def test_the_identity_outlives_other_programs(study: Study, tmp_path: Path) -> None:
    need_libreoffice()
    book = study.write_workbook(tmp_path / "book.xlsx", study.simulate(64))
    expected = open_book(book).properties.custom
    openpyxl.load_workbook(book).save(tmp_path / "other.xlsx")
    assert open_book(tmp_path / "other.xlsx").properties.custom == expected
    assert open_book(converted(book, tmp_path / "out")).properties.custom == expected


def test_json_names_inputs_and_run(study: Study) -> None:
    simulation = study.simulate(64, seed=5)
    assert study.as_json(simulation)["identity"] == identity(study.case, simulation).as_json()
    assert study.as_json()["identity"]["seed"] is None
