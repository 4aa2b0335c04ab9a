"""How fast a case is read, drawn and valued."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import valuation
from valuation.simulation.evaluator import Evaluator

from .sections import ALIBABA
from .write_sotp10 import FOLDER

CASES = pytest.mark.parametrize("case", [FOLDER, ALIBABA], ids=lambda case: case.name)
DRAWS = 8192


@CASES
def test_a_case_is_read(benchmark: Any, case: Any) -> None:
    benchmark.pedantic(valuation.load, (case,), rounds=3, warmup_rounds=1)


@CASES
def test_scores_become_inputs(benchmark: Any, case: Any) -> None:
    evaluator = Evaluator.of(valuation.load(case).case)
    scores = np.random.default_rng(1).standard_normal((len(evaluator.uncertain), DRAWS))
    evaluator.draw(scores)
    benchmark(evaluator.draw, scores)


@CASES
def test_inputs_become_a_value_per_share(benchmark: Any, case: Any) -> None:
    evaluator = Evaluator.of(valuation.load(case).case)
    given = evaluator.draw(np.random.default_rng(1).standard_normal((len(evaluator.uncertain), DRAWS)))
    benchmark(evaluator.per_share, given, DRAWS)
