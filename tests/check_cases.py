"""For each check a case that keeps it silent, and what to change in it so that it fires.

Each entry is (rule, text of a case, what is replaced, by what). Texts are one-file cases without their head; ``peers``
and ``facts`` are the files that stand beside them.
"""

# ruff: noqa: E501, ISC004
from __future__ import annotations

HEAD = """\
name: Test
currency: CNY
date: 2026-02-02
years: 3
"""
SHARES = "shares: {diluted: 10 m shares}\n"
STAKE = "segments:\n  a: {method: stake, value: 10 CNY m}\n"
TWO = "segments:\n  a: {method: stake, value: 10 CNY m}\n  b: {method: stake, value: 20 CNY m}\n"
DCF = """\
segments:
  core: {method: dcf, note: young, revenue: 100 CNY m, growth: 4%, margin: 20%, tax_rate: 25%, wacc: 9%, years: 1,
    sales_to_capital: 2, terminal_growth: 2%, terminal_return: 11%}
""".replace(" years: 1,", "")
SHORT = DCF.replace("growth: 4%,", "growth: -90%,")  # the forecast years earn nearly nothing after the first
OTHER = """\
  other: {method: dcf, note: old, revenue: 50 CNY m, growth: 2%, margin: 10%, tax_rate: 25%, wacc: 8%,
    sales_to_capital: 2, terminal_growth: 2%, terminal_return: 10%}
"""
SALES = "segments:\n  a: {method: multiple, basis: EV/Sales, metric: 10 CNY m, multiple: 3, net_debt: 0 CNY m}\n"
EARNINGS = """\
segments:
  shop: {method: multiple, basis: P/E, multiple: 10, metric: {value: 10 CNY m, source: judgement, why: without interest and stakes}}
"""
SUPPLIER = """\
segments:
  chips: {method: multiple, basis: EV/Sales, multiple: 3, internal_revenue: 2 CNY m, external_revenue: 8 CNY m,
    metric: = internal_revenue + external_revenue}
  cloud: {method: stake, value: = 50 * unit - chips.internal_revenue, unit: 1 CNY m}
"""
GROUP = """\
reconciliation:
  ebita: {items: {a: 12 CNY m, unallocated: -2 CNY m, eliminations: -0.1 CNY m}, total: 9.9 CNY m}
bridge: {corporate_cost: -5 CNY m}
"""
FACTS = """\
- {id: a.value, statement: Value of the company, value: 10, unit: CNY m, as_of: 2026-01-15, published: 2026-01-16, kind: sourced}
- {id: a.cash, statement: Cash at the centre, value: 5, unit: CNY m, as_of: 2026-01-15, published: 2026-01-16, kind: sourced}
"""
SOURCED = """\
segments:
  a: {method: stake, value: {value: 10 CNY m, source: a.value}}
  b: {method: stake, value: {value: 9 CNY m, source: judgement, why: so}}
bridge: {cash: {value: 5 CNY m, source: a.cash}}
evidence: seeds/facts.yaml
"""
PEERS = """\
company,as_of,year_end,exclude,move_30d,listed,beta,ev_sales,ev_ebita,pe,ev_sales_ltm,leases
One,2026-02-02,2025-12-31,,0.1,2019-01,1.0,2.0,8,12,2.1,
Two,2026-02-02,2025-12-31,,0.1,2019-01,1.1,2.4,9,13,2.2,
Three,2026-02-02,2025-12-31,,-0.2,2019-01,1.2,2.8,10,14,2.3,
Four,2026-02-02,2025-12-31,,0.1,2019-01,1.3,3.2,11,15,2.4,
Five,2026-01-30,2025-12-31,,0.1,2019-01,1.4,3.6,12,16,2.5,
""".replace(",leases\n", "\n").replace(",\n", "\n")
BY_PEERS = """\
segments:
  a: {method: multiple, basis: EV/Sales, metric: 10 CNY m, net_debt: 0 CNY m, period: LTM, multiple_period: LTM, multiple: = median(peers.t.ev_sales)}
"""
HONG_KONG = "drivers: {close: 10 HKD/share}\n"
LISTING = (
    TWO
    + """\
transactions:
  listing: {route: carve_out, part: a, probability: 40%, years_until: 1 years, discount_rate: 10%, old_shares: 10 m shares,
    primary: 2 CNY m, assured_entitlement: 5%, discount: 10%, lock_up_years: 1 years, lock_up_discount: 5%}
"""
)
SALE = (
    TWO
    + """\
transactions:
  buy_out: {route: sale, part: a, probability: 40%, years_until: 1 years, discount_rate: 10%, tax_rate: 10%, tax_basis: 1 CNY m}
"""
)
QUOTED = """\
segments: {a: {method: stake, value: 700 CNY m}}
shares: {diluted: 80 m shares, ads_ratio: 8 shares/ADS, fx: 7 CNY/USD, usd_hkd: 7.8 HKD/USD,
  hong_kong_close: 9.75 HKD/share, new_york_close: 10 USD/ADS, price: {value: = new_york_close, unit: USD/ADS}}
"""
WACC = """\
schedules:
  capital: {schedule: cost_of_capital, risk_free: 2%, equity_risk_premium: = drivers.premium, beta: 1.1, debt_to_value: 0%,
    tax_rate: 25%, cost_of_debt: 4%, country_risk_by: beta, country_risk_premium: 1%}
drivers: {premium: 5%, country_premium: 5%}
""" + DCF.replace("wacc: 9%", "wacc: = capital.wacc")
UNCERTAIN = """\
segments:
  a: {method: multiple, basis: EV/Sales, metric: 10 CNY m, multiple: "~ lognormal(3, 0.2)"}
  b: {method: multiple, basis: EV/Sales, metric: 10 CNY m, multiple: "~ lognormal(3, 0.2)"}
correlations:
  - {between: [a.multiple, b.multiple], rank: 0.5}
"""
OUTCOMES = """\
segments:
  bet: {method: scenarios, discount_rate: 10%, outcomes: {
    good: {probability: = chance, value: 50 CNY m, years: 2}, failure: {probability: = 1 - chance, value: 1 CNY m}}, chance: 60%}
"""
REGRESSED = (
    BY_PEERS
    + """\
schedules:
  line: {schedule: regression, multiple: peers.r.ev_sales, growth: peers.r.growth, target_growth: 0.12,
    margin: peers.r.margin, target_margin: 0.2}
"""
)
REGRESSION = "company,ev_sales,growth,margin\n" + "".join(
    f"P{n},{1 + 8 * g + 3 * m + 0.1 * (n % 3):.4f},{g:.3f},{m:.3f}\n"
    for n, (g, m) in enumerate([(0.05 + 0.011 * n, 0.1 + 0.05 * ((7 * n) % 5)) for n in range(18)])
)
STUB = (
    STAKE
    + """\
schedules:
  stub: {schedule: stub_value, parent_price: 10 CNY/share, subsidiary_price: 5 CNY/share, ratio: 1.5}
"""
)
TESTED = (
    STAKE
    + """\
schedules:
  tests: {schedule: listing_tests, parent_assets: 2000 CNY m, parent_profit: 200 CNY m, parent_earlier_profit: 350 CNY m,
    parent_revenue: 1500 CNY m, parent_cash_flow: 700 CNY m, parent_capitalisation: 6000 CNY m, years_listed: 6 years,
    unit_assets: 100 CNY m, unit_profit: 20 CNY m, unit_earlier_profit: 10 CNY m, unit_revenue: 600 CNY m,
    unit_cash_flow: 10 CNY m, unit_capitalisation: 5000 CNY m, unit_research: 20%, offered: 20%, entitlement: 10%,
    lock_up: 2 years, independent: 1, hkd: 1.12 HKD/CNY}
"""
)

