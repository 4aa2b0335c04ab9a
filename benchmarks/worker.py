"""One measurement in a process of its own: ``python -m benchmarks.worker '{"engine": "naive", "draws": 100000}'``.

It prints one JSON object: seconds, memory, and mean and percentiles, from which it is seen that all do the same work;
or why there is nothing to measure. Imports, reading and compiling are over before the clock starts, by a small run; it
says how long they took.
"""

from __future__ import annotations

import contextlib
import json
import sys
import time
import traceback
from pathlib import Path
from typing import Any, Final

import numpy as np

from .engines import NotInThisVersion, make

PERCENTILES: Final = (5, 50, 95)
WARM: Final = 2000
_MIB: Final = 1024


def measure(engine: str, draws: int, seed: int = 1, warm: int = WARM, **wanted: Any) -> dict[str, Any]:
    """Run an engine once; seconds, peak memory of the process and what the run added to it, in MiB."""
    if "case" in wanted:
        wanted["case"] = Path(wanted["case"])
    start = time.perf_counter()
    run = make(engine, **wanted)
    run(min(warm, draws), seed + 1)
    prepared = time.perf_counter() - start
    before = _reset_peak()
    start = time.perf_counter()
    values = run(draws, seed)
    seconds = time.perf_counter() - start
    peak = _memory("VmHWM")
    found = {"seconds": seconds, "prepared": prepared, "peak_mib": peak, "added_mib": max(peak - before, 0.0)}
    return found | {"draws": draws if values is None else len(values)} | _summary(values)


def _summary(values: Any) -> dict[str, float]:
    if values is None:
        return {}
    good = values[np.isfinite(values)]
    quantiles = np.percentile(good, PERCENTILES)
    named = {f"P{p}": float(q) for p, q in zip(PERCENTILES, quantiles, strict=True)}
    return {"mean": float(good.mean()), "sd": float(good.std()), **named}


def _reset_peak() -> float:
    """Let the system forget the peak so far, and return what the process holds now; MiB."""
    with contextlib.suppress(OSError):  # where it cannot, the peak of the small run stands
        Path("/proc/self/clear_refs").write_text("5")
    return _memory("VmRSS")


def _memory(field: str) -> float:
    """A field of the process's status, MiB; where there is none, the peak that the system keeps."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(f"{field}:")) / _MIB
    except (OSError, StopIteration):
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return used / (_MIB * _MIB if sys.platform == "darwin" else _MIB)


def main(asked: str) -> None:
    """Print the measurement as JSON; what goes wrong is a reason, not a traceback, which stands on stderr."""
    try:
        found = measure(**json.loads(asked))
    except NotInThisVersion as error:
        found = {"missing": f"not in this version: {error}"}
    except ImportError as error:
        found = {"missing": f"not installed: {error.name}"}
    except Exception as error:
        traceback.print_exc()
        found = {"missing": f"failed: {type(error).__name__}: {error}"}
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
