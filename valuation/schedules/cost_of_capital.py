"""Cost of capital, built up from a risk-free rate, a beta, premiums and the terms of debt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from ..calculation import needed
from ..kinds import Number, Rate, Share
from ..lines import Line
from ..rates import capm, cash_adjusted, country_risk, in_currency, relever, relever_constant, wacc
from ..units import NUMBER, RATE
from .schedule import schedule

# The build-up -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Beta:
    """The beta of the equity.

    Args:
        beta: beta; of the equity, or without debt when it is relevered
        adjustment: adjustment of the beta; Blume draws the beta as given a third of the way to 1
        relevering: relevering; none takes the beta as levered, Hamada is for fixed debt, constant for a fixed D/V
        beta_debt: beta of debt; with relevering constant
        cash_to_value: cash to firm value; of the companies whose unlevered beta is relevered
    """

    beta: Number
    adjustment: Literal["none", "Blume"] = "none"
    relevering: Literal["none", "Hamada", "constant"] = "none"
    beta_debt: Number | None = None
    cash_to_value: Share | None = None


@dataclass(frozen=True)
class Country:
    """What a country adds.

    Args:
        country_risk_by: country risk; none, beta x (ERP + CRP), or lambda x CRP beside beta x ERP: never twice
        country_risk_premium: country risk premium; CRP, or else its spread times volatility of shares over bonds
        country_spread: country default spread; added to the cost of debt
        equity_volatility: volatility of the country's shares; a year
        bond_volatility: volatility of the country's bonds; a year
        exposure: exposure to country risk; lambda, 1 for an average company of the country
    """

    country_risk_by: Literal["none", "beta", "lambda"] = "none"
    country_risk_premium: Rate | None = None
    country_spread: Rate | None = None
    equity_volatility: Rate | None = None
    bond_volatility: Rate | None = None
    exposure: Number | None = None


@dataclass(frozen=True)
class Borrowing:
    """The cost of debt.

    Args:
        company_spread: company default spread; over the risk-free rate and the country's spread
        cost_of_debt: cost of debt; before tax, instead of spreads
    """

    company_spread: Rate | None = None
    cost_of_debt: Rate | None = None


@dataclass(frozen=True)
class Inflation:
    """What turns rates of the risk-free rate's currency into rates of the cash flows' currency.

    Args:
        inflation_here: inflation here; expected in the currency of the cash flows
        inflation_there: inflation there; expected in the currency of the risk-free rate
    """

    inflation_here: Rate | None = None
    inflation_there: Rate | None = None


@schedule
def cost_of_capital(
    line: Line,
    *,
    risk_free: Rate,
    equity_risk_premium: Rate,
    beta: Beta,
    country: Country,
    size_premium: Rate | None = None,
    specific_premium: Rate | None = None,
    borrowing: Borrowing,
    debt_to_value: Share,
    tax_rate: Rate,
    inflation: Inflation,
) -> None:
    """Weighted average cost of capital, built up from the risk-free rate, a beta and spreads.

    All rates are a year, nominal, in the currency of the risk-free rate until inflation turns them into that of the
    cash flows. Weights are those of a target, at market values. Do not add a size or specific premium where failure has
    a probability of its own. A draw without equity (D/V of 100 %) has no beta to relever and is invalid.
    Sources: Damodaran, Investment Valuation (2012), ch. 4, 7, 8; Koller, Goedhart, Wessels, Valuation (2020), ch. 15.

    Args:
        risk_free: risk-free rate; a year, free of default: take a government's own spread off first
        equity_risk_premium: equity risk premium; of a mature market
        size_premium: size premium; to be justified
        specific_premium: specific premium; to be justified
        debt_to_value: debt to value; target, at market values: debt over debt and equity
        tax_rate: tax rate; marginal, on which interest is deducted

    Example:
        risk_free: 2.5%
        equity_risk_premium: ~ pert(4.5%, 5%, 6%)
        beta: 1.2
        company_spread: 1.5%
        debt_to_value: 15%
        tax_rate: 25%
    """
    line.heading("Cost of equity")
    levered = _levered_beta(line, beta, debt_to_value, tax_rate)
    equity = _return_on_equity(line, risk_free, equity_risk_premium, levered, country)
    for premium in (size_premium, specific_premium):
        equity = equity if premium is None else equity + premium
    cost_of_equity = _converted(line, "Cost of equity", equity, inflation)

    line.heading("Cost of debt")
    debt = _return_on_debt(risk_free, country, borrowing)
    cost_of_debt = _converted(line, "Cost of debt before tax", debt, inflation)
    line("Cost of debt after tax", cost_of_debt * (1 - tax_rate), show=RATE)

    line.heading("Weighted average")
    line("Unlevered cost of capital", wacc(cost_of_equity, cost_of_debt, debt_to_value, 0), show=RATE)
    line("WACC", wacc(cost_of_equity, cost_of_debt, debt_to_value, tax_rate), show=RATE)


def _levered_beta(line: Line, terms: Beta, debt_to_value: Any, tax_rate: Any) -> Any:
    beta: Any = terms.beta
    if terms.adjustment == "Blume":
        weight = line.constant("Weight of the beta as estimated (Blume)", 0.67)
        beta = line("Adjusted beta", weight * beta + (1 - weight))
    if terms.relevering == "none":
        if terms.cash_to_value is not None or terms.beta_debt is not None:
            raise TypeError("expected relevering Hamada or constant with beta_debt or cash_to_value, found none")
        return line("Levered beta", beta, show=NUMBER)
    if terms.cash_to_value is not None:
        beta = line("Unlevered beta of operations", cash_adjusted(beta, terms.cash_to_value), show=NUMBER)
    if terms.relevering == "constant":
        beta_debt = needed(terms.beta_debt, "beta_debt", "relevering is constant")
        return line("Levered beta", relever_constant(beta, beta_debt, debt_to_value), show=NUMBER)
    if terms.beta_debt is not None:
        raise TypeError("expected beta_debt only with relevering constant, found Hamada, whose debt has a beta of 0")
    debt_to_equity = line("Debt to equity", debt_to_value / (1 - debt_to_value), show=RATE)
    return line("Levered beta", relever(beta, debt_to_equity, tax_rate), show=NUMBER)


def _return_on_equity(line: Line, risk_free: Any, premium: Any, beta: Any, country: Country) -> Any:
    if country.country_risk_by == "none":
        if country.country_risk_premium is not None or country.exposure is not None:
            raise TypeError("expected country_risk_by beta or lambda with a country risk premium, found none")
        return capm(risk_free, beta, premium)
    extra = line("Country risk premium of the equity", _country_premium(country), show=RATE)
    if country.country_risk_by == "beta":
        if country.exposure is not None:
            raise TypeError("expected exposure only with country_risk_by lambda, found beta")
        return capm(risk_free, beta, premium + extra)
    return capm(risk_free, beta, premium) + needed(country.exposure, "exposure", "country_risk_by is lambda") * extra


def _country_premium(country: Country) -> Any:
    if country.country_risk_premium is not None:
        return country.country_risk_premium
    reason = "the country risk premium is not given"
    return country_risk(
        needed(country.country_spread, "country_spread", reason),
        needed(country.equity_volatility, "equity_volatility", reason),
        needed(country.bond_volatility, "bond_volatility", reason),
    )


def _return_on_debt(risk_free: Any, country: Country, borrowing: Borrowing) -> Any:
    if borrowing.cost_of_debt is not None:
        if borrowing.company_spread is not None:
            raise TypeError("expected either cost_of_debt or company_spread, found both")
        return borrowing.cost_of_debt
    spread = needed(borrowing.company_spread, "company_spread", "give it, or cost_of_debt")
    return risk_free + spread if country.country_spread is None else risk_free + country.country_spread + spread


def _converted(line: Line, label: str, rate: Any, inflation: Inflation) -> Any:
    """Name a rate; with inflation first in the currency of the risk-free rate, then in that of the cash flows."""
    here, there = inflation.inflation_here, inflation.inflation_there
    if here is None and there is None:
        return line(label, rate, show=RATE)
    here, there = needed(here, "inflation_here", "two come together"), needed(there, "inflation_there", "two together")
    foreign = line(f"{label}, in the currency of the risk-free rate", rate, show=RATE)
    return line(label, in_currency(foreign, here, there), show=RATE)
