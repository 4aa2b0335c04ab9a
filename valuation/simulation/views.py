"""What each method of a part valued by several is worth, in a small sample of its own.

A run keeps parts, whose methods are weighted; their methods are valued again on a few thousand draws that hang on the
seed alone, so that they are the same beside any run of that seed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from ..assumptions import Case
from ..bridge import Valuation
from ..lines import Lines
from .draws import Draws
from .evaluator import Evaluator, named

SAMPLE: Final = 4096


def compared(case: Case) -> list[str]:
    """The scopes of the methods of parts that are valued by several."""
    return [view for part in case.parts.values() if len(part.views) > 1 for view in part.views]


def view_draws(case: Case, seed: int, draws: int = SAMPLE) -> dict[str, Draws]:
    """The value per quoted share that each compared method alone gives its part; NaN where a draw is impossible."""
    views = compared(case)
    if not views:
        return {}
    evaluator = Evaluator.of(case)
    given, draws = evaluator.some(draws, seed)
    found, lines = evaluator.run(given)
    return {view: Draws(_per_share(case, found, lines, given, view, draws)) for view in views}


def view_base(case: Case) -> dict[str, float]:
    """The base value per quoted share that each compared method alone gives its part."""
    found, lines = Evaluator.of(case).run(dict(case.base_values))
    return {view: float(_per_share(case, found, lines, case.base_values, view, 1)[0]) for view in compared(case)}


def _per_share(
    case: Case, found: Valuation, lines: Lines, given: Mapping[str, Any], view: str, draws: int
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """What a view's worth is per quoted share: less net debt where it is of the enterprise, times what is owned."""
    segment = next(part for part in case.parts.values() if view in part.views)
    worth = found.worths[view]
    equity = np.asarray(worth.value, dtype=np.float64)
    if worth.level == "enterprise" and segment.has_net_debt:
        equity = equity - named(case, lines, given, f"{segment.id}.net_debt")
    with np.errstate(all="ignore"):
        share = equity * found.parts[segment.id].owned * found.factor
    return np.broadcast_to(np.where(np.isfinite(share), share, np.nan), (draws,))
