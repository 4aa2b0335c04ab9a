"""What makes a base case impossible: each line that may have no value, and what it asks of the assumptions behind it.

A calculation says ``valid(test, value)`` where a value means nothing, and its line is NaN. Here stands what the analyst
is told then. Lines have their dotted names without their scope.
"""

from __future__ import annotations

from collections.abc import Mapping
from operator import gt, le
from typing import Final

from .demands import Demand, not_negative, over, over_growth, positive, positive_rate, rate_from_nothing, whole


def _sum_to_all(value: float) -> bool:
    return abs(value - 1) <= 1e-9


_VOLATILE: Final = (positive_rate("volatility", "a volatility"), positive("life", "years to expiry"))
_UNEXPLAINED: Final = Demand(
    "classes.*.round_price",
    "expected a price of the round at which some equity value makes its class worth that, found "
    "{classes.*.round_price:g}",
    lambda price: False,
)
_PART: Final = Demand(
    "part",
    "expected a part whose equity is above 0 at the date of the transaction, found {market_value_at_the_date:g}",
    lambda value: value > 0,
)
_PUSHED: Final = Demand(
    "debt_push_down",
    "expected debt pushed down that is less than the equity of the part, found {debt_push_down:g} against "
    "{market_value_at_the_date:g}",
    lambda debt, worth: worth > debt,
)

