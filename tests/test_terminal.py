"""The command line as people meet it: help, completion, colours, widths, wrong usage, and watching files."""

from __future__ import annotations

import inspect
import json
import os
import pty
import re
import runpy
import select
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner
from conftest import ASSUMPTIONS, CASES

from valuation.cli import main
from valuation.cli.errors import STATUSES
from valuation.cli.group import PURPOSES

ROOT = Path(__file__).parents[1]
SALES = CASES / "good" / "dcf_by_sales.yaml"
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


# Help ---------------------------------------------------------------------------------------------------------------


def test_the_page_of_commands_is_current() -> None:
    made = runpy.run_path(str(ROOT / "docs" / "commands.py"))["reference"]()
    assert made == (ROOT / "docs" / "commands.md").read_text("utf-8")


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_has_a_purpose_help_for_each_option_and_examples_that_parse(name: str) -> None:
    command, page = main.commands[name], (ROOT / "docs" / "commands.md").read_text("utf-8")
    assert [purpose for purpose, names in PURPOSES.items() if name in names] != []
    assert f"### valuation {name}\n" in page
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.help and option.help[0].isupper(), option.name
            assert f"`{', '.join(option.opts)}" in page
    _, _, examples = inspect.cleandoc(command.help or "").partition("\b\n")
    lines = [line for line in examples.splitlines() if line.startswith("valuation ")]
    assert lines or name == "completion"
    for line in lines:
        words = shlex.split(line.replace(">", "# "), comments=True)[1:]
        assert words[0] == name
        command.make_context(name, words[1:], parent=click.Context(main, **main.context_settings)).close()


def test_help_tells_the_exit_statuses_and_every_command() -> None:
    shown = CliRunner().invoke(main, ["--help"]).output
    for name in main.commands:
        assert f"  {name} " in shown
        told = CliRunner().invoke(main, [name, "--help"]).output
        assert all(meaning[:30] in told for meaning in STATUSES.values())
    assert all(purpose in shown for purpose, names in PURPOSES.items() if set(names) & set(main.commands))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["rnu", "x", "--json"], "Did you mean 'run'"),
        (["value", "--json", "--jsno"], "--json"),
        (["value", "--json"], "Missing argument 'CASE'"),
        (["solve", str(SALES), "--for", "core.wacc", "--price", "-1", "--json"], "--price takes a number above 0"),
        (["run", str(SALES), "--draws", "0", "--json"], "Invalid value for '--draws'"),
    ],
)  # fmt: skip
def test_wrong_usage_is_told_in_json_too(arguments: list[str], said: str) -> None:
    found = CliRunner().invoke(main, arguments)
    assert found.exit_code == 2
    [check] = json.loads(found.stdout)["checks"]
    assert ("usage", "error") == (check["id"], check["severity"])
    assert said in check["message"]
    assert said in found.stderr


def test_a_case_of_assumptions_may_be_told_by_its_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(ROOT)
    by_name, by_path = (
        CliRunner().invoke(main, ["value", case, "--json"]) for case in ("amazon", "assumptions/amazon")
    )
    assert (0, by_path.stdout) == (by_name.exit_code, by_name.stdout)
    assert CliRunner().invoke(main, ["value", "amazn"]).exit_code == 1
    monkeypatch.chdir(tmp_path)  # what is here comes first
    shutil.copytree(ASSUMPTIONS / "amazon", tmp_path / "assumptions" / "amazon")
    (tmp_path / "amazon").mkdir()
    assert "expected a file case.yaml" in CliRunner().invoke(main, ["value", "amazon"]).stderr


# Completion ---------------------------------------------------------------------------------------------------------


def offered(arguments: list[str], incomplete: str) -> list[str]:
    completion = ShellComplete(main, {}, "valuation", "_VALUATION_COMPLETE")
    return [item.value for item in completion.get_completions(arguments, incomplete)]


