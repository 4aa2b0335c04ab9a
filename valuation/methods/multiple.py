"""Trading multiples: a metric times what peers are paid for it."""

from __future__ import annotations

from typing import Literal

from ..kinds import Money, Multiple, Share
from ..lines import Line
from ..operations import at_least, valid
from .method import Worth, method

EQUITY_MULTIPLES = ("P/E", "P/B", "P/Sales")


@method
def multiple(
    line: Line,
    *,
    metric: Money,
    multiple: Multiple,
    basis: Literal["EV/Sales", "EV/EBITDA", "EV/EBITA", "EV/EBIT", "P/E", "P/B", "P/Sales"],
    discount: Share = 0.0,
) -> Worth:
    """Metric times multiple, less a discount; EV multiples give the enterprise value, P multiples the equity value.

    A draw with a negative metric is invalid (NaN): a multiple of a loss means nothing.
    Sources: Koller, Goedhart, Wessels, Valuation (2020), ch. 18; Baker and Ruback (1999) on the median.

    Args:
        metric: metric; revenue, EBITDA, EBITA or earnings of the period that the multiple refers to
        multiple: multiple; such as the median of a peer table
        basis: basis; what the multiple divides, which says whether it values the enterprise or the equity
        discount: discount to peers; for size, illiquidity or dependence
    """
    line.heading(f"Value by {basis}")
    usable = line("Metric, where positive", valid(at_least(metric, 0), metric))
    at_peers = line("Value at the multiple", usable * multiple)
    level = "equity" if basis in EQUITY_MULTIPLES else "enterprise"
    worth = line("Equity value at peers" if level == "equity" else "Enterprise value", at_peers * (1 - discount))
    return Worth(worth, "equity" if level == "equity" else "enterprise")
