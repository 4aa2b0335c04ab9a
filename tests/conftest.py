"""Helpers of all tests: cases written from text, and the good cases that every reading must agree on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from valuation.assumptions import Case
from valuation.reading import load

CASES = Path(__file__).parent / "cases"
GOOD = sorted([*(CASES / "good").glob("*.yaml"), *(path.parent for path in (CASES / "good").glob("*/case.yaml"))])
BAD = sorted((CASES / "bad").glob("*.yaml"))
ASSUMPTIONS = Path(__file__).parents[1] / "assumptions"
SHIPPED = sorted(path.parent for path in ASSUMPTIONS.glob("*/case.yaml"))

# how long examples take to draw hangs on who else uses the machine, and says nothing of the code
settings.register_profile("shared machine", suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared machine")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--renew-pictures", action="store_true", help="write tests/pictures anew")


HEAD = """\
name: Test
currency: CNY
date: 2026-02-02
years: 3
shares: {diluted: 10 m shares}
"""


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    """Write a one-file case and return its path; the text is added to a short head unless it has its own."""

    def written(text: str) -> Path:
        path = tmp_path / "case_of_test.yaml"
        path.write_text(text if text.startswith("name:") else HEAD + text, encoding="utf-8")
        return path

    return written


@pytest.fixture
def case_of(write: Callable[[str], Path]) -> Callable[..., Case]:
    """Read a one-file case from its text; ``overrides`` as for ``--set``."""

    def read(text: str, **overrides: str) -> Case:
        return load(write(text), {name.replace("__", "."): value for name, value in overrides.items()})

    return read


@pytest.fixture
def good(request: pytest.FixtureRequest) -> Case:
    """One of the good cases; parametrise it indirectly by path."""
    return load(request.param)


every_shipped_case = pytest.mark.parametrize("good", SHIPPED, ids=lambda path: path.name, indirect=True)
every_good_case = pytest.mark.parametrize("good", GOOD, ids=lambda path: path.stem, indirect=True)


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """A case that writes its numbers in every way that there is, with the line endings of Windows."""
    from editing import ODD

    path = tmp_path / "odd.yaml"
    path.write_bytes(ODD.encode("utf-8"))
    return path
