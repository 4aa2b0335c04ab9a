"""Workbooks measured: how long one takes, beside XlsxWriter and openpyxl writing the same cells."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Row = dict[str, Any]
Cells = dict[str, list[tuple[int, int, Any, Any]]]


def measure(case: Path, draws: int, rounds: int) -> Row:
    """Seconds of each stage from the files to the book of one case, and of others that write its cells; medians.

    ``analyses`` are the sensitivities, scenarios and checks between a run and its book; ``writing`` is from there to
    the file. Writers take turns, round after round.
    """
    import valuation

    valuation.load(case).write_workbook(_target("warm"))  # what is imported late is imported here
    stages: dict[str, list[float]] = {}
    found = [_round(case, draws, stages) for _ in range(rounds)][-1]
    medians = {name: statistics.median(seconds) for name, seconds in stages.items()}
    return {**found, **medians, "ratio": medians["writing"] / medians["xlsxwriter"]}


def _round(case: Path, draws: int, stages: dict[str, list[float]]) -> Row:
    import valuation

    target = _target("ours")
    study = _clock(stages, "reading", lambda: valuation.load(case))
    run = _clock(stages, "simulating", lambda: study.simulate(draws, workers=1))
    _clock(stages, "analyses", lambda: study.as_json(run))
    _clock(stages, "writing", lambda: study.write_workbook(target, run))
    cells = _cells(target)
    _clock(stages, "xlsxwriter", lambda: _by_xlsxwriter(cells))
    _clock(stages, "openpyxl", lambda: _by_openpyxl(cells))
    formulas = sum(formula is not None for sheet in cells.values() for *_, formula in sheet)
    return {"formulas": formulas, "cells": sum(map(len, cells.values())), "bytes": target.stat().st_size}


def _clock(stages: dict[str, list[float]], name: str, work: Callable[[], Any]) -> Any:
    start = time.perf_counter()
    found = work()
    stages.setdefault(name, []).append(time.perf_counter() - start)
    return found


def _target(name: str) -> Path:
    return Path(tempfile.gettempdir()) / f"benchmark-{name}.xlsx"


def _cells(path: Path) -> Cells:
    """Row, column, stored value and formula (None where there is none) of every cell, by sheet."""
    import openpyxl

    formulas, stored = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
    return {
        sheet.title: [
            (cell.row - 1, cell.column - 1, stored[sheet.title][cell.coordinate].value, _formula(cell))
            for row in sheet.iter_rows()
            for cell in row
            if cell.value is not None
        ]
        for sheet in formulas.worksheets
    }


def _formula(cell: Any) -> str | None:
    return str(cell.value) if cell.data_type == "f" else None


def _by_xlsxwriter(cells: Cells) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(_target("xlsxwriter"), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        for title, contents in cells.items():
            sheet = book.add_worksheet(title)
            for row, column, value, formula in contents:
                if formula is None:
                    sheet.write(row, column, value)
                else:
                    sheet.write_formula(row, column, formula, None, value)


def _by_openpyxl(cells: Cells) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    for title, contents in cells.items():
        sheet = book.create_sheet(title)
        for row, column, value, formula in contents:
            sheet.cell(row + 1, column + 1, value if formula is None else formula)
    book.save(_target("openpyxl"))