IMPOSSIBLE: Final[Mapping[str, tuple[Demand, ...]]] = {
    # shares
    "effect_of_the_exercise_of_*": (positive("basic", "shares outstanding"),),
    "price_at_the_conversion_of_*": (positive("converts.*.shares", "shares of the convertible"),),
    "value_of_one_share_of_the_new_company": (positive("new_shares", "new shares per share"),),
    # cash flows
    "wacc_less_terminal_growth": (over_growth("wacc", "WACC"),),
    "unlevered_cost_of_capital_less_terminal_growth": (over_growth("unlevered_cost", "an unlevered cost of capital"),),
    "levered_wacc_less_terminal_growth": (
        Demand(
            "leverage",
            "expected a WACC at the target leverage above terminal growth, found {wacc_at_the_target_leverage:%} "
            "against {terminal_growth:%}",
            gt,
        ),
    ),
    "cost_of_debt_less_terminal_growth": (over_growth("cost_of_debt", "a cost of debt"),),
    "cost_of_equity_less_terminal_growth": (over_growth("cost_of_equity", "a cost of equity"),),
    "net_operating_loss_at_the_outset": (not_negative("nol", "a loss carried forward"),),
    "discount_rate_less_growth_of_holding_costs": (
        over("discount_rate", "a discount rate", "cost_growth", "the growth of holding costs"),
    ),
    # multiples and rounds
    "metric_where_positive": (
        Demand(
            "metric",
            "expected a metric of at least 0, found {metric:g}: a multiple of a loss means nothing",
            lambda value: value >= 0,
        ),
    ),
    "units_where_positive": (not_negative("units", "a number of units"),),
    "multiple_*": (positive("deals.*.metric", "a metric of the deal"),),
    "equity_of_100_*": (positive_rate("deals.*.acquired", "a share acquired"),),
    "equity_value_of_the_outcomes": (
        Demand("outcomes", "expected probabilities that sum to 100%, found {sum_of_probabilities:%}", _sum_to_all),
    ),
    "equity_value_of_the_company": (_UNEXPLAINED,),
    "logarithm_of_equity_over_the_class_trial_*": (_UNEXPLAINED,),
    "price_at_the_cap_of_*": (
        Demand(
            "classes.*.cap",
            "expected a cap of at least the preference, found {classes.*.cap:g} against {classes.*.preference:g}",
            lambda cap, preference: cap >= preference,
        ),
    ),
    # options
    "spot_less_what_it_yields_until_expiry": (positive("spot", "a spot"),),
    "present_value_of_the_strike": (positive("strike", "a strike"),),
    "volatility_over_the_life": (
        rate_from_nothing("volatility", "a volatility"),
        not_negative("life", "years to expiry"),
        not_negative("years_to_exit", "years to the exit"),
        not_negative("lock_up", "years of lock-up"),
    ),
    "volatility_over_the_life_*": (
        rate_from_nothing("grants.*.volatility", "a volatility"),
        not_negative("grants.*.years", "years to expiry"),
    ),
    "n_d1": _VOLATILE,
    "up_factor": _VOLATILE,
    "risk_neutral_probability_of_an_up_move": _VOLATILE,
    "present_value_of_one_after_an_up_move": (
        Demand(
            "steps",
            "expected a probability of an up move between 0% and 100%, found "
            "{risk_neutral_probability_of_an_up_move:%}: the tree needs more steps for these rates",
            lambda value: 0 <= value <= 1,
        ),
    ),
    "first_outlay": (not_negative("first_strike", "a first outlay"),),
    "steps_to_the_first_outlay": (
        Demand(
            "first_years",
            "expected a first outlay between now and the expiry, found {first_years:g} years of {life:g}",
            lambda first, life: 0 <= first <= life,
        ),
    ),
    # schedules
    "share_by_*": (not_negative("measures.*.ours", "a measure"), not_negative("measures.*.theirs", "a measure")),
    "equity_of_both": (
        Demand(
            "combined_enterprise_value",
            "expected a combined enterprise value above the net debt of both, found {combined_enterprise_value:g} "
            "against {net_debt:g} and {other_net_debt:g}",
            lambda value, ours, theirs: value > ours + theirs,
        ),
    ),
    "share_used": (whole("agreed"),),
    "revenue_*": (not_negative("regions.*.revenue", "revenue"),),
    "value_*": (not_negative("businesses.*.revenue", "revenue"),),
    "net_asset_value_before_costs_and_tax": (positive("nav", "a net asset value"),),
    "probability_of_failure_a_year": (
        whole("annual_rate"),
        Demand(
            "bond_yield",
            "expected a yield of at least the risk-free rate, found {bond_yield:%} against {risk_free:%}",
            lambda asked, base: asked >= base,
        ),
        Demand(
            "recovery",
            "expected a recovery at which failing is less than certain, found {recovery:%} where a yield of "
            "{bond_yield:%} loses {value_lost_to_failure_a_year:%} a year",
            lambda recovery, _, lost: recovery < 1 and lost <= 1 - recovery,
        ),
    ),
    "cumulative_rate": (whole("cumulative_rate"),),
    "probability_of_survival": (not_negative("horizon", "years of the horizon"),),
    # transactions
    "probability": (whole("probability"),),
    "present_value_of_one_unit_of_cost_a_year": (
        over("cost_rate", "a discount rate of yearly costs", "cost_growth", "their growth"),
        positive_rate("cost_rate", "a discount rate of yearly costs"),
    ),
    "equity_of_the_new_company": (_PUSHED, _PART),
    "value_before_the_money": (_PUSHED, _PART),
    "equity_that_is_followed": (_PART,),
    "share_that_leaves_the_parent": (
        Demand(
            "retained",
            "expected a share kept that is less than what is owned, found {retained:%} of {owned_before:%}",
            lambda kept, owned: 0 <= kept < owned,
        ),
        Demand("part", "expected a part of which something is owned, found {owned_before:%}", lambda owned: owned > 0),
    ),
    "offer_price": (
        positive("old_shares", "old shares"),
        Demand("discount", "expected a discount below 100%, found {discount:%}", lambda value: value < 1),
        Demand(
            "primary",
            "expected an offer that is smaller than the company at the offer price, found old shares worth "
            "{old_shares_at_the_offer_price:g} there",
            lambda value: value > 0,
        ),
    ),
    "shares_of_the_parent_after": (
        Demand(
            "secondary",
            "expected the parent to sell at most the shares it has, found {shares_sold_by_the_parent:g} m of "
            "{shares_of_the_parent_before:g} m",
            le,
        ),
    ),
    "shares_of_employees": (whole("employee_share"),),
    "greenshoe_exercised": (whole("exercised"),),
    "price_of_100": (
        not_negative("price", "a price"),
        Demand("premium", "expected a premium of at least -100%, found {premium:%}", lambda value: value >= -1),
        _PART,
    ),
    "shares_tendered": (
        Demand(
            "",
            "expected an exchange for fewer shares than the parent has, found {exchange_ratio:g} shares of the part "
            "for one and {shares_of_the_part_offered:g} m offered",
            lambda ratio, offered: False,
        ),
    ),
    "both_companies_with_the_cash": (
        Demand(
            "other_value",
            "expected companies that are worth more than 0 together, found {other_value:g} and "
            "{market_value_at_the_date:g} for the part, with the cash that is put in or taken out",
            lambda other, part: False,
        ),
    ),
    "stake_before_new_money_and_employee_shares": (
        whole("stake"),
        Demand(
            "cash_received",
            "expected cash that leaves each side a stake, found one of {stake_by_contributed_values:%}",
            lambda value: 0 <= value <= 1,
        ),
    ),
    "share_of_the_new_money": (
        Demand(
            "post_money",
            "expected a post-money value above the new money, found {post_money:g} against {new_money:g}",
            gt,
        ),
    ),
    "value_of_the_tracking_shares_sold": (
        Demand("discount", "expected a discount below 100%, found {discount:%}", lambda value: value < 1),
    ),
    "share_of_the_part_kept": (
        Demand(
            "distributed",
            "expected tracking shares for at most what is owned, found "
            "{share_of_the_part_followed_by_tracking_shares:%} of {owned_before:%}",
            lambda gone, owned: 0 <= gone <= owned,
        ),
    ),
    # the whole
    "attributable_value": (whole("owned"),),
    "owned_before": (whole("owned"),),
    "sum_of_weights": (
        Demand("methods", "expected weights that sum to 100%, found {weights_together:%}", _sum_to_all),
    ),
    "expected_change_of_the_equity_of_the_group": (
        Demand(
            "",
            "expected probabilities of the routes of one part that sum to at most 100%, found "
            "{probability_of_all_routes_of_*:%}",
            lambda value: value <= 1,
        ),
    ),
}