# rule, case that keeps it silent, what is replaced, by what ------------------------------------------------------------
FILES: list[tuple[str, str, str, str]] = [
    ("counted_twice", SOURCED, "{value: 9 CNY m, source: judgement, why: so}", "{value: 9 CNY m, source: a.value}"),
    ("part_within_part", TWO, "value: 20 CNY m", "value: = a.equity_value_of_the_company * 2 ** 1"),
    ("affiliates_in_earnings", EARNINGS + "  b: {method: stake, value: 1 CNY m}\n", "interest and stakes", "interest"),
    ("internal_not_charged", SUPPLIER, " - chips.internal_revenue", ""),
    ("cash_twice", SALES + "bridge: {cash: 5 CNY m}\n", "net_debt: 0 CNY m", "net_debt: -5 CNY m"),
    ("debt_twice", SALES + "bridge: {debt: -5 CNY m}\n", "net_debt: 0 CNY m", "net_debt: 5 CNY m"),
    ("restricted_cash", STAKE + "bridge: {cash: 5 CNY m}\n", "cash:", "restricted_cash:"),
    (
        "convert_twice",
        STAKE
        + "bridge: {debt: -5 CNY m}\nshares: {basic: 10 m shares, converts: {notes: {face: 5 CNY m, shares: 1 m shares}}}\n",
        "debt:",
        "convertible_notes:",
    ),
    (
        "minorities_twice",
        STAKE.replace("CNY m}", "CNY m, owned: 90%}") + "bridge: {pensions: -1 CNY m}\n",
        "pensions",
        "nci",
    ),
    ("corporate_cost_missing", STAKE + GROUP, "corporate_cost", "pensions"),
    ("net_debt_ignored", EARNINGS, "multiple: 10,", "multiple: 10, net_debt: 3 CNY m,"),
    ("earnings_and_cash", EARNINGS + "bridge: {cash: 5 CNY m}\n", "without interest", "without"),
    ("level_of_multiple", BY_PEERS, "median(peers.t.ev_sales)", "median(peers.t.pe)"),
    (
        "exit_multiple_above_peers",
        BY_PEERS + DCF.partition("\n")[2].replace("core:", "t:"),
        "terminal_growth: 2%",
        "terminal_growth: 5%",
    ),
    (
        "return_path",
        DCF.replace("terminal_growth", "invested_capital: 100 CNY m, terminal_growth"),
        "margin: 20%",
        "margin: [5%, 10%, 20%]",
    ),
    (
        "real_and_nominal",
        "drivers: {rate: 9%, real_rate: 9%}\n" + DCF.replace("wacc: 9%", "wacc: = drivers.rate"),
        "drivers.rate",
        "drivers.real_rate + 0 * drivers.rate",
    ),
    (
        "rate_of_another_currency",
        "drivers: {china_yield: 9%}\n" + DCF.replace("wacc: 9%", "wacc: = drivers.china_yield"),
        "china_yield",
        "us_yield",
    ),
    (
        "flat_exchange_rate",
        "drivers: {fx: 7 CNY/USD, inflation_gap: 1%}\nsegments:\n  a: {method: stake, value: = total(path), usd: [1 USD m, 2 USD m, 3 USD m], path: = usd * drivers.fx}\n",
        "inflation_gap: 1%",
        "inflation_gap: 3%",
    ),
    ("same_wacc", DCF + OTHER, "wacc: 8%", "wacc: 9%"),
    ("short_beta_history", BY_PEERS + "drivers: {beta: = median(peers.t.beta)}\n", "", ""),
    (
        "share_awards_ignored",
        STAKE.replace("value: 10 CNY m", "value: = 10 * sbc_added_back, sbc_added_back: 1 CNY m")
        + "bridge: {share_based_compensation: -1 CNY m}\n",
        "share_based_compensation",
        "pensions",
    ),
    ("leases_mixed", DCF + "bridge: {debt: -5 CNY m}\n", "debt:", "leases:"),
    ("negative_tax", DCF, "tax_rate: 25%", "tax_rate: [-5%, 25%, 25%]"),
    ("timing_mixed", DCF + OTHER, "margin: 10%", "margin: 10%, timing: end-year"),
    (
        "stub_twice",
        DCF.replace("wacc: 9%", "wacc: 9%, stub: 40%") + "bridge: {debt: -5 CNY m}\n",
        "debt:",
        "discounting_to_date:",
    ),
    ("average_of_multiples", BY_PEERS, "median(peers.t.ev_sales)", "average(peers.t.ev_sales)"),
    ("few_peers", BY_PEERS, "", ""),
    ("peers_left_out", BY_PEERS, "", ""),
    ("outlier_peers", BY_PEERS, "", ""),
    ("stale_peers", BY_PEERS, "", ""),
    ("peer_years", BY_PEERS, "", ""),
    ("peer_moves", BY_PEERS, "", ""),
    (
        "period_of_multiple",
        BY_PEERS.replace("peers.t.ev_sales", "peers.t.ev_sales_ltm"),
        "LTM, multiple_period: LTM",
        "NTM, multiple_period: NTM",
    ),
    ("basis_of_multiple", BY_PEERS, "median(peers.t.ev_sales)", "median(peers.t.ev_ebita)"),
    (
        "same_peers_twice",
        "segments:\n  a:\n    methods:\n      one: {method: multiple, weight: 50%, basis: EV/Sales, metric: 10 CNY m, multiple: = median(peers.t.ev_sales)}\n"
        "      two: {method: multiple, weight: 50%, basis: EV/EBITA, metric: 3 CNY m, multiple: 7}\n",
        "multiple: 7",
        "multiple: = median(peers.t.ev_ebita)",
    ),
    (
        "discount_on_cash",
        STAKE + "bridge: {cash: 5 CNY m}\nholding: {discount: 20%, applies_to: [a]}\n",
        "[a]",
        "[a, bridge.cash]",
    ),
    (
        "discount_twice",
        TWO + "holding: {discount: 20%, applies_to: [b]}\n",
        "value: 20 CNY m",
        "value: 20 CNY m, discount: = holding.discount",
    ),
    (
        "discounts_stacked",
        TWO + "holding: {discount: 20%, applies_to: [b]}\n",
        "value: 20 CNY m",
        "value: 20 CNY m, discount: 10%",
    ),
    (
        "failure_twice",
        "segments: {a: {method: venture, exit_value: 100 CNY m, years_to_exit: 3, target_return: 15%, success: 60%}}\n",
        "15%",
        "25%",
    ),
    ("country_risk_twice", WACC, "drivers.premium", "drivers.country_premium"),
    (
        "premium_and_discount",
        BY_PEERS + "holding: {discount: 20%, applies_to: [a]}\n",
        "metric: 10 CNY m",
        "metric: 10 CNY m, control_premium: 20%",
    ),
    ("discount_on_tradable", STAKE, "value: 10 CNY m", "value: 10 CNY m, discount: 5%"),
    (
        "restricted_too_long",
        LISTING.replace("lock_up_discount: 5%", "lock_up_discount: = dlom.finnerty")
        + "schedules:\n  dlom: {schedule: marketability, volatility: 50%, lock_up: 1 years}\n",
        "lock_up: 1 years",
        "lock_up: 2 years",
    ),
    ("post_money", LISTING, "value: 10 CNY m", "value: = post_money, post_money: 10 CNY m"),
    ("proceeds_twice", LISTING + "bridge: {cash: 1 CNY m}\n", "bridge: {cash", "bridge: {ipo_proceeds"),
    ("entitlement_missing", HONG_KONG + LISTING, "assured_entitlement: 5%, ", ""),
    ("lock_up_missing", LISTING, "lock_up_years: 1 years, ", ""),
    ("sale_untaxed", SALE, ", tax_rate: 10%, tax_basis: 1 CNY m", ""),
    ("undated_transaction", SALE, "years_until: 1 years, discount_rate: 10%, ", ""),
    (
        "correlations_repaired",
        UNCERTAIN.replace("correlations:", '  c: {method: stake, value: "~ lognormal(3 CNY m, 0.2)"}\ncorrelations:')
        + "  - {between: [a.multiple, c.value], rank: 0.9}\n  - {between: [b.multiple, c.value], rank: 0.6}\n",
        "rank: 0.5",
        "rank: 0.1",
    ),
    ("uncorrelated", UNCERTAIN, "correlations:\n  - {between: [a.multiple, b.multiple], rank: 0.5}\n", ""),
    ("no_correlations", UNCERTAIN, "correlations:\n  - {between: [a.multiple, b.multiple], rank: 0.5}\n", ""),
    (
        "unbounded_normal",
        SALES.replace("multiple: 3", 'multiple: "~ normal(3, 0.9)"'),
        "normal(3, 0.9)",
        "normal(3, 1)",
    ),
    (
        "unbounded_normal",
        SALES.replace("multiple: 3", 'multiple: "~ student_t(3, 0.5, 3, min=0)"'),
        ", min=0",
        "",
    ),
    (
        "range_as_spread",
        BY_PEERS.replace("= median", "= factor * median").replace("a: {", 'a: {factor: "~ normal(1, 0.2)", '),
        "normal(1, 0.2)",
        "normal(1, 1.6)",
    ),
    ("pert_shape", STAKE.replace("10 CNY m", '"~ pert(1 CNY m, 2 CNY m, 3 CNY m, shape=4)"'), ", shape=4", ""),
    (
        "event_twice",
        SALE.replace("value: 10 CNY m", "value: = 10 * unit * if(listed, 1, 1), unit: 1 CNY m, listed: 1"),
        "listed: 1",
        "listed: ~ event(60%)",
    ),
    (
        "uncertain_probability",
        OUTCOMES.replace("50 CNY m", '"~ lognormal(50 CNY m, 0.2)"'),
        "chance: 60%",
        "chance: ~ beta(6, 4)",
    ),
    (
        "price_in_inputs",
        DCF.replace("wacc: 9%", "wacc: = 9% * weight, weight: 1")
        + "shares: {diluted: 10 m shares, price: 9 CNY/share}\n",
        "weight: 1,",
        "weight: = shares.price / unit, unit: 9 CNY/share,",
    ),
    ("date_missing", STAKE, "", ""),
    (
        "source",
        SOURCED + "shares: {diluted: {value: 10 m shares, source: judgement, why: so}}\n",
        "{value: 9 CNY m, source: judgement, why: so}",
        "9 CNY m",
    ),
    ("fact_incomplete", SOURCED, "", ""),
    ("stale_source", SOURCED, "", ""),
    ("recollection", SOURCED, "", ""),
    (
        "multiple_above_peers",
        BY_PEERS.replace("= median", "= factor * median").replace("a: {", "a: {factor: 1, "),
        "factor: 1,",
        "factor: 2,",
    ),
]

