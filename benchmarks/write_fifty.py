"""A group of many segments, each a DCF of many years, as a case of assumption files: the large workbook.

``python -m benchmarks.write_fifty FOLDER`` writes it. Segments differ by their numbers alone, which rise with their
place, so that no two sheets are alike.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

SEGMENTS: Final = 50
YEARS: Final = 20
_WHY: Final = "source: judgement, why: set by the benchmark"


def files(segments: int = SEGMENTS, years: int = YEARS) -> dict[str, str]:
    """Every file of the case: its path in the folder and its text."""
    return {
        "case.yaml": _case(segments, years),
        "drivers.yaml": _DRIVERS,
        "bridge.yaml": f"net_cash: {{value: 1000 CNY m, {_WHY}}}\n",
        "shares.yaml": f"diluted: {{value: 1000 m shares, {_WHY}}}\nprice: {{value: 500 CNY/share, {_WHY}}}\n",
        **{f"segments/s{s}.yaml": _segment(s, years) for s in range(segments)},
    }


def write(folder: Path, segments: int = SEGMENTS, years: int = YEARS) -> Path:
    """Write the files of the case into a folder, and return it."""
    for name, text in files(segments, years).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


_DRIVERS: Final = f"""\
risk_free: {{value: 2%, {_WHY}}}
erp: {{value: "~ normal(6%, 0.5%)", {_WHY}}}
tax_rate: {{value: 25%, {_WHY}}}
"""


def _case(segments: int, years: int) -> str:
    return f"""\
name: A group of {segments} segments
currency: CNY
date: 2026-01-01
base_year: 2025
years: {years}
segments: [{", ".join(f"s{s}" for s in range(segments))}]
"""


def _segment(s: int, years: int) -> str:
    return f"""\
name: Segment {s + 1}
method: dcf
revenue: {{value: {10_000 + 100 * s} CNY m, {_WHY}}}
growth: {{value: "fade(~ pert({4 + s % 7}%, {8 + s % 7}%, {13 + s % 7}%) to 3% over {years} years)", {_WHY}}}
margin: {{value: "fade(10% to ~ pert({12 + s % 5}%, {15 + s % 5}%, {18 + s % 5}%) over {years // 2} years)", {_WHY}}}
tax_rate: {{value: = drivers.tax_rate}}
beta: {{value: "~ normal({0.9 + s % 4 / 10:.1f}, 0.1)", {_WHY}}}
wacc: {{value: = drivers.risk_free + beta * drivers.erp}}
sales_to_capital: {{value: "~ uniform(1.5, 2.5)", {_WHY}}}
terminal_growth: {{value: 2%, {_WHY}}}
terminal_return: {{value: = final(wacc)}}
net_debt: {{value: {100 + s} CNY m, {_WHY}}}
"""


if __name__ == "__main__":
    write(Path(sys.argv[1]))
