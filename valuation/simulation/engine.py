"""Simulation: draws of the uncertain inputs pushed through the model by any number of workers, in bounded memory.

The same seed gives the same bytes for any number and kind of workers. A named input is one draw wherever it is used.
An impossible draw is NaN, counted and named, never repaired.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Final, Literal

from ..assumptions import Case
from ..lines import single
from ..model import base_value
from .collected import Collected
from .evaluator import Evaluator
from .frame import Frame, find_frame
from .pool import Pool, one_core_each, opened
from .results import Checkpoint, Drawn, Simulation
from .sampling import TILE, Design, Kind, design
from .work import PER_SHARE, Work, attributable_of, outputs_of, share_of

Progress = Callable[[int, int], None]
Keeping = Literal["auto", "all", "value", "none"]

CHUNK: Final = 16 * TILE
DRAWS: Final = 100_000
SEED: Final = 20260202
MOST_DRAWS: Final = 1_000_000_000_000
ALL_KEPT: Final = 2_000_000
VALUE_KEPT: Final = 20_000_000
FIRST: Final = 2048
LAST: Final = 1_600_000
UNTIL_REPLICATES: Final = 16


@dataclass(frozen=True)
class Asked:
    """What is asked of a run: see ``simulate``."""

    draws: int | None = None
    seed: int = SEED
    kind: Kind = "sobol"
    until: float | None = None
    keep: tuple[str, ...] = ()
    keep_draws: Keeping = "auto"
    chunk: int = CHUNK
    frame: Frame | None = None


def simulate(
    case: Case,
    draws: int | None = None,
    seed: int = SEED,
    *,
    kind: Kind = "sobol",
    until: float | None = None,
    keep: Sequence[str] = (),
    keep_draws: Keeping = "auto",
    pool: Pool | None = None,
    frame: Frame | None = None,
    chunk: int = CHUNK,
    progress: Progress | None = None,
) -> Simulation:
    """Value the case for many draws of its uncertain inputs.

    ``draws`` (100,000 unless given) is rounded up to fit the design. ``until`` draws until the standard errors of P5,
    P50 and P95 of the value per share are at most this share of each, but no more than ``draws`` (1.6 million unless
    given). ``keep`` names inputs, assumptions and lines whose draws are kept as well, such as 'cloud.wacc' or
    'cloud.enterprise_value'; KeyError for a name that is neither. ``keep_draws``: of very many draws those of parts,
    and then those of the value, are summarised instead of kept. ``pool`` does the work, this thread unless given.
    ``frame`` is that of another run, whose random numbers are then common to both. ``progress(done, all)`` is called
    after each chunk. A KeyboardInterrupt gives what was found so far, marked partial.
    """
    asked = Asked(draws, seed, kind, until, tuple(keep), keep_draws, chunk, frame)
    with opened() if pool is None else nullcontext(pool) as workers:
        return _Run(case, asked, workers, progress).simulation()


def frame_of(case: Case, kind: Kind = "sobol") -> Frame:
    """The frame that a run of a case has; give it to runs of changed cases, so that they draw the same numbers."""
    evaluator = Evaluator.of(case)
    return find_frame(evaluator) if kind == "sobol" else Frame.plain(evaluator)


def base_price(case: Case) -> float | None:
    """The price in the base case: it is known today, even where the exchange rate behind it is drawn."""
    found = base_value(case)
    return None if found.price is None else single(found.price)


class _Run:
    """One run of one case."""

    def __init__(self, case: Case, asked: Asked, pool: Pool, progress: Progress | None) -> None:
        self.begin = time.perf_counter()
        self.asked, self.pool, self.progress = asked, pool, progress
        self.evaluator = Evaluator.of(case)
        with one_core_each():
            known = frame_of(case, asked.kind) if asked.frame is None else asked.frame
        self.frame = known.fitted(self.evaluator)
        self.stopped = False

    def simulation(self) -> Simulation:
        """Draw, and say what was found."""
        with one_core_each():
            collected = self._fixed() if self.asked.until is None else self._until(self.asked.until)
        if self.stopped:
            collected.cut()
        return self._result(collected)

    def _fixed(self) -> Collected:
        plan = self._design(DRAWS if self.asked.draws is None else self.asked.draws)
        return self._draw(Collected(plan), plan, 0)

    def _until(self, share: float) -> Collected:
        """Double the draws until the value per share is known well enough, or they would be too many."""
        most = LAST if self.asked.draws is None else self.asked.draws
        if not self._design(1).extensible:
            raise ValueError('a Latin hypercube cannot be extended: draw until with kind="sobol" or "random"')
        plan = self._design(min(FIRST, most), UNTIL_REPLICATES)
        collected = self._draw(Collected(plan), plan, 0)
        while not self.stopped and plan.draws * 2 <= most:
            sample = collected.sample(PER_SHARE)
            if Checkpoint.of(sample).relative_error <= share:
                break
            done, plan = plan.run, plan.longer(2)
            collected.grow(plan)
            self._draw(collected, plan, done)
        return collected

    def _design(self, draws: int, replicates: int | None = None) -> Design:
        if self.asked.kind not in ("sobol", "lhs"):
            replicates = None
        return design(draws, self.frame.streams, self.asked.seed, self.asked.kind, replicates)

    def _draw(self, collected: Collected, plan: Design, done: int) -> Collected:
        """Add the draws of a design behind those that are done; a KeyboardInterrupt leaves it incomplete."""
        kept, sketched = self._kept(plan.draws)
        work = Work.of(self.evaluator, self.frame, plan, kept, sketched)
        found = self.pool.found(work, work.stretches(self._chunk(), done))
        try:
            for one in found:
                collected.add(one)
                if self.progress is not None:
                    self.progress(collected.drawn, plan.draws)
        except KeyboardInterrupt:
            self.stopped = True
            close = getattr(found, "close", None)
            if close is not None:
                close()
        return collected

    def _chunk(self) -> int:
        return max(self.asked.chunk // TILE, 1) * TILE

    def _kept(self, draws: int) -> tuple[list[str], list[str]]:
        """The outputs whose draws are kept and those that are summarised."""
        outputs = outputs_of(self.evaluator)
        first = {"all": len(outputs), "value": 1, "none": 0}[self._keeping(draws)]
        return [*outputs[:first], *self.asked.keep], outputs[first:]

    def _keeping(self, draws: int) -> Keeping:
        if self.asked.keep_draws != "auto":
            return self.asked.keep_draws
        if self.asked.until is not None:
            draws = LAST if self.asked.draws is None else self.asked.draws
        return "all" if draws <= ALL_KEPT else "value" if draws <= VALUE_KEPT else "none"

    def _result(self, collected: Collected) -> Simulation:
        case, plan = self.evaluator.case, collected.design
        drawn = Drawn(
            seed=self.asked.seed,
            kind=self.asked.kind,
            asked=self._asked(plan),
            replicates=plan.replicates,
            runs=plan.runs,
            until=self.asked.until,
            partial=self.stopped,
            seconds=time.perf_counter() - self.begin,
        )
        return Simulation(
            value=collected.sample(PER_SHARE),
            shares={name: collected.sample(share_of(name)) for name in case.parts},
            attributables={name: collected.sample(attributable_of(name)) for name in case.parts},
            price=base_price(case),
            drawn=drawn,
            invalid=collected.invalid,
            repair=self.evaluator.dependence.report,
            kept={name: collected.kept(name) for name in self.asked.keep},
        )

    def _asked(self, plan: Design) -> int:
        if self.asked.until is not None:
            return plan.draws
        return DRAWS if self.asked.draws is None else self.asked.draws
