"""Rules 27 to 34: offers, listings, sales, votes, prices in two markets, and stubs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from ..assumptions import Transaction
from ..formula import Reference
from ..operations import above, absolute, at_least, at_most, below, both
from ..units import NUMBER, Unit
from .recorded import Recorded
from .rule import Check, Finding, Look, is_word, live, of_files


def _routes(recorded: Recorded, *names: str) -> Iterator[tuple[str, Transaction]]:
    """The transactions of some routes; of all when none is named."""
    for name, transaction in recorded.case.transactions.items():
        if not names or recorded.case.workings[name].calculation.name in names:
            yield name, transaction


def _in_hong_kong(recorded: Recorded) -> bool:
    """Whether the case knows a price in Hong Kong dollars, or tests a listing there."""
    units = (found.unit for found in recorded.case.inputs)
    return any(("HKD", 1) in unit.dimensions for unit in units) or any(recorded.workings("listing_tests"))


# Offers -------------------------------------------------------------------------------------------------------------


@of_files
def post_money(look: Look) -> Iterator[Finding]:
    """27: a value that holds the new money already, to which a transaction or a venture adds it again."""
    recorded, case = look.recorded, look.recorded.case
    for segment in case.parts.values():
        raising = [
            name for name, t in _routes(recorded, "carve_out") if t.part == segment.id and case.has(f"{name}.primary")
        ]
        raising += [view for view in segment.views if (recorded.base(f"{view}.investment") or 0) > 0]
        for assumption in recorded.of_part(segment.id) if raising else ():
            facts = [case.evidence[source] for source in assumption.origin.sources if source in case.evidence]
            said = [assumption.name, *(f"{fact.id} {fact.statement}" for fact in facts)]
            if any(found.unit.dimensions for found in assumption.inputs) and any(look.words_in(text) for text in said):
                text = f"{assumption.name} is a post-money value, and {raising[0]} adds new money to it: take "
                text += "the money off first"
                yield look.finding(segment.id, text, assumption.origin.place)


@of_files
def proceeds_twice(look: Look) -> Iterator[Finding]:
    """27: the money of an offer comes in once."""
    raising = [name for name, _ in _routes(look.recorded, "carve_out", "sale", "merger")]
    for item in look.recorded.case.bridge if raising else ():
        if look.words_in(item) and (look.recorded.base(item) or 0.0) > 0:
            text = f"{item} adds proceeds that {raising[0]} counts as well: leave the item out"
            yield look.finding(item, text, look.recorded.place(item))


@live
def unexplained_change(look: Look) -> Iterator[Check]:
    """29: from before to after by named differences."""
    for name, outcome in look.recorded.valuation.transactions.items():
        found = absolute(outcome.residual)
        yield look.at_most(
            name,
            f"{look.recorded.case.transactions[name].name}: the named differences explain the change",
            "name what is missing between before and after in the route",
            look.recorded.place("", name),
            found,
        )


# Listing ------------------------------------------------------------------------------------------------------------

TESTS = {
    "Parent meets rule 8.05 without the unit": "the parent qualifies without the unit (rule 8.05)",
    "Unit meets rule 8.05 or chapter 18C": "the unit qualifies (rule 8.05 or chapter 18C)",
    "Parent has been listed long enough": "the parent has been listed for three years",
    "Entitlement is assured or waived": "holders of the parent are offered shares, or have waived it",
    "Lock-up is given": "a lock-up is given",
    "Lock-up is long enough": "the lock-up is long enough",
}


@live
def listing_tests(look: Look) -> Iterator[Check]:
    """30: each test of the exchange on its own, and the vote."""
    for working in look.recorded.workings("listing_tests"):
        for label, tested in TESTS.items():
            met = look.recorded.line(working.scope, label)
            if met is not None:
                advice = "the exchange may refuse the listing: say what would change, or lower its probability"
                scope = f"{working.scope}.{label.lower().replace(' ', '_').replace('.', '_').replace('-', '_')}"
                yield look.check(scope, f"{working.title}: {tested}", advice, working.place, at_least(met, 1))
        vote = look.recorded.line(working.scope, "Shareholders' vote needed")
        if vote is not None:
            largest = look.recorded.line(working.scope, "Largest ratio")
            tested = f"{working.title}: no ratio of chapter 14 asks for a vote of the parent's holders"
            advice = "count the vote into probability and years_until"
            yield look.check(f"{working.scope}.vote", tested, advice, working.place, at_most(vote, 0), largest)


@live
def vote_needed(look: Look) -> Iterator[Check]:
    """30: a rough ratio, the part over the group, where no schedule works out all five."""
    recorded = look.recorded
    if not _in_hong_kong(recorded) or any(recorded.workings("listing_tests")):
        return
    group = recorded.line("bridge", "Equity value before transactions")
    for name, transaction in _routes(recorded):
        ratio = (recorded.valuation.parts | recorded.valuation.memos)[transaction.part].attributable / group
        yield look.check(
            name,
            f"{transaction.name}: the part is too small for a vote of the parent's holders",
            "work the ratios out with a schedule listing_tests; count the vote into probability and years_until",
            recorded.place("", name),
            below(ratio, look.limit()),
            ratio,
            look.limit(),
        )


@of_files
def entitlement_missing(look: Look) -> Iterator[Finding]:
    """30: Practice Note 15 asks for an assured entitlement, or a waiver."""
    for name, transaction in _routes(look.recorded, "carve_out") if _in_hong_kong(look.recorded) else ():
        if not look.recorded.case.has(f"{name}.assured_entitlement"):
            text = f"{transaction.name}: holders of the parent are offered no shares: give assured_entitlement "
            text += "(0% with a waiver)"
            yield look.finding(name, text, look.recorded.place("", name))


@of_files
def lock_up_missing(look: Look) -> Iterator[Finding]:
    """30: a parent that lists a unit may not sell its stake for some months."""
    for name, transaction in _routes(look.recorded, "carve_out"):
        said = is_word("lock_up", look.recorded.case.workings[name].note)
        if not said and not look.recorded.case.has(f"{name}.lock_up_years"):
            text = f"{transaction.name}: the stake kept has no lock-up: give lock_up_years (half a year and half "
            text += "a year more in "
            yield look.finding(name, text + "Hong Kong)", look.recorded.place("", name))


@of_files
def sale_untaxed(look: Look) -> Iterator[Finding]:
    """31: a sale leaks tax, if only to say that it does not."""
    case = look.recorded.case
    for name, transaction in _routes(look.recorded, "sale", "carve_out"):
        sells = case.workings[name].calculation.name == "sale" or case.has(f"{name}.secondary")
        if sells and not (look.recorded.base(f"{name}.tax_rate") or 0.0) > 0:
            text = f"{transaction.name}: the parent sells and pays no tax: give tax_rate and tax_basis, with a "
            text += "source if it is 0%"
            if not case.has(f"{name}.tax_rate") or not case.assumptions[f"{name}.tax_rate"].origin.sources:
                yield look.finding(name, text, look.recorded.place(f"{name}.tax_rate", name))


# Prices in two markets ----------------------------------------------------------------------------------------------


@live
def ads_parity(look: Look) -> Iterator[Check]:
    """32: price of a share x shares per ADS / price of an ADS is the exchange rate."""
    recorded, rows = look.recorded, dict[str, dict[str, Reference]]()
    ratio = recorded.assumption("shares.ads_ratio")
    for name in recorded.case.assumptions if ratio is not None else ():
        quoted = name.startswith(("shares.", "drivers.")) and not name.startswith(
            ("shares.grants.", "shares.converts.")
        )
        row = recorded.assumption(name) if quoted else None
        if row is not None and not row.yearly:
            rows.setdefault(_per(row.unit), {})[name] = row
    for (home, share), (abroad, depositary), (pair, rate) in product(
        *(rows.get(kind, {}).items() for kind in ("share", "ADS", "currency"))
    ):
        if (share.unit * ratio.unit / depositary.unit).like(rate.unit):
            found = absolute(share * ratio / depositary / rate - 1)
            tested = f"{home} and {abroad} meet at {pair}"
            advice = f"check that {abroad} is for one ADS, {home} for one share, both of the same day"
            test = at_most(found, look.limit())
            yield look.check(abroad, tested, advice, recorded.place(abroad), test, found, look.limit())


@live
def second_quote(look: Look) -> Iterator[Check]:
    """32: the second quote is the price."""
    off = look.recorded.line("bridge", "Second quote over the price")
    if off is not None:
        found, name = absolute(off), "shares.second_price"
        advice = f"give {name} in the unit of the price and of the same day"
        tested = "the second quote meets the price"
        test = at_most(found, look.limit())
        yield look.check("shares", tested, advice, look.recorded.place(name), test, found, look.limit())


def _per(unit: Unit) -> str:
    """What money is a price of: a share, an ADS, another currency; empty for anything else."""
    above = [noun for noun, power in unit.dimensions if power == 1]
    under = [noun for noun, power in unit.dimensions if power == -1]
    if len(above) != 1 or len(under) != 1 or above[0] in ("share", "ADS"):
        return ""
    return under[0] if under[0] in ("share", "ADS") else "currency"


@live
def ads_ratio_slip(look: Look) -> Iterator[Check]:
    """32: a value that is off by the ADS ratio has applied it twice, or not at all."""
    recorded, found = look.recorded, look.recorded.valuation
    ratio = recorded.assumption("shares.ads_ratio")
    if ratio is None or found.price is None or (recorded.base("shares.ads_ratio") or 1) < 2:
        return
    shares = ratio * look.recording.constant("Check: one ADS a share", 1.0, NUMBER / ratio.unit)
    off = found.per_share / found.price
    twice, missing = absolute(off / shares - 1), absolute(off * shares - 1)
    test = both(at_least(twice, look.limit()), at_least(missing, look.limit()))
    yield look.check(
        "",
        "value over price is not the ADS ratio, nor one over it",
        "check diluted (ordinary shares), ads_ratio and price (for one ADS)",
        recorded.place("shares.ads_ratio"),
        test,
        off,
    )


@live
def dollar_peg(look: Look) -> Iterator[Check]:
    """32: the Hong Kong dollar moves within a band."""
    for name in look.recorded.case.assumptions:
        rate = look.recorded.assumption(name)
        if rate is not None and str(rate.unit) == "HKD/USD" and not rate.yearly:
            low, high = look.limit("low", rate.unit), look.limit("high", rate.unit)
            yield look.check(
                name,
                f"{name} is within the band of the peg",
                "give Hong Kong dollars for one US dollar, as of the valuation date",
                look.recorded.place(name),
                both(at_least(rate, low), at_most(rate, high)),
                rate,
                high,
            )


# Probability and time -----------------------------------------------------------------------------------------------


@live
def certain_transaction(look: Look) -> Iterator[Check]:
    """33: what has not happened may not happen."""
    for name, transaction in _routes(look.recorded):
        chance = look.recorded.assumption(f"{name}.probability")
        if chance is not None:
            yield look.check(
                name,
                f"{transaction.name}: its probability is between 0% and 100%",
                "give the probability that it happens at all, or take it out",
                look.recorded.place(f"{name}.probability"),
                both(above(chance, 0), below(chance, 1)),
                chance,
            )


@of_files
def undated_transaction(look: Look) -> Iterator[Finding]:
    """33: a transaction needs a date from which its value is discounted."""
    for name, transaction in _routes(look.recorded):
        if not (look.recorded.base(f"{name}.years_until") or 0.0) > 0:
            text = f"{transaction.name}: no years_until, so it is valued as if it happened today: give "
            text += "years_until and discount_rate"
            yield look.finding(name, text, look.recorded.place("", name))


@live
def negative_stub(look: Look) -> Iterator[Check]:
    """34: a negative stub asks for its reason: borrowing, lock-up, tax."""
    for working in look.recorded.workings("stub_value"):
        for label in ("Equity stub per share", "Equity stub per share, realisable"):
            stub = look.recorded.line(working.scope, label)
            if stub is not None:
                scope = working.scope if label == "Equity stub per share" else f"{working.scope}.realisable"
                tested = f"{working.title}: {label[0].lower()}{label[1:]} is positive"
                advice = "explain it by lock_up, borrow_cost and tax_rate, or check prices and ratio"
                yield look.check(scope, tested, advice, working.place, at_least(stub, 0), stub)
