"""Contribution analysis: what each side of a merger brings by several measures, and so what stake it may ask for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from ..calculation import needed
from ..kinds import MONEY, Choice, Money, Share, Table
from ..lines import Line
from ..operations import add_up, at_least, both, maximum, minimum, positive, proper_share, valid
from ..units import RATE
from .schedule import schedule

Measures = Annotated[
    Mapping[str, Mapping[str, Any]],
    Table({"ours": MONEY, "theirs": MONEY, "level": Choice(("equity", "enterprise"))}, {"level": "equity"}),
]


@schedule
def contribution(
    line: Line,
    *,
    measures: Measures,
    net_debt: Money | None = None,
    other_net_debt: Money | None = None,
    combined_enterprise_value: Money | None = None,
    agreed: Share | None = None,
) -> None:
    """Share of one side in what two companies bring together, by each measure, and the range of these shares.

    Measures of the equity (net income, book equity, market value) give the share at once. Measures of the enterprise
    (revenue, EBITDA, assets) give a share of the combined enterprise value, from which each side's own net debt is
    taken: equity = share x EV - net debt; without any net debt given the share stays as it is. A draw with a negative
    measure or a combined equity of nothing is invalid (NaN): leave a loss out as a measure. Last line: the share used.
    Source: Rosenbaum and Pearl, Investment Banking (2020), ch. on merger analysis: contribution analysis.

    >>> from valuation.schedules import contribution
    >>> measures = {"revenue": {"ours": 3_000.0, "theirs": 2_000.0}, "net income": {"ours": 350.0, "theirs": 280.0}}
    >>> lines = contribution(measures=measures)
    >>> [round(float(lines[name][0]), 3) for name in ("Lowest share", "Highest share", "Share used")]
    [0.556, 0.6, 0.578]

    Args:
        measures: measures; named rows of ours, theirs, and the level of the measure: equity or enterprise
        net_debt: net debt of ours; needed with combined_enterprise_value
        other_net_debt: net debt of theirs; needed with combined_enterprise_value
        combined_enterprise_value: enterprise value of both; shared out by enterprise measures, less each one's net debt
        agreed: share agreed; without it the average of the measures is used

    Example:
        net_debt: -40 CNY m
        other_net_debt: 100 CNY m
        measures:
          revenue: {ours: 500 CNY m, theirs: 700 CNY m, level: enterprise}
          profit: {ours: 60 CNY m, theirs: 55 CNY m}
        combined_enterprise_value: 2500 CNY m
    """
    line.heading("Contribution by measure")
    if not measures:
        raise TypeError("expected at least one measure, found none")
    debts = None
    if combined_enterprise_value is not None:
        own = needed(net_debt, "net_debt", "combined_enterprise_value comes with it")
        other = needed(other_net_debt, "other_net_debt", "combined_enterprise_value comes with it")
        both_equity = combined_enterprise_value - own - other
        debts = own, line("Equity of both", positive(both_equity))
    elif net_debt is not None or other_net_debt is not None:
        needed(None, "combined_enterprise_value", "net debt is taken from it")
    shares = [_share(line, name, entry, combined_enterprise_value, debts) for name, entry in measures.items()]

    line.heading("Range")
    lowest = highest = shares[0]
    for number, share in enumerate(shares[1:-1], start=2):
        lowest = line(f"Lowest of the first {number}", minimum(lowest, share), show=RATE)
        highest = line(f"Highest of the first {number}", maximum(highest, share), show=RATE)
    lowest = line("Lowest share", minimum(lowest, shares[-1]), show=RATE)
    highest = line("Highest share", maximum(highest, shares[-1]), show=RATE)
    count = line.constant(f"Number of measures, {len(shares)}", len(shares))
    average = line("Average share", add_up(*shares) / count, show=RATE)
    used = average if agreed is None else proper_share(agreed)
    if agreed is not None:
        line("Share agreed over the average", agreed - average, show=RATE)
    line("Share used", used, show=RATE)


def _share(line: Line, name: str, entry: Mapping[str, Any], combined: Any, debts: Any) -> Any:
    """The share by one measure; of an enterprise measure what is left of it when each side has paid its net debt."""
    ours, theirs = entry["ours"], entry["theirs"]
    sound = both(at_least(ours, 0), at_least(theirs, 0))
    share = line(f"Share by {name}", valid(sound, ours / (ours + theirs)), show=RATE)
    if entry["level"] == "equity" or debts is None:
        return share
    own, both_equity = debts
    return line(f"Share of the equity by {name}", (share * combined - own) / both_equity, show=RATE)
