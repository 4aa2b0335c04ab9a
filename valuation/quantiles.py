"""Quantiles of standard distributions, NumPy beside Excel: the part of the table of operations that draws.

No line of a model reads them, only what a workbook draws by itself. Excel's names from before 2010 need no prefix and
are known to every program.

>>> float(normal_quantile(0.975))
1.959963984540054
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from scipy.special import betaincinv, gammaincinv, ndtri

from .formula import Constant, Formula, Operation, UnitRule, same_unit
from .operations import operation
from .units import Unit, UnitMismatch

QUANTILES: Final[dict[str, Operation]] = {}


def _quantile(name: str, numpy: Callable[..., Any], excel: str, unit: UnitRule) -> Operation:
    QUANTILES[name] = operation(name, numpy, excel, unit)
    return QUANTILES[name]


def _spread(plain: int) -> UnitRule:
    """The unit of what stands behind the first operands, which are plain numbers."""

    def unit(operands: Sequence[Formula]) -> Unit:
        for operand in operands[:plain]:
            if not operand.unit.pure:
                raise UnitMismatch(f"a probability or shape is needed here, found {operand.unit}")
        return same_unit(operands[plain:])

    return unit


def _beta(u: Any, a: Any, b: Any, low: Any, high: Any) -> Any:
    """NaN at u = 0 and unless low < high, as in Excel."""
    known = (np.asarray(u) > 0) & (np.asarray(low) < high)
    return np.where(known, low + np.subtract(high, low) * betaincinv(a, b, u), np.nan)


def _gamma(u: Any, shape: Any, scale: Any) -> Any:
    return np.where(np.asarray(scale) > 0, scale * gammaincinv(shape, u), np.nan)


normal_quantile = _quantile("normal_quantile", ndtri, "NORMSINV({})", _spread(1))
"""Standard normal quantile at a probability between 0 and 1."""
beta_quantile = _quantile("beta_quantile", _beta, "BETAINV({},{},{},{},{})", _spread(3))
"""Quantile at u of Beta(a, b) stretched from low to high."""
gamma_quantile = _quantile("gamma_quantile", _gamma, "GAMMAINV({},{},{})", _spread(2))
"""Quantile at u of Gamma(shape, scale), whose mean is shape x scale."""


def by_ones(number: Any, *beside: Any) -> Any:
    """Return a small whole number as ones beside Formulas, where no other number may stand; else as it is."""
    if not isinstance(number, int | float) or not any(isinstance(other, Formula) for other in beside):
        return number
    if number not in (2, 4):
        return number  # the formula refuses it and names the remedy
    two = Constant(1) + Constant(1)
    return two if number == 2 else two * two
