"""SOTP-10: a fixed sum of ten discounted cash flows with 66 uncertain inputs, written out for any engine.

Ten segments of six uncertain inputs each, six inputs of the group, marginals of six sorts, one matrix of 66 x 66 rank
correlations and a ten-year cash flow a segment. It knows nothing of the package: it is the independent engine that the
case in ``sotp10/`` is tested against, and what ``naive.py`` and ``peers.py`` run.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

SEGMENTS, YEARS, SHARES = 10, 10, 400.0
_YEARLY_REVENUE: Final = (1200, 850, 2300, 430, 1600, 640, 980, 310, 1450, 720)
_REVENUE_SIGMA: Final = (0.04, 0.06, 0.05, 0.10, 0.04, 0.08, 0.05, 0.12, 0.06, 0.07)
REVENUE: Final = tuple(zip(_YEARLY_REVENUE, _REVENUE_SIGMA, strict=True))
_GROWTH_MEAN: Final = (0.05, 0.08, 0.03, 0.15, 0.04, 0.10, 0.06, 0.20, 0.02, 0.07)
_GROWTH_SD: Final = (0.02, 0.025, 0.015, 0.05, 0.015, 0.03, 0.02, 0.06, 0.015, 0.025)
GROWTH: Final = tuple(
    (mean, sd, round(mean - 2 * sd, 10), round(mean + 3 * sd, 10))
    for mean, sd in zip(_GROWTH_MEAN, _GROWTH_SD, strict=True)
)
OPENING_MARGIN: Final = (0.12, 0.15, 0.09, 0.06, 0.14, 0.11, 0.13, 0.02, 0.08, 0.10)
MARGIN: Final = (
    (0.09, 0.13, 0.16), (0.12, 0.17, 0.21), (0.07, 0.10, 0.12), (0.05, 0.14, 0.20), (0.11, 0.15, 0.18),
    (0.08, 0.13, 0.17), (0.10, 0.14, 0.17), (0.00, 0.12, 0.25), (0.05, 0.085, 0.11), (0.07, 0.11, 0.14),
)  # fmt: skip
CAPEX: Final = (
    (0.03, 0.04, 0.06), (0.04, 0.05, 0.08), (0.025, 0.03, 0.045), (0.04, 0.06, 0.10), (0.035, 0.045, 0.06),
    (0.035, 0.045, 0.07), (0.03, 0.04, 0.055), (0.05, 0.07, 0.12), (0.025, 0.033, 0.05), (0.03, 0.04, 0.06),
)  # fmt: skip
WACC: Final = (
    (0.070, 0.080, 0.095), (0.070, 0.078, 0.092), (0.068, 0.076, 0.090), (0.090, 0.105, 0.130), (0.065, 0.074, 0.088),
    (0.080, 0.092, 0.110), (0.072, 0.082, 0.097), (0.095, 0.115, 0.145), (0.075, 0.085, 0.100), (0.074, 0.084, 0.099),
)  # fmt: skip
EVENT: Final = (0.05, 0.10, 0.05, 0.20, 0.05, 0.10, 0.08, 0.25, 0.05, 0.10)
HIT: Final = (0.15, 0.25, 0.10, 0.40, 0.15, 0.30, 0.20, 0.50, 0.12, 0.25)
DEPRECIATION: Final = (0.035, 0.045, 0.03, 0.05, 0.04, 0.04, 0.035, 0.06, 0.03, 0.035)
WORKING_CAPITAL: Final = (0.12, 0.15, 0.10, 0.18, 0.12, 0.14, 0.10, 0.20, 0.11, 0.13)
OWNED: Final = (1.0, 0.75, 1.0, 0.60, 1.0, 0.51, 1.0, 0.80, 1.0, 0.90)
FOREIGN: Final = (0.0, 0.5, 0.3, 1.0, 0.0, 0.8, 0.2, 1.0, 0.4, 0.0)

OF_SEGMENT: Final = ("revenue", "growth", "margin", "capex", "wacc", "event")
OF_GROUP: Final = ("discount", "net_cash", "fx", "terminal_growth", "tax", "separation")


def names(segments: int = SEGMENTS) -> tuple[str, ...]:
    """The names of all inputs, segment by segment and the group's last."""
    return tuple(f"{name}{s}" for s in range(segments) for name in OF_SEGMENT) + OF_GROUP


NAMES: Final = names()

