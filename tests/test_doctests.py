"""Examples are run: those of docstrings, and what the pages of docs/ show of Python, files and commands."""

from __future__ import annotations

import ast
import doctest
import importlib
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import numpy as np
import pytest

from valuation.cli import main
from valuation.methods import METHODS

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "docs"))

import pages  # noqa: E402  the documents' own module, beside them

FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
SHOWN = [path for path in pages.pages() if path.name != "README.md" or path.parent != ROOT]
NAMES = [str(path.relative_to(ROOT)) for path in SHOWN]


@pytest.fixture
def registers() -> Iterator[None]:
    """A page may register a method of its own, which nobody else should see."""
    before = dict(METHODS)
    yield
    METHODS.clear()
    METHODS.update(before)


def modules_with_examples() -> list[str]:
    return sorted(
        str(path.relative_to(ROOT)) for path in (ROOT / "valuation").rglob("*.py") if ">>> " in path.read_text("utf-8")
    )


def docstrings(path: Path) -> list[tuple[str, int, str]]:
    """Name, line and text of every docstring of a file; those of methods too, which are objects and no functions."""
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef)
    found = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, kinds)]
    texts = [(getattr(node, "name", path.stem), getattr(node, "lineno", 0), ast.get_docstring(node)) for node in found]
    return [(name, line, text) for name, line, text in texts if text and ">>> " in text]


def run(text: str, known: dict[str, Any], name: str, line: int) -> None:
    """Run the examples of a docstring or a block; what they define stays known to those after them."""
    report: list[str] = []
    test = doctest.DocTestParser().get_doctest(text, {}, name, name, line)
    test.globs = known
    with np.printoptions(precision=6, suppress=True, linewidth=100):
        result = doctest.DocTestRunner(optionflags=FLAGS, verbose=False).run(test, out=report.append, clear_globs=False)
    assert result.failed == 0, "".join(report)


@pytest.mark.parametrize("name", modules_with_examples())
def test_examples_of_docstrings(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    module = importlib.import_module(name.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
    for title, line, text in docstrings(ROOT / name):
        run(text, dict(vars(module)), f"{name}: {title}", line)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.usefixtures("registers")
def test_what_a_page_shows_is_so(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are laid out, commands print what is shown, and Python gives what is shown, in the order of the page."""
    pages.prepare(ROOT / name, tmp_path)
    monkeypatch.chdir(tmp_path)
    text, known = (ROOT / name).read_text("utf-8"), dict[str, Any]()
    for block in pages.blocks(text):
        block.lay_out(tmp_path)
        if block.command:
            assert block.text == pages.printed(*block.command), f"run make docs: {block.mark}"
        if block.is_example:
            run(block.text, known, name, text.count("\n", 0, block.start))


def commands_of(name: str) -> list[str]:
    """The lines of shell blocks in which `valuation` is called, comments left out."""
    texts = [block.text for block in pages.blocks((ROOT / name).read_text("utf-8")) if block.language == "sh"]
    lines = "".join(texts).replace("\\\n", " ").splitlines()
    return [line for line in lines if line.startswith("valuation ")]


@pytest.mark.parametrize("name", ["README.md", *NAMES])
def test_commands_of_pages_can_be_typed(name: str) -> None:
    """Each is parsed as the command line parses it, without being carried out."""
    for line in commands_of(name):
        _, command, *arguments = shlex.split(line.partition(" > ")[0], comments=True)
        assert command in main.commands, line
        if "--help" not in arguments:
            try:
                main.commands[command].make_context(command, arguments, click.Context(main, **main.context_settings))
            except click.UsageError as wrong:
                pytest.fail(f"{name}: {line}: {wrong.format_message()}")


@pytest.mark.parametrize("name", ["README.md", *NAMES])
def test_targets_of_make_exist(name: str) -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    named = re.findall(
        r"^make ([a-z]+)", "\n".join(b.text for b in pages.blocks((ROOT / name).read_text("utf-8"))), re.MULTILINE
    )
    assert [target for target in named if f"\n{target}:" not in makefile] == []
