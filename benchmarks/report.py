"""Measurements as a page: tables with ratios, medians and spread, and on which machine they were taken."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import subprocess
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from .peers import PEERS

Row = dict[str, Any]
LIBRARIES: Final = ("valuation", "numpy", "scipy", "numba", *(peer.package for peer in PEERS.values()))
HEAD: Final = """\
# Performance

This page is written by `make bench`; the same numbers stand in `performance.json` beside it.

The work is SOTP-10 (`benchmarks/definition.py`): ten discounted cash flows of ten years, 66 uncertain inputs of mixed
distributions, one matrix of 66 x 66 rank correlations, sampling included. Every measurement runs in a process of its
own after a small run that loads and compiles; engines take turns, round after round. Speeds are medians, with the
slowest and the fastest round in brackets. Added memory is the peak above what the process held before the run.
"""


def machine() -> dict[str, Any]:
    """Where and when it was measured, with the versions of what took part."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "commit": _commit(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gib": _memory(),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "versions": {name: version for name in LIBRARIES if (version := _version(name))},
    }


def page(found: dict[str, Any]) -> str:
    """The whole page in Markdown."""
    parts = [HEAD, _machine(found["machine"])]
    if found["small"]:
        parts.append("**Small sizes, to try the harness: no measurement.**\n")
    parts += [table(found["sections"][name]) for name, table in TABLES.items() if name in found["sections"]]
    return "\n".join(parts)


def _machine(where: dict[str, Any]) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in where["versions"].items())
    return (
        f"{where['date']}, commit {where['commit']}: {where['processor']}, {where['cores']} cores, "
        f"{where['memory_gib']} GiB, {where['system']}, Python {where['python']}; {versions}.\n"
    )


def _table(title: str, note: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"## {title}\n", *([f"{note}\n"] if note else [])]
    lines += [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def _engines(title: str, note: str, keys: dict[str, Callable[[Row], str]]) -> Callable[[list[Row]], str]:
    """A table of engines: the columns that tell rows apart, then speed and memory, or why there are none."""

    def table(rows: list[Row]) -> str:
        heads = ["engine", *keys, "draws/s", "ms", "peak MiB", "added MiB"]
        cells = []
        for row in rows:
            told = [row["engine"], *(show(row) for show in keys.values())]
            measured = [row["missing"], "", "", ""] if "missing" in row else [_speed(row), _ms(row), *_mib(row)]
            cells.append([*told, *measured])
        return _table(title, note, heads, cells)

    return table


def side_by_side(rows: list[Row]) -> str:
    """Engines side by side, with what they found."""
    heads = ["engine", "correlation", "draws", "draws/s", "times naive", "added MiB", "mean", "P5", "P50", "P95"]
    cells = []
    for row in rows:
        told = [row["engine"], row["correlation"]]
        if "missing" in row:
            cells.append([*told, row["missing"], *[""] * 7])
            continue
        estimates = [f"{row[key]:.3f}" if key in row else "" for key in ("mean", "P5", "P50", "P95")]
        ratio = f"{row['ratio']:.3g}" if "ratio" in row else ""
        cells.append([*told, f"{row['draws']:,}", _speed(row), ratio, _mib(row)[1], *estimates])
    note = "`floor` generates and mixes the correlated normals and does nothing else: no engine can be faster."
    return _table("Side by side", note, heads, cells)


def until(rows: list[Row]) -> str:
    """Times until the percentiles are known."""
    cells = [
        [row["error"], row["missing"], "", ""]
        if "missing" in row
        else [row["error"], f"{1000 * row['seconds']:.1f}", f"{1000 * row['slowest']:.1f}", f"{row['draws']:,}"]
        for row in rows
    ]
    note = "Engine time until P5, P50 and P95 are known to a relative standard error."
    return _table("Until the error is known to be small", note, ["error", "ms", "slowest ms", "draws"], cells)


def workbooks(rows: list[Row]) -> str:
    """Times from the files to the book, beside writers of the same cells."""
    stages = ("reading", "simulating", "analyses", "writing", "xlsxwriter", "openpyxl")
    heads = ["case", "formulas", "cells", "kB", *stages, "ratio"]
    cells = [
        [
            row["case"],
            f"{row['formulas']:,}",
            f"{row['cells']:,}",
            f"{row['bytes'] / 1000:,.0f}",
            *(f"{1000 * row[stage]:,.0f}" for stage in stages),
            f"{row['ratio']:.2g}",
        ]
        for row in rows
    ]
    note = (
        f"Medians in ms, runs of {rows[0]['draws']:,} draws by one worker. `xlsxwriter` and `openpyxl` write the same "
        "cells from memory, without formats and charts: `writing` also drafts, spells and judges. `ratio` is writing "
        "over xlsxwriter."
    )
    return _table("Workbooks", note, heads, cells)


def variance_reduction(rows: list[Row]) -> str:
    """How many times smaller variances are than with plain draws."""
    names = ("mean", "P5", "P50", "P95")
    cells = [
        [row["design"], row["missing"], *[""] * 3]
        if "missing" in row
        else [row["design"], *(f"{row[name]:.3g}" for name in names)]
        for row in rows
    ]
    first = rows[0]
    note = (
        f"How many times smaller the variance of an estimate is than with {first['draws']:,} plain draws, by "
        f"{first['replicates']} replicates; a factor is good to about {(2 / (first['replicates'] - 1)) ** 0.5:.0%}, "
        "as the row of plain draws shows."
    )
    return _table("Variance reduction", note, ["design", *names], cells)


def _speed(row: Row) -> str:
    return f"{_short(row['draws_a_second'])} ({_short(row['slowest'])} to {_short(row['fastest'])})"


def _short(number: float) -> str:
    """A speed in three digits: 12.3 k, 1.45 m."""
    for size, name in ((1e6, " m"), (1e3, " k")):
        if number >= size:
            return f"{number / size:.3g}{name}"
    return f"{number:.3g}"


def _ms(row: Row) -> str:
    return f"{1000 * row['seconds']:,.0f}"


def _mib(row: Row) -> list[str]:
    return [f"{row['peak_mib']:,.0f}", f"{row['added_mib']:,.0f}"]


def _read(row: Row) -> str:
    return f"{1000 * row['read_seconds']:,.0f}"


TABLES: Final[dict[str, Callable[[list[Row]], str]]] = {
    "side_by_side": side_by_side,
    "growth_with_draws": _engines("Growth with draws", "", {"draws": lambda row: f"{row['asked']:,}"}),
    "growth_with_segments": _engines(
        "Growth with segments",
        "More segments by the same rule, all of them correlated.",
        {"segments": lambda row: str(row["segments"]), "inputs": lambda row: str(row["inputs"]), "read ms": _read},
    ),
    "growth_with_inputs": _engines(
        "Growth with inputs",
        "Ten segments throughout; inputs that are not uncertain stand at their base.",
        {"uncertain inputs": lambda row: str(row["inputs"])},
    ),
    "alibaba": _engines("Alibaba", "The case that ships with the package.", {"read ms": _read}),
    "workbooks": workbooks,
    "until": until,
    "variance_reduction": variance_reduction,
}


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _commit() -> str:
    done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def _memory() -> int:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)
    except (ValueError, OSError):
        return 0
