"""Nothing in the package knows a company: what is true of one stands in its files, and nowhere else."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from functools import lru_cache
from pathlib import Path

import pytest
from conftest import SHIPPED

from valuation.reading import load

PACKAGE = Path(__file__).parents[1] / "valuation"
SEEDS = PACKAGE.parent / "seeds"
ORDINARY = {
    "cloud", "marketing", "applications", "marketplaces", "payments", "enterprise", "all_others", "other_investments",
    "china_ecommerce", "others", "other_holdings", "latin_america_funds", "vision_fund_1", "vision_fund_2",
}  # fmt: skip
"""Names of segments that are words of the trade and name no company."""
EXAMPLES = re.compile(r"(assumptions|seeds)/alibaba|alibaba\.xlsx")
"""Paths of the case that shows how commands are typed."""
SOURCES = re.compile(r"Sources?:.*?(?:\n\s*\n|\Z)", re.DOTALL)
"""What a docstring cites: filings of companies are sources like papers."""


@lru_cache(maxsize=1)
def names() -> frozenset[str]:
    """Names of the shipped companies, of their parts and of the facts about them."""
    found: set[str] = {"baba", "bidu", "t-head", "amzn", "pypl", "ant", "iqiyi", "paypal"}  # tickers and short names
    for path in SHIPPED:
        case = load(path)
        found |= {case.id, case.name.split()[0].lower(), *case.segments}
        found |= set(case.transactions)
    return frozenset(name for name in found if name not in ORDINARY)


@lru_cache(maxsize=1)
def facts() -> frozenset[str]:
    """Ids of all evidence of the shipped cases."""
    texts = [(SEEDS / path.name / "facts.yaml").read_text("utf-8") for path in SHIPPED]
    return frozenset(found for text in texts for found in re.findall(r"^- id: (\S+)", text, re.MULTILINE))


def code_of(text: str) -> str:
    """The code of a file without comments and docstrings."""
    tree = ast.parse(text)
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    told = [node.body[0] for node in ast.walk(tree) if isinstance(node, kinds) and ast.get_docstring(node, clean=False)]
    lines = text.splitlines()
    for node in told:
        for line in range(node.lineno - 1, node.end_lineno or node.lineno):
            lines[line] = ""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    comments = [token.string for token in tokens if token.type == tokenize.COMMENT]
    code = "\n".join(lines)
    for comment in comments:
        code = code.replace(comment, "")
    return code


@lru_cache(maxsize=1)
def pattern() -> re.Pattern[str]:
    words = "|".join(re.escape(name) for name in sorted(names()))
    return re.compile(rf"(?<![a-z0-9])(?:{words})(?![a-z0-9])", re.IGNORECASE)


def words_in(text: str) -> list[str]:
    return pattern().findall(text)


def test_the_names_are_those_of_several_companies() -> None:
    assert {"alibaba", "baidu", "ebay", "amazon", "softbank", "t_head", "kunlunxin"} <= names()


@pytest.mark.parametrize("folder", sorted({path.parent for path in PACKAGE.rglob("*.py")}), ids=lambda path: path.name)
def test_no_code_names_a_company_and_no_docstring_but_in_examples_and_sources(folder: Path) -> None:
    for path in sorted([*folder.glob("*.py"), *folder.glob("*.toml")]):
        text = path.read_text("utf-8")
        if path.suffix == ".py":
            assert words_in(code_of(text)) == [], path.name
        rest = SOURCES.sub("", EXAMPLES.sub("", text))
        assert words_in(rest) == [], path.name


def test_no_file_of_the_package_names_a_fact() -> None:
    assert {"bidu.cash", "chip.kunlunxin.filing", "baba.rev.fy2025.cloud"} <= facts()
    ids = re.compile(rf"(?<![\w.])(?:{'|'.join(re.escape(name) for name in sorted(facts()))})(?![\w])")
    for path in sorted([*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.toml")]):
        assert ids.findall(path.read_text("utf-8")) == [], path.name
