"""A case opened for work: value it, simulate it, write its workbook. This is what ``valuation.load`` returns."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from weakref import WeakKeyDictionary

from .assumptions import Case
from .base_case import BaseCase, TransactionResult, base_case
from .checks import Finding, Findings, Recorded, run_findings
from .dependence import Repair
from .explaining import Explanation, explain
from .explaining.explanation import EXPLAIN_DRAWS
from .identity import identity
from .lines import single
from .model import base_value
from .notebook.assumptions import Assumptions
from .notebook.changes import texts_of, told_from_python
from .notebook.segments import Segment, Segments
from .problems import InvalidAssumptions, nearest
from .reading import load as load_case
from .reverse import Solution, solve
from .sensitivity import (
    QUICK,
    Axis,
    Goal,
    Grid,
    Sensitivity,
    Shapley,
    Tornado,
    goal,
    grid,
    sensitivity,
    shapley,
    tornado,
)
from .sensitivity.draws import DRAWS as SAMPLE
from .sensitivity.grid import Measure
from .sensitivity.shapley import PAIRS
from .simulation.engine import DRAWS, SEED, Progress, simulate
from .simulation.evaluator import Evaluator
from .simulation.fan import FAN_DRAWS, Fan, fan
from .simulation.pool import Pool, Where, cores, opened
from .simulation.results import Simulation
from .tables import Shown, Table
from .trial import record

if TYPE_CHECKING:
    from pandas import DataFrame

    from .notebook.changes import Changes


class Study(Shown):
    """A case with its verbs.

    >>> study = load("assumptions/alibaba")              # doctest: +SKIP
    >>> study.value().per_share                          # doctest: +SKIP
    >>> study.simulate(draws=100_000, seed=7).mean       # doctest: +SKIP
    """

    def __init__(self, path: str | Path, case: Case) -> None:
        self.path = Path(path)
        self.case = case
        self._analysed: Sensitivity | None = None
        self._judged: WeakKeyDictionary[Simulation, list[Finding]] = WeakKeyDictionary()

    @property
    def assumptions(self) -> Assumptions:
        """The assumptions by dotted name, as a table and as a frame.

        >>> study.assumptions.to_frame().loc["cloud.beta"]                       # doctest: +SKIP
        """
        return Assumptions(self.case)

    @property
    def segments(self) -> Segments:
        """The segments by id, parts and memos, in the base case."""
        return Segments(self.case, self.value())

    def __getitem__(self, name: str) -> Segment | TransactionResult:
        """A segment or a transaction by its id; KeyError, with what may have been meant, for another name.

        >>> study["cloud"].to_frame()                                            # doctest: +SKIP
        """
        if name in self.case.segments:
            return self.segments[name]
        if name in self.case.transactions:
            return next(found for found in self.value().transactions if found.id == name)
        known = [*self.case.segments, *self.case.transactions]
        raise KeyError(f"{name} is no segment and no transaction{nearest(name, known)}")

    def __iter__(self) -> Iterator[str]:
        yield from (*self.case.segments, *self.case.transactions)

    def replaced(self, changes: Changes) -> Study:
        """Return the case with other assumptions; this one stays as it is.

        ``changes`` gives values by dotted name, numbers in the unit of the name or texts as in a file: a dict, a
        Series, or a frame as ``assumptions.to_frame`` gives it, of which only changed cells of ``base`` and ``value``
        count; see ``notebook.changes``. InvalidAssumptions says what is wrong.

        >>> study.replaced({"cloud.beta": 1.2, "drivers.usd_cny": "~ pert(6.8, 7, 7.2)"})      # doctest: +SKIP
        """
        try:
            return load(self.path, {**self.case.overrides, **texts_of(self.case, changes)})
        except InvalidAssumptions as error:
            raise InvalidAssumptions(told_from_python(error.problems)) from None

    def import_peers(self, table: str, source: str | Path | DataFrame, cells: str | None = None, **told: Any) -> Study:
        """Write a table of peers of this case from a file, a range or a frame, and open the case anew.

        ``told`` is of ``importing.Wanted``: rename, units, currency, fx. InvalidAssumptions lists all that is wrong,
        and then nothing is written.
        """
        return self._imported(f"peers.{table}", source, cells, told)

    def import_financials(
        self, table: str, source: str | Path | DataFrame, cells: str | None = None, **told: Any
    ) -> Study:
        """Write a table of financials of this case: ``told`` has unit, source and why for rows that say none.

        >>> case.import_financials("reported", frame, unit="CNY m", source="acme.20f")      # doctest: +SKIP
        """
        return self._imported(f"financials.{table}", source, cells, told)

    def _imported(self, name: str, source: Any, cells: str | None, told: dict[str, Any]) -> Study:
        from .importing import Wanted, import_data

        import_data(self.path, name, source, cells, Wanted(**told))
        return load(self.path, self.case.overrides)

    def value(self) -> BaseCase:
        """Value the base case; a case does not change, so it is valued once."""
        return self._base

    def simulate(
        self,
        draws: int | None = None,
        seed: int = SEED,
        *,
        workers: int | None = None,
        pool: Pool | Where | None = None,
        cluster: str | None = None,
        **more: Any,
    ) -> Simulation:
        """Value the case for many draws of its uncertain inputs; ``more`` is of ``simulation.engine.simulate``.

        ``workers`` share the work, which leaves every byte as it is: "threads", "processes" or "dask", as ``pool``
        says, or those of a Dask ``cluster`` by its address. They end with the call; a pool that is open already, by
        ``simulation.pool.opened``, stays open and brings its own workers. Unless any is given the engine chooses.

        >>> study.simulate(until=0.001).quantile_error(0.05)                     # doctest: +SKIP
        >>> study.simulate(10_000_000, workers=8, pool="processes")              # doctest: +SKIP
        """
        if not more.get("exact"):
            more.setdefault("evaluator", self._evaluator)
        if workers is None and pool is None and cluster is None:
            return simulate(self.case, draws, seed, **more)
        if pool is None or isinstance(pool, str):
            with opened(workers or cores(), pool, cluster) as ours:
                return simulate(self.case, draws, seed, pool=ours, **more)
        return simulate(self.case, draws, seed, pool=pool, **more)

    def fan(self, name: str, draws: int = FAN_DRAWS, seed: int = SEED, *, progress: Progress | None = None) -> Fan:
        """Return how an input, an assumption or a line spreads over the years, in the draws of ``simulate``.

        >>> study.fan("cloud.revenue_forecast", draws=10_000, seed=7).to_frame()          # doctest: +SKIP
        """
        return fan(self.case, name, draws, seed, progress=progress, evaluator=self._evaluator)

    def findings(self, simulation: Simulation | None = None) -> Findings:
        """The checks that fire; with a simulation those about it too."""
        found = self.value().checks
        return found if simulation is None else Findings([*found, *self._of_run(simulation)])

    def _of_run(self, simulation: Simulation) -> list[Finding]:
        """What the rules about a run find in it; terminal, JSON and workbook show the same."""
        if simulation not in self._judged:
            self._judged[simulation] = run_findings(Recorded(self.case, *record(self.case)), simulation)
        return self._judged[simulation]

    @cached_property
    def correlation_repair(self) -> Repair | None:
        """What had to change so that the rank correlations agree with each other; None when they do."""
        return Evaluator.of(self.case).dependence.report

    def explain(self, name: str, *, draws: int = EXPLAIN_DRAWS, seed: int = SEED) -> Explanation:
        """Return what one name is, who uses it, and how much of the value hangs on it; see ``explaining.explain``.

        >>> study.explain("cloud.wacc").users                                    # doctest: +SKIP
        """
        return explain(self.case, name, draws, seed)

    def solve(
        self,
        name: str,
        price: float | None = None,
        *,
        draws: int = DRAWS,
        seed: int = SEED,
        kind: Literal["sobol", "random"] = "sobol",
        progress: Progress | None = None,
    ) -> Solution:
        """Return what the price implies for an assumption or a part, everything else at its base; see ``solve.solve``.

        >>> study.solve("cloud.wacc").implied                # doctest: +SKIP
        """
        return solve(self.case, name, price, draws=draws, seed=seed, kind=kind, progress=progress)

    def sensitivity(self, only: Collection[str] | None = None, draws: int = SAMPLE, seed: int = SEED) -> Sensitivity:
        """Return several analyses on the same draws, or those that ``only`` names; see ``sensitivity.sensitivity``.

        >>> study.sensitivity(["contributions", "worst"]).worst.to_frame()       # doctest: +SKIP
        """
        return sensitivity(self.case, only, draws, seed)

    def tornado(self, quantiles: tuple[float, float] = (0.05, 0.95)) -> Tornado:
        """Return the value with each uncertain input alone at its low and its high quantile."""
        return tornado(self.case, quantiles)

    def shapley(self, pairs: int = PAIRS, seed: int = SEED) -> Shapley:
        """Share the variance of the value out among inputs, correlated or not; see ``sensitivity.shapley``."""
        return shapley(self.case, pairs, seed)

    def goal(
        self, name: str, probability: float = 0.6, price: float | None = None, *, draws: int = SAMPLE, seed: int = SEED
    ) -> Goal:
        """Return where a name must be for P(value > price) to be ``probability``; see ``sensitivity.goal``.

        >>> study.goal("cloud.wacc", 0.6).level                                  # doctest: +SKIP
        """
        return goal(self.case, name, probability, price, draws=draws, seed=seed)

    def grid(
        self,
        rows: Axis,
        columns: Axis,
        measure: Measure = "value",
        price: float | None = None,
        *,
        draws: int = SAMPLE,
        seed: int = SEED,
    ) -> Grid:
        """Return the value, or P(value > price), over the levels of two assumptions; see ``sensitivity.grid``."""
        return grid(self.case, rows, columns, measure, price, draws=draws, seed=seed)

    def scenarios(self) -> dict[str, float]:
        """The value per share of each scenario, other assumptions at their base."""
        return dict(self._scenarios)

    @cached_property
    def _evaluator(self) -> Evaluator:
        return Evaluator.of(self.case)

    @cached_property
    def _base(self) -> BaseCase:
        return base_case(self.case)

    @cached_property
    def _scenarios(self) -> dict[str, float]:
        return {
            name: single(base_value(case).per_share)
            for name, case in ((name, scenario.case) for name, scenario in self.case.scenarios.items())
            if case is not None
        }

    def write_workbook(self, path: str | Path, simulation: Simulation | None = None, live_draws: int = 0) -> Path:
        """Write the live workbook; with a simulation it holds its ranges.

        ``live_draws`` of its draws are computed by the book itself, so that edits of distributions move them at once.
        """
        from .simulation.few import first_draws
        from .workbook.book import write_workbook

        if simulation is None:
            return write_workbook(self.case, path, None, self.scenarios())
        few = first_draws(self._evaluator, simulation, live_draws) if live_draws else None
        quick, of_run = self._quick(simulation.seed), self._of_run(simulation)
        return write_workbook(self.case, path, simulation, self.scenarios(), quick, few, of_run=of_run)

    def _quick(self, seed: int) -> Sensitivity:
        """The analyses that go with every run; JSON and workbook show the same."""
        if self._analysed is None or self._analysed.sample.seed != seed:
            self._analysed = sensitivity(self.case, QUICK, seed=seed)
        return self._analysed

    def as_json(self, simulation: Simulation | None = None) -> dict[str, Any]:
        """The contract's object for the base case, with the simulation when there is one."""
        result = {**self.value().as_json(), "identity": identity(self.case, simulation).as_json()}
        if self.case.scenarios:
            values = self.scenarios()
            result["scenarios"] = [
                {"id": name, "probability": scenario.probability, "per_share": values[name]}
                for name, scenario in self.case.scenarios.items()
            ]
        if simulation is not None:
            result["checks"] = [finding.as_json() for finding in self.findings(simulation)]
            result["simulation"] = simulation.as_json()
            result["sensitivity"] = self._quick(simulation.seed).as_json()
        return result

    def tables(self) -> list[Table]:
        """The base case, and the checks that fire."""
        return [*self.value().tables(), *self.findings().tables()]

    def picture(self) -> str:
        """From the parts to one share."""
        return self.value().picture()

    def __repr__(self) -> str:
        return f"Study({str(self.path)!r}: {self.case.name}, {len(self.case.parts)} parts)"


def load(path: str | Path, overrides: Mapping[str, str] | None = None) -> Study:
    """Open a case: a folder of assumption files or one YAML file.

    ``overrides`` replaces values by dotted name, written as in a file. Raises InvalidAssumptions, whose ``problems``
    say what is wrong and where.
    """
    return Study(path, load_case(path, overrides))
