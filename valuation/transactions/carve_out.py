"""Carve-out: the part is listed and a minority sold to the public, by new shares, by shares of the parent, or both."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from ..calculation import MissingAssumption, needed
from ..kinds import Money, Share, Shares
from ..lines import Line
from ..operations import positive, valid, within_whole
from .cap_table import Offer, cap_table, underpricing
from .outcome import settle
from .part import PartAtDate, at_the_date, less, payments, together, without
from .route import Before, Outcome, route
from .terms import Terms


@route
def carve_out(
    line: Line,
    before: Before,
    *,
    old_shares: Shares,
    primary: Money | None = None,
    secondary: Money | None = None,
    discount: Share | None = None,
    fee: Share | None = None,
    greenshoe: Share | None = None,
    exercised: Share | None = None,
    greenshoe_shares: Literal["primary", "secondary"] = "primary",
    employee_share: Share | None = None,
    assured_entitlement: Share | None = None,
    debt_push_down: Money | None = None,
    terms: Terms,
) -> Outcome:
    """List the part: gross ``primary`` money goes to the part for new shares, ``secondary`` to the parent for its own.

    With V the value before the money, M the new money, f the fee, e the employees' share and S old shares: the company
    is worth V + M (1 - f) after; the offer price is (1 - d) of the fair price, so n = M S / ((1 - d)(1 - e)(V + M (1 -
    f)) - M) new shares are issued. Dilution is no loss; underpricing hands M d / (1 - d) of the old holders' value to
    the new ones, all of it borne by the parent where its own shares are sold. Taxable is the secondary, net of its fee.
    A draw that offers more than the company, or sells more than the parent holds, is invalid (NaN).
    Sources: Loughran and Ritter (2004) on first-day returns (7 % in the 1980s, 15 % in 1990-98); Chen and Ritter (2000)
    on the 7 % spread; HKEX Listing Rules 10.07 (lock-up of controlling holders) and Practice Note 15 (assured
    entitlement: the parent's holders are offered shares first).

    >>> from valuation.transactions import Before, carve_out
    >>> group = Before(equity=20_000.0, owned=0.8, group_equity=50_000.0, shares=1_000.0, factor=0.001)
    >>> lines = carve_out(group, probability=1.0, old_shares=1_000.0, primary=2_000.0, secondary=1_000.0)
    >>> [round(float(lines[name][0]), 4) for name in ("Stake of the parent after", "Stake kept", "Cash to the parent")]
    [0.6818, 15000.0, 1000.0]

    Args:
        old_shares: old shares; of the part, fully diluted, before the offer
        primary: primary offering; gross money raised by new shares, it goes to the part
        secondary: secondary offering; gross money for shares that the parent sells
        discount: IPO discount; of the offer price to the fair price after the offer
        fee: gross spread; of banks, as a share of the gross money
        greenshoe: greenshoe; over-allotment option as a share of the base offer, 15 % is usual
        exercised: exercised part of the greenshoe; of the option, without it all
        greenshoe_shares: shares of the greenshoe; new ones, or the parent's
        employee_share: share of employees; new shares given to employees, as a share of all after the offer
        assured_entitlement: assured entitlement; share of the offer that the parent's holders buy at the offer price
        debt_push_down: debt pushed down; borrowed by the part and paid out to its owners before the offer

    Example:
        probability: 40%
        years_until: 1 years
        discount_rate: 10%
        old_shares: 1000 m shares
        primary: 100 CNY m
        discount: ~ pert(5%, 12%, 25%)
        fee: 3%
        lock_up_years: 1
        lock_up_discount: 8%
        one_off_costs: 5 CNY m
    """
    part = at_the_date(line, before, terms)
    line.heading("The offer")
    offer = _offer(line, primary, secondary, greenshoe, exercised, greenshoe_shares)
    pre = line("Value before the money", positive(without(part.worth, debt_push_down)))
    post = line("Value after the money", pre if offer.new is None else pre + less(offer.new, fee))
    table = cap_table(
        line, offer, old=old_shares, owned=part.owned, post=post, discount=discount, employee_share=employee_share
    )
    kept = line("Stake kept, at market", table.stake * post)

    has: dict[str, Any] = {}
    differences = _differences(offer, part, post, discount, fee, employee_share)
    proceeds = None if offer.sold is None else line("Net proceeds of the parent", less(offer.sold, fee))
    cash = together(proceeds, None if debt_push_down is None else part.owned * debt_push_down)
    if cash is not None:
        has["Cash to the parent"] = cash
    if assured_entitlement is not None:
        gap = needed(discount, "discount", "an assured entitlement is worth what the offer is underpriced")
        has["Gain on the assured entitlement"] = table.offered * assured_entitlement * (table.fair - table.offered_at)
        back = underpricing(together(offer.new, offer.sold), gap) * assured_entitlement
        differences["Underpricing back by assured entitlement"] = back
    if terms.tax_rate is not None or terms.stamp_duty is not None:
        needed(proceeds, "secondary", "tax_rate and stamp_duty are on what the parent sells")
    paid = payments(line, part, terms, proceeds)
    done = settle(line, before, part, terms, paid, has=has, differences=differences, kept=kept, owners=table.owners)
    return replace(done, entitlement=assured_entitlement)


def _offer(line: Line, primary: Any, secondary: Any, greenshoe: Any, exercised: Any, source: str) -> Offer:
    """The gross amounts, the greenshoe added where its shares come from."""
    base = together(primary, secondary)
    if base is None:
        raise MissingAssumption("primary", "give it, or secondary")
    if greenshoe is None:
        return Offer(primary, secondary, None)
    option = greenshoe * base
    if exercised is not None:
        option = valid(within_whole(exercised), option * exercised)
    option = line("Greenshoe exercised", option)
    if source == "primary":
        return Offer(line("New money with greenshoe", together(primary, option)), secondary, option)
    return Offer(primary, line("Sold by the parent with greenshoe", together(secondary, option)), option)


def _differences(
    offer: Offer, part: PartAtDate, post: Any, discount: Any, fee: Any, employee_share: Any
) -> dict[str, Any]:
    """What the offer costs the parent: a share of what it costs the old holders, all of what its own shares lose."""
    found: dict[str, Any] = {}
    if discount is not None:
        lost = together(
            None if offer.new is None else underpricing(offer.new, discount) * part.owned,
            None if offer.sold is None else underpricing(offer.sold, discount),
        )
        found["Underpricing"] = -lost
    if fee is not None:
        spent = together(None if offer.new is None else offer.new * part.owned, offer.sold)
        found["Fees of the offer"] = -(spent * fee)
    if employee_share is not None:
        found["Employee shares"] = -(post * employee_share * part.owned)
    return found
