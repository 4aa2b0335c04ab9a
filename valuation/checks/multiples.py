"""Rules 19 to 22 and 42: which peers, which statistic, which period, and how well a regression fits."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from ..operations import at_most
from ..units import NUMBER
from .peer_columns import Read, all_reads, companies, multiple_reads, numbers, reads_of, rows, texts
from .recorded import Recorded
from .rule import Check, Finding, Look, live, of_files, percent

DATED = ("as_of", "date", "price_date")
PERIODS = ("LTM", "NTM", "FY0", "FY1", "FY2")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
NUMBER_TEXT = re.compile(r"-?\d+(\.\d+)?(e-?\d+)?")
CALENDARISED = ("_cal", "_ntm", "_ltm")


@of_files
def average_of_multiples(look: Look) -> Iterator[Finding]:
    """19: the mean of ratios with the price above is biased upwards."""
    for read in all_reads(look.recorded):
        if read.statistic == "average" and read.ratio:
            name = f"peers.{read.table}.{read.column}"
            text = f"{read.reader} takes average({name}): use median({name}) or harmonic_mean({name})"
            yield look.finding(read.reader, text, look.recorded.place(read.reader))


def _tables(recorded: Recorded) -> dict[str, list[Read]]:
    """The multiples that the case reads, by table."""
    found: dict[str, list[Read]] = defaultdict(list)
    for read in all_reads(recorded):
        if read.ratio and not read.column.startswith("ln_"):
            found[read.table].append(read)
    return found


@of_files
def few_peers(look: Look) -> Iterator[Finding]:
    """19: a statistic of a handful of peers is noise."""
    seen = set[tuple[str, str]]()
    for reads in _tables(look.recorded).values():
        for read in reads:
            count = len(numbers(look.recorded.case, read.table, read.column))
            if count < look.threshold() and (read.table, read.column) not in seen:
                seen.add((read.table, read.column))
                text = f"peers.{read.table}.{read.column} has {count} numbers: add peers, or widen the "
                text += "distribution of the multiple"
                yield look.finding(read.table, text, look.recorded.case.peers[read.table].place)


@of_files
def peers_left_out(look: Look) -> Iterator[Finding]:
    """20: peers left out for their losses raise what is left."""
    case = look.recorded.case
    for table in _tables(look.recorded):
        reasons = zip(companies(case, table), texts(case, table, "exclude"), strict=False)
        out = [company for company, reason in reasons if look.words_in(reason)]
        if out:
            text = f"peers.{table}: {len(out)} left out for losses ({', '.join(out)}): value by a metric that "
            text += "they have too"
            yield look.finding(table, text, case.peers[table].place)


@of_files
def outlier_peers(look: Look) -> Iterator[Finding]:
    """20: a peer far outside the middle half of the others."""
    case, seen = look.recorded.case, set[tuple[str, str]]()
    for reads in _tables(look.recorded).values():
        for read in reads:
            values = numbers(case, read.table, read.column)
            if len(values) < 4 or (read.table, read.column) in seen:
                continue
            seen.add((read.table, read.column))
            low, high = np.quantile(values, [0.25, 0.75])
            reach = look.threshold() * (high - low)
            out = values[(values < low - reach) | (values > high + reach)]
            if out.size:
                found = ", ".join(f"{value:.1f}x" for value in sorted(out))
                text = f"peers.{read.table}.{read.column}: {found} against a middle half of {low:.1f}x to {high:.1f}x: "
                yield look.finding(
                    read.table, text + "check the figures, or exclude with a reason", case.peers[read.table].place
                )


@of_files
def stale_peers(look: Look) -> Iterator[Finding]:
    """20: prices of the valuation date, or a few trading days around it."""
    case = look.recorded.case
    for table in _tables(look.recorded) if case.date else ():
        away = []
        for company, day in next((rows(case, table, name) for name in DATED if texts(case, table, name)), []):
            if DAY.fullmatch(day) and abs(np.busday_count(day, case.date)) > look.threshold():
                away.append(f"{company} {day}")
        if away:
            text = f"peers.{table}: prices more than {look.threshold():g} trading days from {case.date}: "
            text += f"{', '.join(away)}: "
            yield look.finding(table, text + "take the closes of the valuation date", case.peers[table].place)


@of_files
def peer_years(look: Look) -> Iterator[Finding]:
    """20: fiscal years that end in March and December are a quarter of growth apart."""
    case = look.recorded.case
    for table, reads in _tables(look.recorded).items():
        months = {day[5:7] for _, day in rows(case, table, "year_end") if DAY.fullmatch(day)}
        plain = [read.column for read in reads if not read.column.endswith(CALENDARISED)]
        if len(months) > 1 and plain:
            text = f"peers.{table}.{plain[0]}: fiscal years end in months {', '.join(sorted(months))}: "
            yield look.finding(table, text + "calendarise, with a column ..._ntm or ..._cal", case.peers[table].place)


@of_files
def peer_moves(look: Look) -> Iterator[Finding]:
    """20: a price that has just jumped is no base (column move_30d, such as 0.62)."""
    case = look.recorded.case
    for table in _tables(look.recorded):
        told = [(company, text) for company, text in rows(case, table, "move_30d") if NUMBER_TEXT.fullmatch(text)]
        wild = [f"{company} {percent(float(text))}" for company, text in told if abs(float(text)) > look.threshold()]
        if wild:
            text = f"peers.{table}: moved within 30 days: {', '.join(wild)}: take an average price, or leave them out"
            yield look.finding(table, text, case.peers[table].place)


# Multiple and metric ------------------------------------------------------------------------------------------------


@of_files
def period_of_multiple(look: Look) -> Iterator[Finding]:
    """21: trailing on trailing, forward on forward; words that differ are refused, names of columns tell as well."""
    for segment, working in look.recorded.views("multiple"):
        own = working.given.get("period")
        for read in multiple_reads(look.recorded, working.scope) if own is not None else ():
            paid = read.column.rpartition("_")[2].upper()
            if paid in PERIODS and paid != own:
                text = f"{segment.name}: the metric is {own} and peers.{read.table}.{read.column} is {paid}: "
                text += "take both of the same period"
                yield look.finding(working.scope, text, look.recorded.place(f"{working.scope}.multiple"))


@of_files
def basis_of_multiple(look: Look) -> Iterator[Finding]:
    """21: the metric is the one that the peers' multiple divides by."""
    metrics = {
        "Sales": "sales",
        "EBITDA": "EBITDA",
        "EBITA": "EBITA",
        "EBIT": "EBIT",
        "E": "earnings",
        "B": "book value",
    }
    for segment, working in look.recorded.views("multiple"):
        basis = str(working.given.get("basis", ""))
        wanted = metrics.get(basis.partition("/")[2], "")
        for read in multiple_reads(look.recorded, working.scope):
            if read.metric and wanted and read.metric != wanted:
                text = f"{segment.name}: basis {basis} is applied with peers.{read.table}.{read.column}, a multiple of "
                text += f"{read.metric}: change the metric and basis, or the column"
                yield look.finding(working.scope, text, look.recorded.place(f"{working.scope}.multiple"))