def test_commands_options_cases_and_dotted_names_are_completed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert offered([], "sens") == ["sensitivity"]
    assert "--draws" in offered(["run"], "--dr")
    assert "assumptions/alibaba" in offered(["value"], "")
    assert offered(["value"], "assumptions/ali") == ["assumptions/alibaba"]
    assert offered(["value"], "assum") == ["assumptions/"]
    assert offered(["value", "assumptions/alibaba", "--set"], "cloud.wac") == ["cloud.wacc="]
    assert offered(["solve", "assumptions/alibaba", "--for"], "drivers.risk") == ["drivers.risk_free"]
    assert "cloud.wacc" in offered(["explain", "assumptions/alibaba"], "cloud.w")
    assert "drivers.usd_cny=" in offered(["run", "assumptions/alibaba", "--set"], "drivers.usd")


@pytest.mark.parametrize("case", ["nowhere", str(CASES / "bad"), str(min((CASES / "bad").glob("*.yaml")))])
def test_completion_is_silent_where_a_case_cannot_be_read(case: str) -> None:
    assert offered(["value", case, "--set"], "") == []


def test_a_real_shell_completes_by_the_script(tmp_path: Path) -> None:
    program = tmp_path / "valuation"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m valuation "$@"\n', "utf-8")
    program.chmod(0o755)
    script = CliRunner().invoke(main, ["completion", "bash"]).stdout
    lines = """
        COMP_WORDS=(valuation value assumptions/alibaba --set cloud.wac); COMP_CWORD=4
        _valuation_completion valuation; echo "${COMPREPLY[@]}"
    """
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    command = ["bash", "-c", script + lines]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT, env=environment)
    assert (0, "cloud.wacc=") == (done.returncode, done.stdout.strip()), done.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_script_says_how_it_is_installed(shell: str) -> None:
    shown = CliRunner().invoke(main, ["completion", shell]).stdout
    assert shown.startswith("# ")
    assert "_VALUATION_COMPLETE" in shown


# Colours and widths -------------------------------------------------------------------------------------------------


