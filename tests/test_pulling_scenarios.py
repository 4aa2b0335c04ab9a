"""Edited scenarios go back into their overlays: a number, a line more or less, a probability, a reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from editing import ODD, drafted, edited

from valuation.pulling.targets import targets
from valuation.workbook.address import Cell
from valuation.workbook.book import Plan

BEAR = "\r\n".join(
    [
        "",
        "    probability: 60%",
        "    why: Dear money.",
        "    set:",
        "      core.tax_rate: 30% # more",
        "      drivers.boom: 0",
    ]
)
WISHES = ODD.replace("{probability: 60%, set: {}}", BEAR)


@pytest.fixture
def wishes(odd: Path) -> Path:
    odd.write_bytes(WISHES.encode())
    return odd


def cell_of(plan: Plan, kind: str, name: str, scenario: str) -> Cell:
    return next(
        cell
        for cell, target in targets(plan).items()
        if (target.kind, target.name, target.part) == (kind, name, scenario)
    )


EDITS = [
    (("overlay", "core.tax_rate", "bear"), 0.35, "core.tax_rate: 30%", "core.tax_rate: 35%"),
    (("overlay", "core.growth.to", "bull"), 0.025, "core.growth.to: 3%", "core.growth.to: 2.5%"),
    (("overlay", "core.growth.to", "bear"), 0.01, "boom: 0", "boom: 0\r\n      core.growth.to: 1%"),
    (("overlay", "core.tax_rate", "bull"), 0.2, "core.wacc: 8.5%}", "core.wacc: 8.5%, core.tax_rate: 20%}"),
    (("overlay", "core.tax_rate", "bear"), "base", "      core.tax_rate: 30% # more\r\n", ""),
    (("overlay", "core.growth.to", "bull"), None, "core.growth.to: 3%, ", ""),
    (("scenario why", "scenarios", "bear"), "Dear money, again.", "why: Dear money.", "why: Dear money, again."),
]  # fmt: skip


@pytest.mark.parametrize(("place", "value", "old", "new"), EDITS, ids=lambda value: str(value)[:30])
def test_a_cell_of_a_scenario_goes_back(
    wishes: Path, place: tuple[str, str, str], value: Any, old: str, new: str
) -> None:
    plan = drafted(wishes)
    result = edited(plan, wishes, {cell_of(plan, *place): value})
    assert result.good, str(result)
    assert WISHES.count(old) == 1
    assert wishes.read_bytes().decode() == WISHES.replace(old, new)


def test_probabilities_go_back_together(wishes: Path) -> None:
    plan = drafted(wishes)
    cells = [cell_of(plan, "probability", "scenarios", name) for name in ("bull", "bear")]
    assert edited(plan, wishes, dict(zip(cells, (0.45, 0.55), strict=True))).good
    text = WISHES.replace("probability: 40%", "probability: 45%").replace("probability: 60%", "probability: 55%")
    assert wishes.read_bytes().decode() == text
    result = edited(plan, wishes, {cells[0]: 0.9})
    assert any("probabilities that sum to 100%" in problem.text for problem in result.problems) or result.conflicts


@pytest.mark.parametrize(
    ("value", "text"),
    [(12, "did you mean 12%"), ("lots", "expected a number, found the text 'lots'"), ("=C7", "found the formula =C7")],
)
def test_a_scenario_that_makes_no_sense_is_named_by_its_cell(wishes: Path, value: Any, text: str) -> None:
    plan = drafted(wishes)
    cell = cell_of(plan, "overlay", "core.tax_rate", "bear")
    (problem,) = edited(plan, wishes, {cell: value}).problems
    assert problem.place.file == str(cell)
    assert text in problem.text


def test_a_scenario_changed_on_both_sides_is_a_conflict(wishes: Path) -> None:
    plan = drafted(wishes)
    text = WISHES.replace("core.tax_rate: 30%", "core.tax_rate: 31%")
    wishes.write_bytes(text.encode())
    cell = cell_of(plan, "overlay", "core.tax_rate", "bear")
    (found,) = edited(plan, wishes, {cell: 0.35}).conflicts
    assert (found.then, found.book, found.files) == ("30%", "35%", "31%")
    assert wishes.read_bytes().decode() == text
    assert edited(plan, wishes, {cell: 0.35}, take="book").good
    assert wishes.read_bytes().decode() == WISHES.replace("core.tax_rate: 30%", "core.tax_rate: 35%")
