"""Formulas of rates: costs of capital, betas, country risk, taxes on gains, the same rate in another currency.

Each is usable alone, with numbers or arrays, in methods and schedules, and (all but ``tax_on_gain``) by its name in
formulas of assumption files.
"""

from __future__ import annotations

from typing import Any

from .formula import Quantity
from .operations import maximum, power


def capm(risk_free: Quantity, beta: Quantity, premium: Quantity) -> Any:
    """Return the expected return, risk-free rate + beta x premium (Sharpe, 1964)."""
    return risk_free + beta * premium


def unlever(beta: Quantity, debt_to_equity: Quantity, tax_rate: Quantity) -> Any:
    """Return the beta without debt when the debt is fixed: beta / (1 + (1 - tax) D/E) (Hamada, 1972)."""
    return beta / (1 + (1 - tax_rate) * debt_to_equity)


def relever(beta: Quantity, debt_to_equity: Quantity, tax_rate: Quantity) -> Any:
    """Return the beta with fixed debt from the one without, the inverse of ``unlever`` (Hamada, 1972)."""
    return beta * (1 + (1 - tax_rate) * debt_to_equity)


def unlever_constant(beta_equity: Quantity, beta_debt: Quantity, debt_to_value: Quantity) -> Any:
    """Return the beta without debt when debt keeps pace with value: the weighted mean (Harris and Pringle, 1985)."""
    return beta_equity * (1 - debt_to_value) + beta_debt * debt_to_value


def relever_constant(beta: Quantity, beta_debt: Quantity, debt_to_value: Quantity) -> Any:
    """Return the beta of the equity when debt keeps pace with value, the inverse of ``unlever_constant``."""
    return (beta - beta_debt * debt_to_value) / (1 - debt_to_value)


def cash_adjusted(beta: Quantity, cash_to_value: Quantity) -> Any:
    """Return the beta of the operations of a company that also holds cash, whose beta is 0 (Damodaran, 2012, ch. 8)."""
    return beta / (1 - cash_to_value)


def country_risk(spread: Quantity, sigma_equity: Quantity, sigma_bond: Quantity) -> Any:
    """Return a country's equity premium: its default spread x volatility of shares over bonds (Damodaran, ch. 7)."""
    return spread * sigma_equity / sigma_bond


def in_currency(rate: Quantity, inflation_here: Quantity, inflation_there: Quantity) -> Any:
    """Return a rate of another currency in this one: (1 + rate there)(1 + inflation here)/(1 + inflation there) - 1."""
    return (1 + rate) * (1 + inflation_here) / (1 + inflation_there) - 1


def forward_rate(spot: Quantity, rate_here: Quantity, rate_there: Quantity, years: Quantity) -> Any:
    """Return an exchange rate (money here for one there) years ahead: spot ((1 + rate here)/(1 + rate there))^years.

    Without arbitrage the rates are riskless interest rates (covered interest parity); with inflation rates instead it
    is the spot rate that keeps purchasing power (parity of inflation). Flows that are turned at it belong at the rate
    ``in_currency`` of here, which gives what discounting them there and turning the value at the spot rate gives.
    Source: Koller, Goedhart, Wessels, Valuation (2020), ch. 27 (cross-border valuation).
    """
    return spot * power((1 + rate_here) / (1 + rate_there), years)


def wacc(cost_of_equity: Quantity, cost_of_debt: Quantity, debt_to_value: Quantity, tax_rate: Quantity) -> Any:
    """Return the weighted average cost of capital; the cost of debt is before tax."""
    return cost_of_equity * (1 - debt_to_value) + cost_of_debt * (1 - tax_rate) * debt_to_value


def debt_market_value(interest: Quantity, book: Quantity, cost_of_debt: Quantity, maturity: Quantity) -> Any:
    """Return the present value of yearly interest and of the book value at maturity; a cost of debt of 0 is invalid."""
    repaid = power(1 + cost_of_debt, -maturity)
    return interest * (1 - repaid) / cost_of_debt + book * repaid


def failure_adjusted(rate: Quantity, failure: Quantity) -> Any:
    """Return the rate that pays for a yearly probability of failing with nothing left: (1 + rate)/(1 - failure) - 1."""
    return (1 + rate) / (1 - failure) - 1


def tax_on_gain(rate: Quantity, gain: Quantity) -> Any:
    """Return the tax on a gain over its tax basis; a loss is not taxed and earns no tax back."""
    return rate * maximum(0, gain)
