"""Write SOTP-10 as an ordinary case of assumption files: ``python -m benchmarks.write_sotp10`` renews ``sotp10/``.

The case says the same in the analyst's words: a foreign segment's revenue is translated, instead of its value, because
every line of it is proportional to revenue.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from . import definition as sotp10

FOLDER: Final = Path(__file__).parent / "sotp10"
_SET: Final = "source: judgement, why: set by the benchmark"
_PARAMETERS: Final = {
    "revenue": "base_revenue",
    "growth": "growth.from",
    "margin": "final_margin",
    "capex": "capex",
    "wacc": "wacc",
    "event": "event",
}
_OF_GROUP: Final = {
    "discount": "holding.discount",
    "net_cash": "bridge.net_cash",
    "fx": "drivers.fx",
    "terminal_growth": "drivers.terminal_growth",
    "tax": "drivers.tax_rate",
    "separation": "drivers.separation_cost",
}


def input_names(segments: int = sotp10.SEGMENTS) -> list[str]:
    """The case's names of its inputs, in the order of the definition's."""
    of_segments = [f"s{s}.{_PARAMETERS[name]}" for s in range(segments) for name in sotp10.OF_SEGMENT]
    return of_segments + [_OF_GROUP[name] for name in sotp10.OF_GROUP]


def files(segments: int = sotp10.SEGMENTS) -> dict[str, str]:
    """Every file of the case: its path in the folder and its text; an eleventh segment is like the first."""
    return {
        "case.yaml": _case(segments),
        "drivers.yaml": _group("fx", "terminal_growth", "tax", "separation"),
        "holding.yaml": _group("discount") + f"applies_to: {_listed(segments)}\n",
        "bridge.yaml": _group("net_cash") + "separation_cost: {value: = -drivers.separation_cost}\n",
        "shares.yaml": f"diluted: {{value: {sotp10.SHARES:g}, unit: m shares, {_SET}}}\n",
        "correlations.csv": _matrix(segments),
        **{f"segments/s{s}.yaml": _segment(s) for s in range(segments)},
    }


def write(folder: Path = FOLDER, segments: int = sotp10.SEGMENTS) -> None:
    """Write the files of the case into a folder."""
    for name, text in files(segments).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def _listed(segments: int) -> str:
    return f"[{', '.join(f's{s}' for s in range(segments))}]"


def _case(segments: int) -> str:
    return f"""\
# SOTP-10, the benchmark of benchmarks/definition.py as an ordinary case; benchmarks/write_sotp10.py writes it.
name: SOTP-10
currency: EUR
date: 2026-01-01
base_year: 2025
years: {sotp10.YEARS}
segments: {_listed(segments)}
correlations: correlations.csv
"""


def _segment(number: int) -> str:
    s = number % sotp10.SEGMENTS
    revenue, growth, margin, capex, wacc, event = map(_distribution, sotp10.MARGINALS[6 * s : 6 * s + 6])
    return f"""\
name: Segment {number}
method: dcf
owned: {{value: {_percent(sotp10.OWNED[s])}, {_SET}}}
net_debt: {{value: 0, unit: EUR m, {_SET}}}

base_revenue: {{value: "{revenue}", unit: EUR m, {_SET}}}
event: {{value: "{event}", {_SET}}}
hit: {{value: {_percent(sotp10.HIT[s])}, {_SET}}}
foreign: {{value: {_percent(sotp10.FOREIGN[s])}, {_SET}}}
revenue: = base_revenue * (1 - hit * event) * (1 + foreign * (drivers.fx - 1))
growth: {{value: "fade({growth} to drivers.terminal_growth over {sotp10.YEARS} years)", {_SET}}}
opening_margin: {{value: {_percent(sotp10.OPENING_MARGIN[s])}, {_SET}}}
final_margin: {{value: "{margin}", {_SET}}}
margin: {{value: "= opening_margin + (final_margin - opening_margin) * period / {sotp10.YEARS}", {_SET}}}
tax_rate: = drivers.tax_rate
capex: {{value: "{capex}", {_SET}}}
depreciation: {{value: {_percent(sotp10.DEPRECIATION[s])}, {_SET}}}
working_capital: {{value: {_percent(sotp10.WORKING_CAPITAL[s])}, {_SET}}}

wacc: {{value: "{wacc}", {_SET}}}
timing: end-year
terminal_value: gordon
terminal_growth: = drivers.terminal_growth
"""


def _group(*names: str) -> str:
    lines = []
    for name in names:
        unit = ", unit: EUR m" if name in ("net_cash", "separation") else ""
        written = _distribution(sotp10.MARGINALS[sotp10.NAMES.index(name)])
        key = _OF_GROUP[name].partition(".")[2]
        lines.append(f'{key}: {{value: "{written}"{unit}, {_SET}}}\n')
    return "".join(lines)


def _distribution(marginal: sotp10.Marginal) -> str:
    """A marginal as it is written in a file; what is below 1 is a percentage, what is above an amount or a ratio."""
    kind, parameters = marginal
    amounts = max(map(abs, parameters)) >= 1
    return f"~ {kind}({', '.join(f'{p:g}' if amounts else _percent(p) for p in parameters)})"


def _percent(share: float) -> str:
    return f"{100 * share:.10g}%"


def _matrix(segments: int) -> str:
    names = input_names(segments)
    rows = [",".join(["", *names])]
    for name, row in zip(names, sotp10.rank_correlations(segments), strict=True):
        rows.append(",".join([name, *(f"{rank:g}" for rank in row)]))
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    write()