REGRESSORS = ("growth", "margin", "research")


# Regression ---------------------------------------------------------------------------------------------------------


@live
def regression_fit(look: Look) -> Iterator[Check]:
    """22: a regression that explains little predicts little."""
    for working in look.recorded.workings("regression"):
        fit = look.recorded.line(working.scope, "R squared")
        yield look.at_least(
            working.scope,
            f"{working.title}: the regression explains enough (R squared)",
            "use the median of the peers, or other regressors",
            working.place,
            fit,
        )


@live
def regression_size(look: Look) -> Iterator[Check]:
    """22: so many peers for each regressor."""
    for working in look.recorded.workings("regression"):
        peers = look.recorded.line(working.scope, "Peers in the regression") + 0
        regressors = sum(name in working.given for name in REGRESSORS)
        label = f"Check: regression size, peers for {regressors} regressor{'s' * (regressors > 1)}"
        limit = look.recording.constant(label, look.threshold() * regressors, NUMBER)
        tested = f"{working.title}: the regression has peers enough for its regressors"
        advice = "add peers, or leave a regressor out"
        yield look.at_least(working.scope, tested, advice, working.place, peers, limit)


@live
def regression_reach(look: Look) -> Iterator[Check]:
    """22: a prediction outside the peers' range is an extrapolation."""
    for working in look.recorded.workings("regression"):
        for name in REGRESSORS:
            outside = look.recorded.line(working.scope, f"Target {name} outside the peers' range")
            if outside is not None:
                tested = f"{working.title}: the target's {name} lies within the range of the peers"
                advice = "add peers like the target, or value it by a DCF"
                yield look.check(f"{working.scope}.{name}", tested, advice, working.place, at_most(outside, 0))


@live
def regression_collinear(look: Look) -> Iterator[Check]:
    """22: regressors that move together share their coefficients by chance."""
    for working in look.recorded.workings("regression"):
        for name in REGRESSORS:
            factor = look.recorded.line(working.scope, f"Variance inflation factor of {name}")
            if factor is not None:
                tested = f"{working.title}: {name} does not move with the other regressors (variance inflation factor)"
                yield look.at_most(f"{working.scope}.{name}", tested, "leave one out", working.place, factor)


# Evidence -----------------------------------------------------------------------------------------------------------


@of_files
def same_peers_twice(look: Look) -> Iterator[Finding]:
    """42: two methods on the same peers are one piece of evidence."""
    case = look.recorded.case
    for segment in case.parts.values():
        tables = [{read.table for read in reads_of(look.recorded, case.workings[view])} for view in segment.views]
        for place, view in enumerate(segment.views):
            for other in range(place):
                for table in sorted(tables[place] & tables[other]):
                    text = f"{segment.name}: {segment.views[other]} and {view} both read peers.{table}: "
                    text += "do not weigh them as two pieces of evidence"
                    yield look.finding(segment.id, text, case.workings[view].place)
