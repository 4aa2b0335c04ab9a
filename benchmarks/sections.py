"""What is measured: each function runs one section of the benchmark and returns its rows, which ``report`` writes."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from . import books, engines, write_fifty
from . import definition as sotp10
from .peers import PEERS
from .write_sotp10 import FOLDER, write

ROOT: Final = Path(__file__).parent.parent
ALIBABA: Final = ROOT / "assumptions" / "alibaba"
DESIGNS: Final = ("random", "antithetic", "lhs", "sobol")
FASTEST: Final = ("compiled", "numpy")
Row = dict[str, Any]


@dataclass(frozen=True)
class Sizes:
    """How much is measured; ``small`` is for trying the harness."""

    draws: int = 1_000_000
    slow_draws: int = 100_000
    rounds: int = 5
    growth: tuple[int, ...] = (10_000, 100_000, 1_000_000, 10_000_000)
    naive_most: int = 1_000_000
    segments: tuple[int, ...] = (10, 25, 50, 100)
    inputs: tuple[int, ...] = (6, 16, 36, 66)
    replicates: int = 30
    replicate_draws: int = 65_536
    book: tuple[int, int] = (50, 20)

    @classmethod
    def small(cls) -> Sizes:
        """Sizes that try every section in about a minute."""
        return cls(20_000, 2_000, 2, (2_000, 20_000), 20_000, (10, 20), (6, 66), 4, 8192, (4, 6))


SLOW: Final = ("chaospy", "probabilit", "mcerp", "monaco")
SECTIONS: dict[str, Callable[[Sizes], list[Row]]] = {}


def section(run: Callable[[Sizes], list[Row]]) -> Callable[[Sizes], list[Row]]:
    """Keep a section under its name, in the order of the report."""
    SECTIONS[run.__name__] = run
    return run


def measured(**asked: Any) -> Row:
    """One measurement in a process of its own; a tool's Python may be named, as BENCH_PYTHON_MONACO or BENCH_PYTHON."""
    named = f"BENCH_PYTHON_{asked['engine'].upper()}"
    python = sys.executable
    if asked["engine"] in PEERS:
        python = os.environ.get(named) or os.environ.get("BENCH_PYTHON") or python
    done = subprocess.run(
        [python, "-m", "benchmarks.worker", json.dumps(asked)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    lines = done.stdout.strip().splitlines()
    if not lines:  # killed, by the system when memory ran out
        return {"missing": f"ended with status {done.returncode}"}
    found: Row = json.loads(lines[-1])
    return found


@section
def side_by_side(sizes: Sizes) -> list[Row]:
    """Every engine in turn, round after round, so that what else the machine does falls on all of them alike."""
    names = ["naive", *engines.OURS, "floor", *PEERS]
    found: dict[str, list[Row]] = {name: [] for name in names}
    for turn in range(sizes.rounds):
        shift = turn % len(names)
        for name in names[shift:] + names[:shift]:
            if any("missing" in row for row in found[name]):
                continue
            draws = sizes.slow_draws if name in SLOW else sizes.draws
            found[name].append(measured(engine=name, draws=draws, seed=1 + turn))
    rows = [{"engine": name, **summary(found[name])} for name in names]
    base = rows[0].get("draws_a_second")
    for row in rows:
        if base and "draws_a_second" in row:
            row["ratio"] = row["draws_a_second"] / base
        row["correlation"] = PEERS[row["engine"]].correlation if row["engine"] in PEERS else "normal copula"
    return rows


def summary(rounds: list[Row]) -> Row:
    """The median round and the spread of all; or why there is none."""
    if missing := [row["missing"] for row in rounds if "missing" in row]:
        return {"missing": missing[0]}
    seconds = [row["seconds"] for row in rounds]
    speeds = [row["draws"] / row["seconds"] for row in rounds]
    same = {key: rounds[0][key] for key in ("mean", "P5", "P50", "P95") if key in rounds[0]}
    return {
        "draws": rounds[0]["draws"],
        "rounds": len(rounds),
        "seconds": statistics.median(seconds),
        "draws_a_second": statistics.median(speeds),
        "slowest": min(speeds),
        "fastest": max(speeds),
        "prepared": statistics.median(row["prepared"] for row in rounds),
        "peak_mib": statistics.median(row["peak_mib"] for row in rounds),
        "added_mib": statistics.median(row["added_mib"] for row in rounds),
        **same,
    }


@section
def growth_with_draws(sizes: Sizes) -> list[Row]:
    """Time and memory from ten thousand draws to ten million; what is added a draw is the output that is kept."""
    rows = []
    for draws in sizes.growth:
        for name in ("naive", *engines.OURS):
            if name == "naive" and draws > sizes.naive_most:
                rows.append({"engine": name, "asked": draws, "missing": "not tried: its memory"})
            else:
                rows.append({"engine": name, "asked": draws, **summary(_rounds(sizes, engine=name, draws=draws))})
    return rows


@section
def growth_with_segments(sizes: Sizes) -> list[Row]:
    """Cases of more segments of six inputs each, all of them correlated: reading, and draws a second."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for segments in sizes.segments:
            case = Path(folder) / f"sotp{segments}"
            write(case, segments)
            read = _reading(case)
            for name in engines.OURS:
                found = summary(_rounds(sizes, engine=name, draws=sizes.slow_draws, case=str(case)))
                rows.append(
                    {"engine": name, "segments": segments, "inputs": 6 * segments + 6, "read_seconds": read, **found}
                )
    return rows


@section
def growth_with_inputs(sizes: Sizes) -> list[Row]:
    """The same ten segments with fewer uncertain inputs; the others stand at their base."""
    rows = []
    for inputs in sizes.inputs:
        for name in engines.OURS:
            found = summary(_rounds(sizes, engine=name, draws=sizes.slow_draws, uncertain=inputs))
            rows.append({"engine": name, "inputs": inputs, **found})
    return rows


@section
def alibaba(sizes: Sizes) -> list[Row]:
    """The case of Alibaba, which ships with the package: twelve workings, transactions, events."""
    rows = []
    for name in engines.OURS:
        found = summary(_rounds(sizes, engine=name, draws=sizes.slow_draws, case=str(ALIBABA)))
        rows.append({"engine": name, "read_seconds": _reading(ALIBABA), **found})
    return rows


@section
def workbooks(sizes: Sizes) -> list[Row]:
    """The workbook of Alibaba, and that of a group of many segments, each a DCF of many years."""
    segments, years = sizes.book
    with tempfile.TemporaryDirectory() as folder:
        fifty = write_fifty.write(Path(folder) / "fifty", segments, years)
        cases = {"Alibaba": ALIBABA, f"{segments} DCFs of {years} years": fifty}
        return [
            {"case": name, "draws": sizes.slow_draws, **books.measure(case, sizes.slow_draws, sizes.rounds)}
            for name, case in cases.items()
        ]


@section
def until(sizes: Sizes) -> list[Row]:
    """The time until P5, P50 and P95 are known to a relative standard error."""
    rows = []
    for error in ("1%", "0.1%"):
        row: Row = {"error": error}
        try:
            simulate = _ours()
            simulate(2000, 1)
            seconds = []
            for turn in range(sizes.rounds):
                start = time.perf_counter()
                found = simulate(None, 1 + turn, until=float(error.rstrip("%")) / 100)
                seconds.append(time.perf_counter() - start)
            row |= {"seconds": statistics.median(seconds), "slowest": max(seconds), "draws": len(found.per_share)}
        except engines.NotInThisVersion as missing:
            row["missing"] = f"not in this version: {missing}"
        rows.append(row)
    return rows


@section
def variance_reduction(sizes: Sizes) -> list[Row]:
    """How many times smaller the variance of an estimate is than with as many plain draws, by independent replicates.

    The variance of plain draws is known from the reference; the row of plain draws shows what the replicates add to it:
    a factor is good to the root of two over the replicates.
    """
    rows = []
    plain = {
        name: error**2 * sotp10.REFERENCE_DRAWS / sizes.replicate_draws
        for name, error in sotp10.REFERENCE_ERRORS.items()
    }
    plain["mean"] = sotp10.REFERENCE_SD**2 / sizes.replicate_draws
    for design in DESIGNS:
        row: Row = {"design": design, "draws": sizes.replicate_draws, "replicates": sizes.replicates}
        try:
            estimates = np.array(list(_estimates(design, sizes)))
            factors = np.array(list(plain.values())) / estimates.var(axis=0, ddof=1)
            bias = estimates.mean(axis=0) - np.array([sotp10.REFERENCE[name] for name in plain])
            row |= {name: float(factor) for name, factor in zip(plain, factors, strict=True)}
            row["bias"] = {name: float(found) for name, found in zip(plain, bias, strict=True)}
        except engines.NotInThisVersion as missing:
            row["missing"] = f"not in this version: {missing}"
        rows.append(row)
    return rows


def _estimates(design: str, sizes: Sizes) -> Iterator[list[float]]:
    simulate = _ours(kind=design)
    for replicate in range(sizes.replicates):
        values = simulate(sizes.replicate_draws, 1000 + replicate).per_share
        yield [float(values.mean()), *np.percentile(values, (5, 50, 95))]


def _ours(**wanted: Any) -> Callable[..., Any]:
    """``simulate`` of SOTP-10 in the fastest engine that there is."""
    for engine in FASTEST:
        try:
            simulate = engines.simulation(FOLDER, engine=engine, **wanted)
            simulate(1000, 1)
        except (engines.NotInThisVersion, ImportError) as error:
            refused = error
        else:
            return simulate
    raise refused


def _rounds(sizes: Sizes, **asked: Any) -> list[Row]:
    """A few rounds of one measurement; one is enough to learn that there is nothing to measure."""
    rounds = [measured(seed=1, **asked)]
    if "missing" not in rounds[0]:
        rounds += [measured(seed=1 + turn, **asked) for turn in range(1, min(sizes.rounds, 3))]
    return rounds


def _reading(case: Path) -> float:
    """The time to read a case that was read before, so that no library is loaded meanwhile."""
    import valuation

    valuation.load(case)
    start = time.perf_counter()
    valuation.load(case)
    return time.perf_counter() - start