Marginal = tuple[str, tuple[float, ...]]
# lognormal (median, sigma), truncated_normal (mean, sd, low, high), pert and triangular (low, mode, high),
# uniform (low, high), event (probability)
MARGINALS: Final[tuple[Marginal, ...]] = (
    *(
        marginal
        for s in range(SEGMENTS)
        for marginal in (
            ("lognormal", REVENUE[s]),
            ("truncated_normal", GROWTH[s]),
            ("pert", MARGIN[s]),
            ("triangular", CAPEX[s]),
            ("pert", WACC[s]),
            ("event", (EVENT[s],)),
        )
    ),
    ("triangular", (0.05, 0.12, 0.25)),
    ("truncated_normal", (-900.0, 150.0, -1300.0, -500.0)),
    ("lognormal", (1.0, 0.08)),
    ("uniform", (0.01, 0.025)),
    ("pert", (0.21, 0.25, 0.30)),
    ("lognormal", (120.0, 0.35)),
)

# 100 million plain draws with exact quantile functions; the error of the mean is the sd over the root of the draws,
# that of a percentile the root of p (1 - p) / draws over the density there.
REFERENCE: Final = {"mean": 27.53404, "P5": 20.9358, "P50": 27.2451, "P95": 35.1200}
REFERENCE_ERRORS: Final = {"mean": 0.0004, "P5": 0.0007, "P50": 0.0005, "P95": 0.0011}
REFERENCE_SD: Final = 4.3318
REFERENCE_DRAWS: Final = 100_000_000

_INSIDE: Final = (
    ("revenue", "growth", 0.3), ("growth", "margin", 0.4), ("growth", "capex", 0.35), ("margin", "capex", -0.1),
    ("wacc", "growth", 0.1), ("event", "margin", -0.3), ("event", "growth", -0.25), ("revenue", "margin", 0.2),
)  # fmt: skip
_ACROSS: Final = (
    ("revenue", "revenue", 0.10), ("growth", "growth", 0.30), ("margin", "margin", 0.25), ("capex", "capex", 0.15),
    ("wacc", "wacc", 0.60), ("event", "event", 0.10), ("growth", "margin", 0.1), ("margin", "growth", 0.1),
)  # fmt: skip
_WITH_GROUP: Final = (("terminal_growth", "wacc", 0.3), ("discount", "wacc", 0.2), ("terminal_growth", "growth", 0.15))


def rank_correlations(segments: int = SEGMENTS) -> Any:
    """The matrix of Spearman rank correlations, 66 x 66, or of more segments by the same rule."""
    rows = {name: row for row, name in enumerate(names(segments))}
    ranks = np.eye(len(rows))

    def put(first: str, second: str, rank: float) -> None:
        i, j = rows[first], rows[second]
        ranks[i, j] = ranks[j, i] = rank

    for s in range(segments):
        for first, second, rank in _INSIDE:
            put(f"{first}{s}", f"{second}{s}", rank)
        for first, second, rank in _ACROSS:
            for other in range(s):
                put(f"{first}{s}", f"{second}{other}", rank)
        for first, second, rank in _WITH_GROUP:
            put(first, f"{second}{s}", rank)
    put("fx", "net_cash", -0.1)
    put("discount", "terminal_growth", 0.1)
    return ranks


def mixing() -> Any:
    """The lower factor that gives independent normal scores the correlations 2 sin(pi rank / 6)."""
    normal = 2 * np.sin(np.pi / 6 * rank_correlations())
    np.fill_diagonal(normal, 1)
    return np.linalg.cholesky(normal)


def model(x: Any) -> Any:
    """Value per share (draws,) from inputs (66, draws) in the order of NAMES."""
    discount, net_cash, fx, terminal_growth, tax, separation = x[6 * SEGMENTS :]
    net_asset_value = 0.0
    for s in range(SEGMENTS):
        before, growth, margin, capex, wacc, event = x[6 * s : 6 * s + 6]
        before = before * (1 - HIT[s] * event)
        factor, present = 1.0, 0.0
        for year in range(1, YEARS + 1):
            revenue = before * (1 + growth + (terminal_growth - growth) * ((year - 1) / (YEARS - 1)))
            earned = OPENING_MARGIN[s] + (margin - OPENING_MARGIN[s]) * (year / YEARS)
            flow = revenue * (earned * (1 - tax) + DEPRECIATION[s] - capex) - WORKING_CAPITAL[s] * (revenue - before)
            factor = factor * (1 / (1 + wacc))
            present = present + flow * factor
            before = revenue
        enterprise = present + flow * (1 + terminal_growth) / (wacc - terminal_growth) * factor
        net_asset_value = net_asset_value + enterprise * OWNED[s] * (1 + FOREIGN[s] * (fx - 1))
    return (net_asset_value * (1 - discount) + net_cash - separation) / SHARES