def on_terminal(arguments: list[str], width: int = 120, **more: str) -> str:
    """What a command writes where stdout and stderr are a terminal of a width."""
    ours, theirs = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR", "CI")}
    environment |= {"PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "COLUMNS": str(width), **more}
    program = subprocess.Popen([sys.executable, "-m", "valuation", *arguments], stdin=theirs, stdout=theirs,
                               stderr=theirs, env=environment, cwd=ROOT)  # fmt: skip
    os.close(theirs)
    written = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # Linux says so when the other side is gone
            break
        if not piece:
            break
        written += piece
    program.wait(timeout=60)
    os.close(ours)
    return written.decode()


def piped(arguments: list[str]) -> subprocess.CompletedProcess[str]:
    command, environment = [sys.executable, "-m", "valuation", *arguments], {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT, env=environment)


def test_colours_appear_on_a_terminal_and_nowhere_else() -> None:
    arguments = ["check", str(ASSUMPTIONS / "alibaba")]
    coloured = on_terminal(arguments)
    assert COLOUR.search(coloured)
    for more in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        assert not re.search(r"\x1b\[[0-9;]*3[0-7]", on_terminal(arguments, **more))
    plain = piped(arguments)
    assert "\x1b" not in plain.stdout + plain.stderr
    words = {"error", "warning", "info"} & set(re.findall(r"^(\w+):", plain.stdout, re.MULTILINE))
    assert words and all(word in COLOUR.sub("", coloured) for word in words)


@pytest.mark.parametrize("width", [80, 200])
def test_tables_fit_the_terminal_and_keep_every_column(width: int) -> None:
    shown = COLOUR.sub("", on_terminal(["value", str(ASSUMPTIONS / "alibaba")], width, NO_COLOR="1"))
    lines = [line.rstrip("\r") for line in shown.splitlines() if line[:1] in "┏┃┡│├└"]
    assert lines
    assert max(map(len, lines)) <= width
    heads = re.sub(r"[\s┃]+", " ", " ".join(lines[1:3]))
    for heading in ("part", "owned", "USD/ADS"):
        assert heading in heads


def test_progress_is_shown_on_a_terminal_and_not_in_a_pipe(tmp_path: Path) -> None:
    arguments = ["run", str(SALES), "-o", str(tmp_path / "book.xlsx"), "--draws", "20000"]
    assert "simulating" in on_terminal(arguments)
    elsewhere = piped(arguments)
    assert "simulating" not in elsewhere.stdout + elsewhere.stderr


# Watching -----------------------------------------------------------------------------------------------------------


class Watched:
    """A command with --watch in a process of its own, whose words are waited for."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
        # A shell's background jobs inherit an ignored Ctrl-C; here it is heard, as on a person's terminal.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        self.process = subprocess.Popen([sys.executable, "-m", "valuation", *arguments], cwd=folder, env=environment,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # fmt: skip
        signal.signal(signal.SIGINT, before)
        self.said = ""

    def wait_for(self, words: str, seconds: float = 40) -> str:
        """Read until the words are said again; returns what was said meanwhile."""
        assert self.process.stdout is not None
        before, end = len(self.said), time.monotonic() + seconds
        while words not in self.said[before:]:
            ready, _, _ = select.select([self.process.stdout], [], [], max(0.0, end - time.monotonic()))
            assert ready, f"{words!r} was not said within {seconds} s, but: {self.said[before:]}"
            piece = os.read(self.process.stdout.fileno(), 65536).decode()
            assert piece, f"it ended: {self.said}"
            self.said += piece
        return self.said[before:]

    def stop(self) -> int:
        """Press Ctrl-C; returns the exit status."""
        self.process.send_signal(signal.SIGINT)
        rest, _ = self.process.communicate(timeout=30)
        self.said += rest.decode()
        return self.process.returncode


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    for folder in ("assumptions", "seeds"):
        shutil.copytree(ROOT / folder / "amazon", tmp_path / folder / "amazon")
    return tmp_path


@pytest.fixture
def watching(desk: Path) -> Iterator[Any]:
    started: list[Watched] = []

    def start(*arguments: str) -> Watched:
        started.append(Watched(desk, *arguments))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
            one.process.communicate()


@pytest.mark.slow
def test_check_is_done_again_when_a_file_is_saved_and_wrong_files_do_not_end_it(desk: Path, watching: Any) -> None:
    file = desk / "assumptions/amazon/segments/amazon.yaml"
    text = file.read_text("utf-8")
    watched = watching("check", "assumptions/amazon", "--watch")
    assert "value per share 103.79 USD/share" in watched.wait_for("Ctrl-C ends")
    time.sleep(0.3)
    file.write_text(text.replace("19% for 5 years to 25%", "19% for 5 years to 20%"), "utf-8")
    said = watched.wait_for("103.79 before: ")
    assert re.search(r"\d\d:\d\d:\d\d saved: amazon.yaml", said)
    file.write_text(text.replace("wacc_today for", "wacc_todya for"), "utf-8")
    assert "did you mean wacc_today" in watched.wait_for("wacc_todya")
    aside = file.with_suffix(".tmp")  # as editors save: beside, then renamed over
    aside.write_text(text, "utf-8")
    aside.replace(file)
    assert "value per share 103.79" in watched.wait_for("before: -")
    assert watched.stop() == 0
    assert "stopped watching" in watched.said
    assert "Traceback" not in watched.said


@pytest.mark.slow
def test_run_writes_the_workbook_again_and_evidence_is_watched(desk: Path, watching: Any) -> None:
    watched = watching("run", "assumptions/amazon", "--watch", "--draws", "300")
    watched.wait_for("Ctrl-C ends")
    book = desk / "amazon.xlsx"
    written = book.stat().st_mtime_ns
    time.sleep(0.3)
    facts = desk / "seeds/amazon/facts.yaml"
    facts.write_text(facts.read_text("utf-8") + "# read again\n", "utf-8")
    assert "saved: facts.yaml" in watched.wait_for("before: +0.00")
    assert book.stat().st_mtime_ns > written
    assert watched.stop() == 0


@pytest.mark.parametrize("arguments", [["check", str(SALES), "--json"], ["run", str(SALES), "--json"],
                                       ["run", str(SALES), str(SALES)]])  # fmt: skip
def test_watching_is_for_one_case_and_for_eyes(arguments: list[str]) -> None:
    assert CliRunner().invoke(main, [*arguments, "--watch"]).exit_code == 2
