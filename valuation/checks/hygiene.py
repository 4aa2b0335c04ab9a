"""Rules 44 and 45: probabilities, sources and dates, and whether the value as a whole can be believed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np

from ..assumptions import JUDGEMENT, Fact
from ..operations import above, absolute, at_most, below, both, opposite
from ..problems import Place
from .peer_columns import multiple_reads, numbers
from .recorded import Recorded
from .rule import Check, Finding, Look, live, of_files

PERIODS = re.compile(r"\b(FY|H[12]|Q[1-4]|quarter|fiscal|months|revenue|sales|in force|12m)\b|FY\d{4}", re.IGNORECASE)
DAY = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?$")


@live
def probabilities(look: Look) -> Iterator[Check]:
    """44: the outcomes of a part are all there is."""
    for segment, working in look.recorded.views():
        chance = look.recorded.line(working.scope, "Sum of probabilities")
        if chance is not None:
            yield _whole(look, working.scope, f"{segment.name}: probabilities of the outcomes", segment.place, chance)


@live
def weights(look: Look) -> Iterator[Check]:
    """44: the weights of several methods."""
    for segment in look.recorded.case.segments.values():
        whole = look.recorded.line(segment.id, "Sum of weights")
        if whole is not None:
            yield _whole(look, segment.id, f"{segment.name}: weights of the methods", segment.place, whole)


def _whole(look: Look, scope: str, shares: str, place: Place, found: Any) -> Check:
    test = at_most(absolute(found - 1), look.limit())
    return look.check(scope, f"{shares} sum to 100%", "let one of them be 1 less the others", place, test, found)


# Sources ------------------------------------------------------------------------------------------------------------


@of_files
def date_missing(look: Look) -> Iterator[Finding]:
    """44: prices and facts are of a day."""
    if not look.recorded.case.date:
        yield look.finding(
            "", "the case has no date: add date: 2026-02-02, the day of the prices", look.recorded.case.place
        )


@of_files
def source(look: Look) -> Iterator[Finding]:
    """44: every number has a source; the reading remarks on those that have none."""
    for remark in look.recorded.case.remarks:
        yield Finding("source", look.severity(), f"{remark.name} {remark.text}", remark.place, "source")


def _cited(recorded: Recorded) -> Iterator[tuple[str, list[Fact]]]:
    """Each assumption that cites facts, with those that are known."""
    for name, assumption in recorded.case.assumptions.items():
        facts = [recorded.case.evidence[s] for s in assumption.origin.sources if s in recorded.case.evidence]
        if facts:
            yield name, facts


@of_files
def fact_incomplete(look: Look) -> Iterator[Finding]:
    """44: unit, date and kind of what is cited."""
    seen = set[str]()
    for name, facts in _cited(look.recorded):
        for fact in facts:
            has = {key for key, text in fact.fields.items() if text.strip() not in ("", "null", "~")}
            missing = [key for key in ("unit", "kind") if key not in has]
            missing += [] if has & {"as_of", "published"} else ["as_of"]
            if missing and fact.id not in seen:
                seen.add(fact.id)
                text = f"{fact.id}, cited by {name}, has no {' and no '.join(missing)}: complete the evidence"
                yield look.finding(name, text, look.recorded.place(name))


@of_files
def stale_source(look: Look) -> Iterator[Finding]:
    """44: what was true half a year ago. Reported periods and rules in force do not age, nor does a judgement."""
    recorded = look.recorded
    if not recorded.case.date:
        return
    today = date.fromisoformat(recorded.case.date)
    for name, facts in _cited(recorded):
        assumption = recorded.case.assumptions[name]
        ages = [_age(fact, today) for fact in facts]
        lasting = name.startswith("reconciliation.") or name == "shares.ads_ratio" or not assumption.inputs
        if lasting or JUDGEMENT in assumption.origin.sources or None in ages:
            continue
        youngest = min(age for age in ages if age is not None)
        if youngest > look.threshold():
            text = f"{name} rests on {facts[0].id} of {youngest:.0f} days ago: find a newer fact, or add "
            text += "judgement with why it holds"
            yield look.finding(name, text, recorded.place(name))


def _age(fact: Fact, today: date) -> float | None:
    """How many days ago a fact was true; None for what does not age, and where no day is told."""
    day = None if lasts(fact) else day_of(fact)
    return None if day is None else float((today - day).days)


def lasts(fact: Fact) -> bool:
    """Whether a fact does not age: it tells of a reported period or of rules in force."""
    return bool(PERIODS.search(fact.fields.get("as_of", "")) or PERIODS.search(fact.statement))


def day_of(fact: Fact) -> date | None:
    """The day of which a fact is, late in its month or year where no more is told; else when it was published."""
    for text in (fact.fields.get("as_of", ""), fact.fields.get("published", "")):
        found = DAY.match(text.strip())
        if found:
            try:
                return date(int(found[1]), int(found[2] or 12), int(found[3] or 28))
            except ValueError:  # such as 2025-26, two years
                continue
    return None


@of_files
def recollection(look: Look) -> Iterator[Finding]:
    """44: what is recalled is no source."""
    for name, facts in _cited(look.recorded):
        recalled = [fact.id for fact in facts if fact.fields.get("kind") == "recollection"]
        if recalled:
            text = f"{name} cites {recalled[0]}, which is only recalled: find its source, or say judgement and why"
            yield look.finding(name, text, look.recorded.place(name))


# The value as a whole -----------------------------------------------------------------------------------------------


@live
def gap_to_price(look: Look) -> Iterator[Check]:
    """45: a large gap to the price is explained or wrong."""
    found = look.recorded.valuation
    if found.price is not None:
        gap = absolute(found.per_share / found.price - 1)
        yield look.at_most(
            "",
            "the value per share is near the price, or the gap is explained",
            "solve for what the price implies, and say in checks.yaml why it is wrong",
            look.recorded.place("shares.price"),
            gap,
        )


@live
def value_without_profit(look: Look) -> Iterator[Check]:
    """45: a part that is most of the value and little of the profit, in a reconciliation by parts."""
    recorded, case = look.recorded, look.recorded.case
    for table in case.reconciliations:
        if not any(word in table.name for word in ("ebit", "profit", "income", "earnings")):
            continue
        for item in table.items:
            segment = case.parts.get(item.rpartition(".")[2])
            if segment is not None:
                value = recorded.valuation.parts[segment.id].attributable / recorded.valuation.sum_of_parts
                profit = recorded.assumption(item) / recorded.assumption(table.total)
                yield look.check(
                    f"{segment.id}.{table.name}",
                    f"{segment.name}: it is not most of the value with little of the profit",
                    "say in the segment's note when the profit comes, and weigh another method beside this one",
                    segment.place,
                    opposite(both(above(value, look.limit("value")), below(profit, look.limit("profit")))),
                    value,
                    look.limit("value"),
                )


@of_files
def multiple_above_peers(look: Look) -> Iterator[Finding]:
    """45: better than the best."""
    recorded = look.recorded
    for segment, working in recorded.views("multiple"):
        paid = (recorded.base(f"{working.scope}.multiple") or 0.0) * (
            1 - (recorded.base(f"{working.scope}.discount") or 0.0)
        )
        for table, column in sorted({(r.table, r.column) for r in multiple_reads(recorded, working.scope) if r.ratio}):
            values = numbers(recorded.case, table, column)
            if len(values) and paid > np.max(values):
                text = f"{segment.name}: {paid:.1f}x is above every peer of peers.{table}.{column} (highest "
                text += f"{np.max(values):.1f}x): lower it, or say what no peer has"
                yield look.finding(working.scope, text, recorded.place(f"{working.scope}.multiple"))


@live
def value_positive(look: Look) -> Iterator[Check]:
    """45: a share is worth more than nothing."""
    per_share = look.recorded.valuation.per_share
    tested, advice = "the value per share is positive", "check signs in the bridge: debt and costs are negative"
    yield look.check("", tested, advice, look.recorded.case.place, above(per_share, 0), per_share)