LIVE: list[tuple[str, str, str, str]] = [
    ("reconciliation", STAKE + GROUP, "total: 9.9", "total: 9.7"),
    (
        "elimination_untreated",
        STAKE + GROUP,
        "eliminations: -0.1 CNY m}, total: 9.9",
        "eliminations: -0.4 CNY m}, total: 9.6",
    ),
    ("internal_share", SUPPLIER, "external_revenue: 8 CNY m", "external_revenue: 5 CNY m"),
    ("holders", STAKE.replace("}", ", owned: 60%, held_by_staff: 40%}"), "held_by_staff: 40%", "held_by_staff: 45%"),
    ("owned_of_enterprise", SALES.replace(", net_debt: 0 CNY m", ""), "multiple: 3", "multiple: 3, owned: 90%"),
    ("corporate_cost_nothing", STAKE + GROUP, "corporate_cost: -5 CNY m", "corporate_cost: 0 CNY m"),
    ("wacc_above_growth", DCF, "wacc: 9%", "wacc: 2.9%"),
    ("growth_below_risk_free", "drivers: {risk_free: 2%}\n" + DCF, "terminal_growth: 2%", "terminal_growth: 2.1%"),
    ("growth_below_gdp", "drivers: {nominal_gdp: 2%}\n" + DCF, "terminal_growth: 2%", "terminal_growth: 2.1%"),
    ("terminal_share", SHORT, "growth: -90%", "growth: 4%"),
    ("terminal_share_unexplained", DCF.replace("note: young, ", ""), "margin: 20%", "margin: [0%, 0%, 20%]"),
    (
        "growth_for_nothing",
        DCF.replace("terminal_return: 11%", "terminal_value: gordon").replace("growth: 4%", "growth: 2%"),
        "sales_to_capital: 2",
        "sales_to_capital: 20",
    ),
    ("return_above_wacc", DCF, "terminal_return: 11%", "terminal_return: 14.1%"),
    (
        "implied_growth",
        "drivers: {risk_free: 3%}\n"
        + DCF.replace("terminal_growth: 2%, terminal_return: 11%", "terminal_value: exit multiple, exit_multiple: 9"),
        "exit_multiple: 9",
        "exit_multiple: 30",
    ),
    (
        "market_share",
        DCF.replace("margin", "market_size: 500 CNY m, plausible_share: 25%, margin", 1),
        "plausible_share: 25%",
        "plausible_share: 20%",
    ),
    ("wacc_of_group", "drivers: {group_wacc: 8.8%}\n" + DCF + OTHER, "group_wacc: 8.8%", "group_wacc: 8%"),
    ("losses_unused", DCF.replace("margin", "nol: 5 CNY m, margin", 1), "nol: 5 CNY m", "nol: 500 CNY m"),
    ("perpetual_tax", DCF, "tax_rate: 25%", "tax_rate: 15%"),
    ("regression_fit", REGRESSED, "growth: peers.r.growth", "growth: peers.r.noise"),
    ("regression_size", REGRESSED, "", ""),
    ("regression_reach", REGRESSED, "target_growth: 0.12", "target_growth: 0.5"),
    ("regression_collinear", REGRESSED, "margin: peers.r.margin", "margin: peers.r.alike"),
    ("above_finnerty", LISTING, "lock_up_discount: 5%", "lock_up_discount: 33%"),
    ("listing_tests", TESTED, "years_listed: 6 years", "years_listed: 2 years"),
    ("vote_needed", HONG_KONG + LISTING.replace("20 CNY m", "60 CNY m"), "value: 60 CNY m", "value: 20 CNY m"),
    ("ads_parity", QUOTED, "new_york_close: 10 USD/ADS", "new_york_close: 10.3 USD/ADS"),
    (
        "second_quote",
        STAKE + "shares: {diluted: 10 m shares, price: 1 CNY/share, second_price: 1.01 CNY/share}\n",
        "second_price: 1.01",
        "second_price: 1.03",
    ),
    ("ads_ratio_slip", QUOTED, "diluted: 80 m shares", "diluted: 10 m shares"),
    ("dollar_peg", QUOTED, "usd_hkd: 7.8 HKD/USD", "usd_hkd: 7.86 HKD/USD"),
    ("certain_transaction", SALE, "probability: 40%", "probability: 100%"),
    ("negative_stub", STUB, "ratio: 1.5", "ratio: 2.5"),
    ("gap_to_price", STAKE + "shares: {diluted: 10 m shares, price: 0.9 CNY/share}\n", "price: 0.9", "price: 0.5"),
    (
        "value_without_profit",
        TWO + "reconciliation:\n  ebita: {items: {a: 5 CNY m, b: 5 CNY m}, total: 10 CNY m}\n",
        "a: 5 CNY m, b: 5 CNY m",
        "a: 9.5 CNY m, b: 0.5 CNY m",
    ),
    ("value_positive", STAKE + "bridge: {debt: -5 CNY m}\n", "-5 CNY m", "-15 CNY m"),
]

