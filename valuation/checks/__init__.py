"""Model checks: what professionals look for before they believe a sum of the parts, one rule a function.

The numbers 1 to 45 are those of the rules in ``thresholds.toml``, which also holds severities and thresholds.
``valuation check`` prints what fires, the workbook shows every check, and a case may change a threshold in
``checks.yaml`` when it says why. What no rule looks for, because it cannot go wrong here:

    number  what                                            why it cannot
    9       WACC at or below growth                         the draw is invalid, a base case is refused
    11      value driver growth without reinvestment        its formula takes growth over return off profit
    16      negative tax, losses above their cap            tax has a floor of 0; the cap is in the formula
    18      factor of the terminal value                    perpetuities and exits have each their own factor
    21      EBITDA multiple on EBITA inside a DCF exit      exit_metric names the metric and picks the row
    26      discount for the shares given away              routes refuse a lock-up without a stake that is kept
    27, 28  stake after an offer, dilution that costs       the cap table counts shares; its tests hold the identities
    32      ADS ratio missing, applied twice or inverted    shares, ADS and currencies are units, which must cancel
    33      value not discounted from its date              a route with years_until needs its discount_rate
    35      matrix not symmetric, no unit diagonal          refused in reading; contradictions beyond 0.1 too
    36      clipping without a word                         an impossible draw is NaN, counted by line
    38      seed missing                                    every run has one, and its results repeat to the byte
    39      sum of percentiles, P50 called expected         percentiles are those of the sum; mean and P50 stand apart
    44      hard-coded numbers, broken or stale formulas    ``valuation verify`` compares every formula and value
"""

from . import bridge_items, cash_flows, discounts, hygiene, multiples, rates, runs, simulation, structure, transactions
from .recorded import Recorded
from .rule import (
    RULES,
    Check,
    Finding,
    Findings,
    Look,
    Rule,
    When,
    checks,
    file_findings,
    findings,
    passes,
    run_findings,
)
from .standards import SEVERITIES, Severity, Standard, Threshold, standards

__all__ = [
    "RULES",
    "SEVERITIES",
    "Check",
    "Finding",
    "Findings",
    "Look",
    "Recorded",
    "Rule",
    "Severity",
    "Standard",
    "Threshold",
    "When",
    "bridge_items",
    "cash_flows",
    "checks",
    "discounts",
    "file_findings",
    "findings",
    "hygiene",
    "multiples",
    "passes",
    "rates",
    "run_findings",
    "runs",
    "simulation",
    "standards",
    "structure",
    "transactions",
]
