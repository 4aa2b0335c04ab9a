"""Run the benchmark and write its page: ``python -m benchmarks.run``, or ``make bench``.

``--small`` tries every section in about a minute and writes beside the page, not over it; ``--only`` runs some sections
and keeps the others as they were measured before, which the date then does not tell.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from . import report
from .sections import ROOT, SECTIONS, Sizes


def main() -> None:
    """Measure what is asked and write the page with its numbers beside it."""
    parser = argparse.ArgumentParser(prog="benchmarks.run", description="Measure, and write docs/performance.md.")
    parser.add_argument("--small", action="store_true", help="try the harness with small sizes")
    parser.add_argument("--only", nargs="+", choices=SECTIONS, metavar="SECTION", help=", ".join(SECTIONS))
    parser.add_argument("--rounds", type=int, help="rounds of each measurement [default: 5]")
    parser.add_argument("--into", type=Path, help="the folder to write into [default: docs]")
    asked = parser.parse_args()
    sizes = Sizes.small() if asked.small else Sizes()
    if asked.rounds:
        sizes = Sizes(**{**vars(sizes), "rounds": asked.rounds})
    folder = asked.into or (Path(tempfile.gettempdir()) if asked.small else ROOT / "docs")
    sections = _measured_before(folder / "performance.json") if asked.only else {}
    for name in asked.only or SECTIONS:
        start = time.perf_counter()
        _say(f"{name} ...")
        sections[name] = SECTIONS[name](sizes)
        _say(f"{name}: {time.perf_counter() - start:.0f} s")
    found = {"machine": report.machine(), "small": asked.small, "sections": sections}
    (folder / "performance.json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    (folder / "performance.md").write_text(report.page(found), "utf-8")
    _say(f"{folder / 'performance.md'} written")


def _measured_before(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))["sections"] if path.exists() else {}
    return found


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    main()