# rule, case, the row that somebody types over (scope, label or name of an input), and what is typed
TYPED: list[tuple[str, str, tuple[str, str], float]] = [
    ("parts_add_up", TWO, ("bridge", "Value per share as quoted"), 3.01),
    ("owned", STAKE, ("a", "a.owned"), 1.1),
    ("probabilities", OUTCOMES, ("bet", "Sum of probabilities"), 1.01),
    (
        "weights",
        "segments:\n  a:\n    methods:\n      one: {method: stake, weight: 40%, value: 10 CNY m}\n"
        "      two: {method: stake, weight: 60%, value: 20 CNY m}\n",
        ("a", "Sum of weights"),
        1.01,
    ),
    ("unexplained_change", SALE, ("buy_out", "Residual, as a share of the equity before"), 0.1),
]

# rule, table or facts that keep it silent are those above; what is replaced in them, and by what
BESIDE: dict[str, tuple[str, str]] = {
    "short_beta_history": ("2019-01,1.4", "2025-12,1.4"),
    "few_peers": (",3.6,", ",,"),
    "peers_left_out": ("2025-12-31,,-0.2", "2025-12-31,makes a loss,-0.2"),
    "outlier_peers": (",3.6,", ",9.6,"),
    "stale_peers": ("Five,2026-01-30", "Five,2026-01-20"),
    "peer_years": ("2026-01-30,2025-12-31", "2026-01-30,2026-03-31"),
    "peer_moves": (",-0.2,", ",-0.6,"),
    "regression_size": ("P15", "\n"),
    "fact_incomplete": (
        "unit: CNY m, as_of: 2026-01-15, published: 2026-01-16, kind: sourced}\n- {id: a.cash",
        "kind: sourced}\n- {id: a.cash",
    ),
    "stale_source": ("value: 5, unit: CNY m, as_of: 2026-01-15", "value: 5, unit: CNY m, as_of: 2025-08-05"),
    "recollection": ("published: 2026-01-16, kind: sourced}\n- {id: a.cash", "kind: recollection}\n- {id: a.cash"),
}

# rule, case of a run, what is replaced, by what, and draws
RUNS: list[tuple[str, str, str, str, int]] = [
    ("correlation_effect", UNCERTAIN, "", "", 64),
    (
        "invalid_draws",
        SALES.replace("metric: 10 CNY m", 'metric: "~ normal(10 CNY m, 1 CNY m)"'),
        "1 CNY m)",
        "6 CNY m)",
        512,
    ),
    (
        "draws_near_growth",
        DCF.replace("wacc: 9%", 'wacc: "~ uniform(8%, 10%)"'),
        "uniform(8%, 10%)",
        "uniform(2.8%, 10%)",
        64,
    ),
    ("too_few_draws", UNCERTAIN, "", "", 64),
    (
        "base_off_centre",
        STAKE.replace("10 CNY m", '{value: "~ lognormal(10 CNY m, 0.2)", base: 10 CNY m}'),
        "base: 10",
        "base: 14",
        256,
    ),
    ("skewed", STAKE.replace("10 CNY m", '"~ lognormal(10 CNY m, 0.2)"'), "0.2", "0.8", 512),
]
