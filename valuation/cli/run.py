"""What ``valuation run`` does with its options: one case or many, by the workers that were asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .errors import STOPPED, Refused, failure, print_json, refusal
from .options import Share, seed_option, together
from .progress import progress, working

if TYPE_CHECKING:
    from ..simulation.pool import Pool, Where
    from ..study import Study

MOST_DRAWS = 1_000_000_000_000
MOST_WORKERS = 1024
LEAST_LIVE, MOST_LIVE = 50, 1000

Result = dict[str, Any]


options = together(
    click.option(
        "-o",
        "output",
        type=click.Path(),
        help="The workbook to write, or a folder for those of several cases [default: the case's name .xlsx here].",
    ),
    click.option(
        "--draws",
        type=click.IntRange(1, MOST_DRAWS),
        help="Draws, rounded up to fit the design [default: 100000]; with --until at most so many [default: 1600000].",
    ),
    click.option(
        "--until",
        type=Share(),
        metavar="SHARE",
        help="Draw until P5, P50 and P95 of the value per share are known to this relative standard error: 0.1%.",
    ),
    seed_option("The same seed gives the same bytes, whoever works."),
    click.option(
        "--sampling",
        type=click.Choice(["sobol", "lhs", "antithetic", "random"]),
        default="sobol",
        show_default=True,
        help="The design of the draws; sobol knows percentiles best.",
    ),
    click.option(
        "--engine",
        type=click.Choice(["auto", "numpy", "compiled"]),
        default="auto",
        show_default=True,
        help="What computes; compiled needs the extra fast, and auto takes it when draws are many.",
    ),
    click.option(
        "--dependence",
        type=click.Choice(["copula", "iman-conover"]),
        default="copula",
        show_default=True,
        help="How correlated inputs move together: mixed normal scores, or draws put into another order.",
    ),
    click.option("--exact", is_flag=True, help="Exact quantile functions instead of tables."),
    click.option(
        "--workers",
        type=click.IntRange(1, MOST_WORKERS),
        help="How many share the work [default: one, or one for each core where work is compiled].",
    ),
    click.option(
        "--pool",
        type=click.Choice(["threads", "processes", "dask"]),
        help="What workers are; dask needs the extra cluster [default: threads, of NumPy processes].",
    ),
    click.option("--cluster", metavar="ADDRESS", help="The scheduler of a Dask cluster: tcp://host:8786."),
    click.option(
        "--keep-draws",
        type=click.Choice(["auto", "all", "value", "none"]),
        default="auto",
        show_default=True,
        help="Which draws stay in memory; others are summarised (extra large). auto goes by their number.",
    ),
    click.option(
        "--live-draws",
        type=click.IntRange(LEAST_LIVE, MOST_LIVE),
        metavar="N",
        help="Let the workbook itself run the model over N of the draws, 50 to 1000, so that an edited "
        "distribution moves percentiles and histogram at once; large: see decision 22.",
    ),
    click.option("--sip", type=click.Path(), help="A file .xml for the draws as SIPs (SIPmath Standard 2.0)."),
    click.option(
        "--draws-to",
        type=click.Path(),
        help="A file .npz or .parquet for the draws of the value and the parts.",
    ),
)
"""The options of the command."""


@dataclass
class _Job:
    """One case on its way to a workbook; ``result`` is what JSON says of it."""

    case: str
    study: Study | None = None
    target: Path = Path()
    result: Result | None = None

    @property
    def waiting(self) -> bool:
        """Whether it is still to be run."""
        return self.result is None


@dataclass
class Runs:
    """All cases of a command, run one after another by the same workers."""

    cases: Sequence[str]
    changes: dict[str, str]
    as_json: bool
    asked: dict[str, Any]
    jobs: list[_Job] = field(default_factory=list)
    status: int = 0

    def carry_out(self) -> None:
        """Read all cases, run those that are good, and end with the status."""
        self._refuse_nonsense()
        for case in self.cases:
            self._try(job := _Job(case), self._read)
            self.jobs.append(job)
        if any(job.waiting for job in self.jobs):
            self._run_all()
        if self.as_json:
            results = [job.result for job in self.jobs]
            print_json({"cases": results} if len(results) > 1 else results[0] or {})
        if self.status:
            raise click.exceptions.Exit(self.status)

    def _refuse_nonsense(self) -> None:
        asked, several = self.asked, len(self.cases) > 1
        if asked["until"] is not None and asked["sampling"] == "lhs":
            raise click.UsageError("--until needs a design that can grow: --sampling sobol, antithetic or random")
        if asked["dependence"] == "iman-conover" and (asked["until"] is not None or asked["sampling"] == "antithetic"):
            raise click.UsageError("--dependence iman-conover reorders runs of fixed length, by sobol, lhs or random")
        if several and asked["output"] and Path(asked["output"]).suffix.lower() == ".xlsx":
            raise click.UsageError(f"-o takes a folder for several cases, found {asked['output']}")
        if several and asked["draws_to"]:
            raise click.UsageError("--draws-to takes the draws of a single case")
        if several and asked["sip"]:
            raise click.UsageError("--sip takes the draws of a single case")
        if asked["sip"] and asked["keep_draws"] == "none":
            raise click.UsageError("--sip needs draws that are kept: --keep-draws all or value")
        if asked["draws_to"] and asked["keep_draws"] == "none":
            raise click.UsageError("--draws-to needs draws that are kept: --keep-draws all or value")

    def _try(self, job: _Job, do: Callable[[_Job], None]) -> None:
        """What goes wrong with one case is told of it, and leaves the others alone."""
        try:
            do(job)
        except (Exception, KeyboardInterrupt) as error:
            self._fail(job, refusal(error, self.asked))

    def _fail(self, job: _Job, refused: Refused) -> None:
        refused.show()
        job.result = {"case": job.case, "checks": refused.checks}
        self.status = max(self.status, refused.exit_code)

    def _read(self, job: _Job) -> None:
        from ..simulation.saved import check_target as check_draws
        from ..study import load
        from ..workbook.book import check_target

        job.study = load(job.case, self.changes)
        job.target = self._target(job.study.case.id)
        same = [other.case for other in self.jobs if other.target == job.target]
        if same:
            text = f"{job.case}: {job.target} is the workbook of {same[0]} already: run one of them apart"
            raise Refused(text, [failure("environment", text, str(job.target))])
        check_target(job.target)
        if self.asked["draws_to"]:
            check_draws(Path(self.asked["draws_to"]))
        if self.asked["sip"]:
            from ..simulation.sip import check_target as check_sips

            check_sips(Path(self.asked["sip"]))

    def _target(self, name: str) -> Path:
        output = self.asked["output"]
        if len(self.cases) == 1:
            return Path(output or f"{name}.xlsx")
        folder = Path(output or ".")
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{name}.xlsx"

    def _run_all(self) -> None:
        from ..simulation.pool import cores, opened

        asked = self.asked
        with ExitStack() as stack:
            pool: Pool | None = None
            try:
                if any(asked[name] is not None for name in ("workers", "pool", "cluster")):
                    where: Where = asked["pool"] or ("processes" if asked["engine"] == "numpy" else "threads")
                    pool = stack.enter_context(opened(asked["workers"] or cores(), where, asked["cluster"]))
            except ValueError as error:
                raise click.UsageError(f"--cluster: {error}") from None
            except (Exception, KeyboardInterrupt) as error:
                refused = refusal(error, asked)
                for job in self.jobs:
                    if job.waiting:
                        self._fail(job, refused)
            for job in self.jobs:
                if not job.waiting:
                    continue
                if self.status == STOPPED:
                    text = f"{job.case}: not run, as the command was stopped before"
                    self._fail(job, Refused(text, [failure("stopped", text)]))
                else:
                    self._try(job, partial(self._run, pool=pool))

    def _run(self, job: _Job, pool: Pool | None) -> None:
        assert job.study is not None
        number = f"{self.jobs.index(job) + 1}/{len(self.jobs)} {job.study.case.id}"
        with progress(self.as_json, number if len(self.jobs) > 1 else "simulating") as show:
            simulation = job.study.simulate(pool=pool, progress=show, **_keywords(self.asked))
        if simulation.drawn.partial:
            self.status = STOPPED
        with working(self.as_json, "writing the workbook"):
            written = job.study.write_workbook(job.target, simulation, self.asked["live_draws"] or 0)
        files = {"workbook": str(written)}
        if self.asked["draws_to"]:
            from ..identity import identity
            from ..simulation.saved import save_draws

            made = identity(job.study.case, simulation).properties
            about = {name.lower(): text for name, text in made.items()} | {"unit": str(job.study.case.quote)}
            files["draws"] = str(save_draws(simulation, self.asked["draws_to"], about))
        if self.asked["sip"]:
            from ..simulation.sip import save_sips

            files["sips"] = str(save_sips(simulation, self.asked["sip"], job.study.case.id))
        if self.as_json:
            job.result = {**job.study.as_json(simulation), **files}
            return
        from ..terminal import print_run, took

        click.echo(took(simulation), err=True)
        if job is not self.jobs[0]:
            click.echo()
        print_run(job.study, simulation, [Path(name) for name in files.values()])
        job.result = {}


def _keywords(asked: dict[str, Any]) -> dict[str, Any]:
    """The options as keywords of ``simulate``."""
    keep = asked["keep_draws"]
    return {
        "draws": asked["draws"],
        "seed": asked["seed"],
        "kind": asked["sampling"],
        "until": asked["until"],
        "keep_draws": "all" if keep == "auto" and (asked["draws_to"] or asked["sip"]) else keep,
        "engine": asked["engine"],
        "dependence": asked["dependence"],
        "exact": asked["exact"],
    }


def watched(cases: Sequence[str], changes: dict[str, str], as_json: bool, asked: dict[str, Any]) -> None:
    """Run one case again whenever one of its files is saved; the workbook is written anew each time."""
    from .watch import watch

    if as_json or len(cases) > 1:
        raise click.UsageError("--watch takes one case and prints tables, not JSON")

    def once() -> tuple[float, str]:
        runs = Runs(cases, changes, as_json, asked)
        runs.carry_out()
        study = runs.jobs[0].study
        assert study is not None
        base = study.value()
        return base.per_share, str(base.case.quote)

    watch(cases[0], once)
