"""The command line when something is wrong: status 2 for usage, 1 for input and the world, never a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from test_cli import EQUITY, SALES, STAKE, WRONG, run

from valuation import __version__, cli
from valuation.kinds import Money
from valuation.lines import Line
from valuation.methods import METHODS, Worth
from valuation.methods.method import method

Write = Callable[[str], Path]


# Wrong usage, and a world that does not cooperate ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", SALES, "--draws", "0"], "0 is not in the range 1<=x<=1000000000000"),
        (["run", SALES, "--draws", "many"], "'many' is not a valid integer"),
        (["run", SALES, "--seed", "-1"], "-1 is not in the range x>=0"),
        (["value"], "Missing argument 'CASE'"),
        (["value", SALES, "--set", "wacc"], "--set takes NAME=VALUE, found 'wacc'"),
        (["value", SALES, "--set", "=9%"], "--set takes NAME=VALUE, found '=9%'"),
        (["valu", SALES], "No such command 'valu'"),
        (["value", SALES, "--jsn"], "No such option"),
    ],
)
def test_wrong_usage_is_status_2(arguments: list[str], message: str) -> None:
    result = run(*arguments)
    assert (2, "") == (result.exit_code, result.stdout)
    assert message in result.stderr


def test_bad_input_leaves_an_existing_workbook_alone(tmp_path: Path) -> None:
    book = tmp_path / "book.xlsx"
    book.write_bytes(b"precious")
    assert 1 == run("run", WRONG, "-o", book).exit_code
    assert b"precious" == book.read_bytes()
    assert [book] == list(tmp_path.iterdir())


@pytest.mark.parametrize("target", ["none/book.xlsx", ".", "file/book.xlsx", "book.xls", "book"])
def test_an_output_that_cannot_be_written_is_named(target: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    result = run("run", SALES, "-o", tmp_path / target, "--draws", "100", "--json")
    assert 1 == result.exit_code
    assert ["environment"] == [found["id"] for found in json.loads(result.stdout)["checks"]]
    assert str(tmp_path) in result.stderr
    assert 1 == len(result.stderr.splitlines())
    assert ["file"] == [path.name for path in tmp_path.iterdir()]


@pytest.mark.parametrize("command", ["value", "check", "run"])
def test_a_missing_case_is_status_1(command: str) -> None:
    result = run(command, "nowhere")
    assert (1, "") == (result.exit_code, result.stdout)
    assert "nowhere: expected a folder of assumptions or a YAML file; there is nothing here\n" == result.stderr


def test_a_book_that_is_not_there_is_status_1() -> None:
    result = run("verify", "nowhere.xlsx")
    assert (1, "") == (result.exit_code, result.stdout)
    assert "nowhere.xlsx" in result.stderr
    assert 1 == len(result.stderr.splitlines())


@pytest.mark.parametrize("more", [[], ["--json"]], ids=["text", "json"])
def test_a_book_just_written_is_proved(more: list[str], tmp_path: Path) -> None:
    assert 0 == run("run", SALES, "-o", tmp_path / "book.xlsx", "--draws", "100").exit_code
    result = run("verify", tmp_path / "book.xlsx", "--draws", "2", *more)
    assert (0, "") == (result.exit_code, result.stderr)
    assert ('"proved": true' if more else "proved: the workbook is the model") in result.stdout


def unfinished(line: Line, *, value: Money) -> Worth:
    """A method that somebody has not finished.

    Args:
        value: value; of the company
    """
    raise NotImplementedError("soon")


def hungry(line: Line, *, value: Money) -> Worth:
    """A method that needs too much memory.

    Args:
        value: value; of the company
    """
    raise MemoryError


@pytest.fixture
def added(request: pytest.FixtureRequest) -> Iterator[str]:
    """A method of one's own, in the registry for as long as a test takes."""
    name = method(request.param).name
    yield name
    del METHODS[name]


@pytest.mark.parametrize("added", [unfinished], indirect=True)
def test_an_error_of_ours_is_one_line_unless_somebody_looks_for_it(added: str, write: Write) -> None:
    path = write(STAKE.replace("stake", added))
    result = run("value", path)
    text = "internal error, please report it: NotImplementedError: soon (VALUATION_DEBUG=1 shows where)\n"
    assert (1, "", text) == (result.exit_code, result.stdout, result.stderr)
    assert isinstance(run("value", path, VALUATION_DEBUG="1").exception, NotImplementedError)


@pytest.mark.parametrize("added", [hungry], indirect=True)
def test_too_little_memory_is_said(added: str, write: Write) -> None:
    assert "not enough memory: ask for fewer draws\n" == run("value", write(STAKE.replace("stake", added))).stderr


@pytest.mark.parametrize("added", [unfinished, hungry], indirect=True)
def test_json_is_printed_of_our_own_failures_too(added: str, write: Write) -> None:
    result = run("value", write(STAKE.replace("stake", added)), "--json")
    found = json.loads(result.stdout)["checks"]
    assert [(1, "error", result.stderr.strip())] == [(result.exit_code, c["severity"], c["message"]) for c in found]


def test_json_is_printed_of_a_book_that_is_not_there(tmp_path: Path) -> None:
    result = run("verify", tmp_path / "none.xlsx", "--json")
    assert 1 == result.exit_code
    assert json.loads(result.stdout)["checks"] == [
        {
            "id": "environment",
            "severity": "error",
            "message": "No such file or directory",
            "place": str(tmp_path / "none.xlsx"),
        }
    ]


@pytest.mark.parametrize("command", [[], ["run"], ["value"], ["check"], ["verify"]])
def test_every_command_has_help(command: list[str]) -> None:
    result = run(*command, "-h")
    assert 0 == result.exit_code
    assert "Usage:" in result.stdout


def test_the_version_is_the_packages() -> None:
    assert f"valuation, version {__version__}\n" == run("--version").stdout


# Names and numbers that trip a printer --------------------------------------------------------------------------------


def test_brackets_in_a_name_are_printed_as_they_are(write: Write) -> None:
    result = run("value", write(STAKE.replace("method", "name: 'A [/b] [red]', method")))
    assert (0, "") == (result.exit_code, result.stderr)
    assert "A [/b] [red]" in result.stdout


def test_equity_of_nothing_is_printed(write: Write) -> None:
    result = run("value", write(STAKE + "bridge: {debt: -35 CNY m}\n"))
    assert (0, "") == (result.exit_code, result.stderr)


# Two real processes ---------------------------------------------------------------------------------------------------


def process(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "valuation", *map(str, arguments)]
    root = str(Path(cli.__file__).parents[2])
    environment = {**os.environ, "PYTHONPATH": root, "PYTHONWARNINGS": "error::RuntimeWarning"}
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_a_process_prints_json_and_nothing_else(tmp_path: Path) -> None:
    found = process("run", EQUITY, "-o", tmp_path / "b.xlsx", "--draws", "100", "--json")
    assert (0, "") == (found.returncode, found.stderr)
    assert "simulation" in json.loads(found.stdout)


def test_a_process_fails_without_a_traceback() -> None:
    found = process("value", WRONG)
    assert (1, "", 3) == (found.returncode, found.stdout, len(found.stderr.splitlines()))
