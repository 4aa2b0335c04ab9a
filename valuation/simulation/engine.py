"""Simulation: draws of the uncertain inputs pushed through the model by any number of workers, in bounded memory.

The same seed gives the same bytes for any number and kind of workers. A named input is one draw wherever it is used.
An impossible draw is NaN, counted and named, never repaired.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from ..assumptions import Case
from .collected import Collected
from .evaluator import Evaluator
from .frame import Frame, find_frame
from .machine import Machine, NoMachine
from .pool import Alone, Pool, Threads, cores
from .processes import one_core_each
from .reordering import Reordering
from .results import Checkpoint, Drawn, Simulation
from .sampling import TILE, Design, Kind, design, largest_power
from .work import PER_SHARE, Work, attributable_of, outputs_of, share_of

Progress = Callable[[int, int], None]
Keeping = Literal["auto", "all", "value", "none"]
Engine = Literal["auto", "numpy", "compiled"]
Dependences = Literal["copula", "iman-conover"]

CHUNK: Final = 16 * TILE
DRAWS: Final = 100_000
SEED: Final = 20260202
MOST_DRAWS: Final = 1_000_000_000_000
ALL_KEPT: Final = 2_000_000
VALUE_KEPT: Final = 20_000_000
PARTS_KEPT: Final = 1 << 17
FIRST: Final = 2048
LAST: Final = 1_600_000
UNTIL_REPLICATES: Final = 16
COMPILED_FROM: Final = 500_000
LISTED_FROM: Final = 50_000


@dataclass(frozen=True)
class Asked:
    """What is asked of a run: see ``simulate``."""

    draws: int | None = None
    seed: int = SEED
    kind: Kind = "sobol"
    until: float | None = None
    keep: tuple[str, ...] = ()
    keep_draws: Keeping = "auto"
    engine: Engine = "auto"
    dependence: Dependences = "copula"
    chunk: int = CHUNK
    frame: Frame | None = None

    @property
    def most(self) -> int:
        """The most draws that the run may come to, but for what the design adds."""
        return self.draws if self.draws is not None else DRAWS if self.until is None else LAST


def simulate(
    case: Case,
    draws: int | None = None,
    seed: int = SEED,
    *,
    kind: Kind = "sobol",
    until: float | None = None,
    keep: Sequence[str] = (),
    keep_draws: Keeping = "auto",
    engine: Engine = "auto",
    dependence: Dependences = "copula",
    exact: bool = False,
    pool: Pool | None = None,
    frame: Frame | None = None,
    evaluator: Evaluator | None = None,
    chunk: int = CHUNK,
    progress: Progress | None = None,
) -> Simulation:
    """Value the case for many draws of its uncertain inputs.

    ``draws`` (100,000 unless given) is rounded up to fit the design. ``until`` draws until the standard errors of P5,
    P50 and P95 of the value per share are at most this share of each, but no more than ``draws`` (1.6 million unless
    given). ``keep`` names inputs, assumptions and lines whose draws are kept as well, such as 'cloud.wacc' or
    'cloud.enterprise_value'; KeyError for a name that is neither. ``keep_draws``: of more than two million draws those
    of parts are kept of the first 131,072 only, of more than twenty million those of the value are summarised; "all",
    "value" and "none" say so whatever their number. ``engine``: of many draws the compiled reading takes less time than
    it costs to make, so "auto" takes it then, where there is one. ``dependence``: normal scores mixed to a Gaussian
    copula, or each input's own draws reordered block by block (Iman and Conover 1982). ``exact`` calls the quantile
    functions themselves where tables would do to 1e-5 standard deviations. ``pool`` does the work; unless given this
    thread does, or one for each core where work is compiled.
    ``frame`` is that of another run, whose random numbers are then common to both. ``evaluator`` is that of an earlier
    run of the same case, so that what it found out about the case serves again. ``progress(done, all)`` is called
    after each chunk. A KeyboardInterrupt gives what was found so far, marked partial.
    """
    asked = Asked(draws, seed, kind, until, tuple(keep), keep_draws, engine, dependence, chunk, frame)
    return _Run(evaluator or Evaluator.of(case, exact=exact), asked, pool, progress).simulation()


def frame_of(case: Case | Evaluator, kind: Kind = "sobol") -> Frame:
    """The frame that a run of a case has; give it to runs of changed cases, so that they draw the same numbers."""
    evaluator = case if isinstance(case, Evaluator) else Evaluator.of(case)
    return find_frame(evaluator) if kind == "sobol" else Frame.plain(evaluator)


class _Run:
    """One run of one case."""

    def __init__(self, evaluator: Evaluator, asked: Asked, pool: Pool | None, progress: Progress | None) -> None:
        self.begin = time.perf_counter()
        self.asked, self.pool, self.progress = asked, pool, progress
        self.evaluator = evaluator
        with one_core_each():
            known = frame_of(evaluator, asked.kind) if asked.frame is None else asked.frame
        self.frame = known.fitted(self.evaluator)
        if asked.dependence == "iman-conover":
            self.frame = self.frame.undirected()
        self.stopped = False
        self.engine, self.note = "numpy", ""

    def simulation(self) -> Simulation:
        """Draw, and say what was found."""
        with one_core_each():
            collected = self._fixed() if self.asked.until is None else self._until(self.asked.until)
        if self.stopped:
            collected.cut()
        return self._result(collected)

    def _fixed(self) -> Collected:
        plan = self._design(self.asked.most)
        return self._draw(self._collected(plan), plan, 0)

    def _until(self, share: float) -> Collected:
        """Double the draws until the value per share is known well enough, or they would be too many."""
        most = self.asked.most
        if not self._design(1).extensible:
            raise ValueError('a Latin hypercube cannot be extended: draw until with kind="sobol" or "random"')
        if self.asked.dependence == "iman-conover":
            raise ValueError('reordered draws cannot be extended: draw until with dependence="copula"')
        plan = self._design(min(FIRST, most), UNTIL_REPLICATES)
        collected = self._draw(self._collected(plan), plan, 0)
        while not self.stopped and plan.extensible and plan.draws * 2 <= most:
            sample = collected.sample(PER_SHARE)
            if Checkpoint.of(sample).relative_error <= share:
                break
            done, plan = plan.run, plan.longer(2)
            collected.grow(plan)
            self._draw(collected, plan, done)
        return collected

    def _collected(self, plan: Design) -> Collected:
        work = self._plain_work(plan)
        return Collected(plan, dict.fromkeys(work.partly, work.upto))

    def _design(self, draws: int, replicates: int | None = None) -> Design:
        if self.asked.kind not in ("sobol", "lhs"):
            replicates = None
        return design(draws, self.frame.streams, self.asked.seed, self.asked.kind, replicates)

    def _draw(self, collected: Collected, plan: Design, done: int) -> Collected:
        """Add the draws of a design behind those that are done; a KeyboardInterrupt leaves it incomplete."""
        work = self._work(plan)
        stretches = work.stretches(self._chunk(), done)
        # compiled work lets go of the interpreter, so that threads do not wait for each other; NumPy's hardly does
        few = work.by != "machine code" or sum(stretch.draws for stretch in stretches) < self.asked.chunk
        pool = self.pool or (Alone() if few else Threads(min(cores(), len(stretches))))
        found = pool.found(work, stretches)
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

    def _work(self, plan: Design) -> Work:
        """The work by the engine that was asked for, or that pays; a reason why not becomes a note."""
        engine, draws = self.asked.engine, plan.draws
        plain = self._plain_work(plan)
        if engine == "compiled" or (engine == "auto" and draws >= COMPILED_FROM):
            work = replace(plain, by="machine code")
            try:
                machine = work.machine
            except NoMachine as reason:
                if engine == "compiled":
                    raise
                self.note = f"computed by NumPy: {reason}"
            else:
                assert isinstance(machine, Machine)
                self.engine, self.note = "compiled", machine.trouble
                return work
        many = draws >= LISTED_FROM or self.asked.until is not None
        return replace(plain, by="list") if many else plain

    def _plain_work(self, plan: Design) -> Work:
        """The work with the outputs that are kept, summarised, and kept in part."""
        value, *parts = outputs_of(self.evaluator)
        keeping, partly = self._keeping(), largest_power(PARTS_KEPT // plan.runs)
        return Work(
            self.evaluator,
            plan,
            self.frame.mixing(self.evaluator),
            kept=(*([] if keeping == "none" else [value]), *(parts if keeping == "all" else []), *self.asked.keep),
            sketched=(value,) if keeping == "none" else (),
            partly=() if keeping == "all" else tuple(parts),
            upto=min(partly, plan.run),
            reordering=self._reordering(plan),
        )

    def _reordering(self, plan: Design) -> Reordering | None:
        return Reordering.of(self.evaluator, self.frame, plan) if self.asked.dependence == "iman-conover" else None

    def _chunk(self) -> int:
        return max(self.asked.chunk // TILE, 1) * TILE

    def _keeping(self) -> Keeping:
        """Whose draws are kept, by the most draws that the run may come to."""
        if self.asked.keep_draws != "auto":
            return self.asked.keep_draws
        most = self.asked.most
        return "all" if most <= ALL_KEPT else "value" if most <= VALUE_KEPT else "none"

    def _result(self, collected: Collected) -> Simulation:
        case, plan = self.evaluator.case, collected.design
        drawn = Drawn(
            seed=self.asked.seed,
            kind=self.asked.kind,
            asked=self.asked.most if self.asked.until is None else plan.draws,
            replicates=plan.replicates,
            runs=plan.runs,
            until=self.asked.until,
            partial=self.stopped,
            engine=self.engine,
            dependence=self.asked.dependence,
            note=self.note,
            seconds=time.perf_counter() - self.begin,
        )
        return Simulation(
            value=collected.sample(PER_SHARE),
            shares={name: collected.sample(share_of(name)) for name in case.parts},
            attributables={name: collected.sample(attributable_of(name)) for name in case.parts},
            price=self.evaluator.price,
            drawn=drawn,
            invalid=collected.invalid,
            repair=self.evaluator.dependence.report,
            kept={name: collected.kept(name) for name in self.asked.keep},
            quote=case.quote,
        )
