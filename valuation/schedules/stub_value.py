"""The implied stub: what a parent's price leaves for everything but its listed subsidiary."""

from __future__ import annotations

from typing import Any

from ..calculation import needed
from ..kinds import Amount, Money, Number, Rate, Share, Shares, Years
from ..lines import Line
from ..operations import below
from ..rates import tax_on_gain
from ..units import FLAG, NUMBER
from .schedule import schedule


@schedule
def stub_value(
    line: Line,
    *,
    parent_price: Amount,
    subsidiary_price: Amount,
    fx: Amount | None = None,
    ratio: Number | None = None,
    held: Share | None = None,
    subsidiary_shares: Shares | None = None,
    parent_shares: Shares | None = None,
    lock_up: Share | None = None,
    borrow_cost: Rate | None = None,
    borrow_years: Years | None = None,
    tax_rate: Rate | None = None,
    tax_basis: Amount | None = None,
    holding_net_debt: Money | None = None,
) -> None:
    """Stub per parent share: the parent's price less the subsidiary shares behind it at their market price.

    The subsidiary shares behind one parent share are given (the ratio of a distribution) or held x subsidiary shares /
    parent shares. The stub stands before and after what keeps a holder from that price: lock-up, the cost of borrowing
    shares to sell them short, tax on the latent gain. The operating stub adds the holding's own net debt. Amounts are
    money per share. A negative stub is flagged, not refused: it says that one of the two prices is off, or that nobody
    can trade on it. Sources: Lamont and Thaler (2003), Can the market add and subtract?; Mitchell, Pulvino and Stafford
    (2002), Limited arbitrage in equity markets.

    Args:
        parent_price: price of a parent share; such as CNY/share
        subsidiary_price: price of a subsidiary share; in the parent's currency, or in another with fx
        fx: exchange rate; parent's currency for one of the subsidiary's, such as CNY/HKD
        ratio: subsidiary shares per parent share; instead of held and both numbers of shares
        held: fraction held; of the subsidiary's shares, by the parent
        subsidiary_shares: subsidiary shares; diluted
        parent_shares: parent shares; diluted
        lock_up: lock-up discount; on the subsidiary shares
        borrow_cost: cost of borrowing; subsidiary shares, a year, as a share of their price
        borrow_years: years of borrowing; until the parent distributes or sells
        tax_rate: tax rate; on the latent gain, if a sale is taxed
        tax_basis: tax basis; of the subsidiary shares, per parent share
        holding_net_debt: net debt of the holding; the parent alone, without its subsidiary

    Example:
        parent_price: 40 CNY/share
        subsidiary_price: ~ lognormal(25 CNY/share, 0.2)
        held: 70%
        subsidiary_shares: 80 m shares
        parent_shares: 100 m shares
    """
    _come_in_pairs(borrow_cost, borrow_years, tax_rate, tax_basis)
    line.heading("Equity stub")
    per_parent = _shares_behind(line, ratio, held, subsidiary_shares, parent_shares)
    price = subsidiary_price if fx is None else subsidiary_price * fx
    behind = line("Subsidiary value per parent share", per_parent * price)
    stub = line("Equity stub per share", parent_price - behind)
    line("Negative stub", below(stub, 0), show=FLAG)

    if any(value is not None for value in (lock_up, borrow_cost, tax_rate)):
        line.heading("After lock-up, borrowing and tax")
        behind = _realisable(line, behind, lock_up, (borrow_cost, borrow_years), (tax_rate, tax_basis))
        stub = line("Equity stub per share, realisable", parent_price - behind)
        line("Negative stub, realisable", below(stub, 0), show=FLAG)
    if holding_net_debt is not None:
        line.heading("Operating stub")
        shares = needed(parent_shares, "parent_shares", "holding_net_debt is spread over them")
        debt = line("Net debt of the holding per share", holding_net_debt / shares)
        line("Operating stub per share", stub + debt)


def _shares_behind(line: Line, ratio: Any, held: Any, subsidiary_shares: Any, parent_shares: Any) -> Any:
    label = "Subsidiary shares per parent share"
    if ratio is not None:
        if held is not None or subsidiary_shares is not None:
            raise TypeError("expected either ratio, or held and both numbers of shares, found both")
        return line(label, ratio, show=NUMBER)
    reason = "give it, or ratio"
    shares = needed(held, "held", reason) * needed(subsidiary_shares, "subsidiary_shares", reason)
    return line(label, shares / needed(parent_shares, "parent_shares", reason), show=NUMBER)


def _come_in_pairs(borrow_cost: Any, borrow_years: Any, tax_rate: Any, tax_basis: Any) -> None:
    if borrow_cost is not None or borrow_years is not None:
        needed(borrow_cost, "borrow_cost", "borrow_years comes with it")
        needed(borrow_years, "borrow_years", "borrow_cost comes with it")
    if tax_rate is not None or tax_basis is not None:
        needed(tax_rate, "tax_rate", "tax_basis comes with it")
        needed(tax_basis, "tax_basis", "tax_rate comes with it")


def _realisable(line: Line, behind: Any, lock_up: Any, borrowing: tuple[Any, Any], tax: tuple[Any, Any]) -> Any:
    """What the subsidiary shares bring a holder: after the lock-up discount, borrowing costs and tax on the gain."""
    value = behind
    if lock_up is not None:
        value = line("Subsidiary value after lock-up", value * (1 - lock_up))
    if borrowing[0] is not None:
        cost = line("Cost of borrowing", behind * borrowing[0] * borrowing[1])
        value = line("Subsidiary value after borrowing", value - cost)
    if tax[0] is not None:
        paid = line("Tax on the latent gain", tax_on_gain(tax[0], value - tax[1]))
        value = line("Subsidiary value after tax", value - paid)
    return value
