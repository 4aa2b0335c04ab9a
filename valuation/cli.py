"""The command line: ``valuation run``, ``value``, ``sensitivity``, ``solve``, ``check`` and ``verify``.

Exit status: 0 done; 1 the input has problems, listed on stderr; 2 wrong usage. Imports are lazy, so that help is quick.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

import click

from . import sensitivity_command
from .version import __version__

MOST_DRAWS = 100_000_000


class Refused(click.ClickException):
    """The input has problems: they go to stderr, one a line, and the status is 1."""

    exit_code = 1

    def show(self, file: Any = None) -> None:
        """Print the problems alone."""
        click.echo(self.message, err=True)


def _guarded(command: Callable[..., None]) -> Callable[..., None]:
    """No traceback reaches a user: problems and environment errors become messages with status 1."""

    @wraps(command)
    def guarded(*args: Any, **kwargs: Any) -> None:
        from .problems import InvalidAssumptions

        try:
            command(*args, **kwargs)
        except InvalidAssumptions as error:
            raise _refused(kwargs, str(error), _problems_as_checks(error)) from None
        except BrokenPipeError:
            raise Refused("the output was closed before all was written") from None
        except OSError as error:
            name = error.filename or kwargs.get("output") or kwargs.get("book") or ""
            text = str(error.strerror or error)
            raise _refused(kwargs, f"{name}: {text}", [_failure("environment", text, str(name))]) from None
        except MemoryError:
            text = "not enough memory: ask for fewer draws"
            raise _refused(kwargs, text, [_failure("environment", text)]) from None
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            if os.environ.get("VALUATION_DEBUG"):
                raise
            text = f"internal error, please report it: {type(error).__name__}: {error}"
            text = f"{text} (VALUATION_DEBUG=1 shows where)"
            raise _refused(kwargs, text, [_failure("internal", text)]) from None

    return guarded


def _refused(asked: dict[str, Any], text: str, checks: list[dict[str, str]]) -> Refused:
    """The refusal of a command, which says so on stdout too where JSON was asked for."""
    if asked.get("as_json"):
        _print_json({"case": asked.get("case"), "checks": checks})
    return Refused(text)


def _failure(what: str, message: str, place: str = "") -> dict[str, str]:
    return {"id": what, "severity": "error", "message": message, "place": place}


def _problems_as_checks(error: Any) -> list[dict[str, str]]:
    return [_failure("input", f"{p.name}: {p.text}".removeprefix(": "), str(p.place)) for p in error.problems]


def _print_json(result: dict[str, Any]) -> None:
    click.echo(json.dumps(result, indent=2, ensure_ascii=False, allow_nan=False))


def _overrides(pairs: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals or not name.strip():
            raise click.UsageError(f"--set takes NAME=VALUE, found {pair!r}")
        found[name.strip()] = text.strip()
    return found


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="valuation")
def main() -> None:
    """Sum-of-the-parts and spin-off valuation from assumption files to a live Excel workbook.

    \b
    CASE is a folder of assumption files or one YAML file:
      valuation run assumptions/alibaba
      valuation value assumptions/alibaba --set cloud.terminal_growth=1.5%
      valuation sensitivity assumptions/alibaba --only tornado,shapley
      valuation solve assumptions/alibaba --for cloud.wacc
      valuation check assumptions/alibaba
      valuation verify alibaba.xlsx
    """


def case_argument(function: Callable[..., None]) -> Callable[..., None]:
    """The CASE argument."""
    return click.argument("case", type=click.Path())(function)


json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object on stdout and nothing else.")
set_option = click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="NAME=VALUE",
    help="Replace an assumption, written as in a file; repeatable.",
)
draws_option = click.option(
    "--draws",
    type=click.IntRange(1, MOST_DRAWS),
    default=100_000,
    show_default=True,
    help="Draws, rounded up to fit the design.",
)
seed_option = click.option(
    "--seed", type=click.IntRange(0), default=20260202, show_default=True, help="The same seed gives the same bytes."
)


@main.command()
@case_argument
@click.option("-o", "output", type=click.Path(), help="The workbook to write [default: the case's name .xlsx here].")
@draws_option
@seed_option
@click.option("--sampling", type=click.Choice(["sobol", "random"]), default="sobol", show_default=True)
@set_option
@json_option
@_guarded
def run(
    case: str, output: str | None, draws: int, seed: int, sampling: str, changes: tuple[str, ...], as_json: bool
) -> None:
    """Value, simulate and write the workbook.

    \b
    valuation run assumptions/alibaba -o book.xlsx --draws 200000 --seed 7
    """
    from .study import load
    from .workbook.book import check_target

    study = load(case, _overrides(changes))
    target = Path(output or f"{study.case.id}.xlsx")
    check_target(target)
    with _progress(as_json) as progress:
        simulation = study.simulate(draws, seed, kind=sampling, progress=progress)
    written = study.write_workbook(target, simulation)
    if as_json:
        _print_json({**study.as_json(simulation), "workbook": str(written)})
        return
    from .terminal import print_run

    print_run(study, simulation, written)


@main.command()
@case_argument
@set_option
@json_option
@_guarded
def value(case: str, changes: tuple[str, ...], as_json: bool) -> None:
    """The deterministic base case.

    \b
    valuation value assumptions/alibaba --set drivers.usd_cny=7.2
    """
    from .study import load

    study = load(case, _overrides(changes))
    if as_json:
        _print_json(study.as_json())
        return
    from .terminal import print_value

    print_value(study)


@main.command()
@case_argument
@sensitivity_command.options
@set_option
@json_option
@_guarded
def sensitivity(case: str, changes: tuple[str, ...], as_json: bool, **asked: Any) -> None:
    """Which assumptions move the value, by how much, and where they would have to be.

    \b
    valuation sensitivity assumptions/alibaba --only tornado,shapley -o pictures
    valuation sensitivity assumptions/alibaba --goal cloud.wacc --probability 60%
    valuation sensitivity assumptions/alibaba --grid cloud.wacc=8%..10%:5 drivers.usd_cny=6.8..7.2:3
    """
    from .study import load

    sensitivity_command.run(load(case, _overrides(changes)), as_json, _print_json, **asked)


@main.command()
@case_argument
@click.option("--for", "name", required=True, metavar="NAME", help="An assumption by its dotted name, or a part.")
@click.option("--price", type=float, help="Price per quoted share [default: the price of the case].")
@draws_option
@seed_option
@set_option
@json_option
@_guarded
def solve(
    case: str, name: str, price: float | None, draws: int, seed: int, changes: tuple[str, ...], as_json: bool
) -> None:
    """What the market price implies for one assumption or one part, everything else at its base.

    \b
    valuation solve assumptions/alibaba --for cloud.wacc
    valuation solve assumptions/alibaba --for t_head --price 200
    """
    from .study import load

    if price is not None and not 0 < price < float("inf"):
        raise click.UsageError(f"--price takes a number above 0, found {price:g}")
    study = load(case, _overrides(changes))
    with _progress(as_json) as progress:
        found = study.solve(name, price, draws=draws, seed=seed, progress=progress)
    if as_json:
        _print_json(found.as_json())
        return
    from .terminal import print_solution

    print_solution(found)


@main.command()
@case_argument
@json_option
@_guarded
def check(case: str, as_json: bool) -> None:
    """Problems of the files and checks of the model; status 1 when one is an error.

    \b
    valuation check assumptions/alibaba --json
    """
    from .study import load

    study = load(case)
    base = study.value()
    if as_json:
        repair = study.correlation_repair
        repaired = {} if repair is None else {"correlation_repair": repair.as_json()}
        _print_json({"case": study.case.id, "checks": [finding.as_json() for finding in base.checks], **repaired})
    else:
        from .terminal import print_checks, print_repair

        print_checks(base.checks)
        print_repair(study.correlation_repair)
    if any(finding.severity == "error" for finding in base.checks):
        raise click.exceptions.Exit(1)


@main.command()
@click.argument("book", type=click.Path())
@click.option(
    "--draws",
    type=click.IntRange(1, 100_000),
    default=200,
    show_default=True,
    help="Random draws pushed through the book.",
)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@json_option
@_guarded
def verify(book: str, draws: int, seed: int, as_json: bool) -> None:
    """Push random draws through the book's own formulas and compare them with NumPy.

    \b
    valuation verify alibaba.xlsx --draws 200
    """
    from .workbook.verify import verify_book

    found = verify_book(Path(book), draws, seed)
    if as_json:
        _print_json(found.as_json())
    else:
        click.echo(str(found))
    if not found.proved:
        raise click.exceptions.Exit(1)


@contextmanager
def _progress(silent: bool) -> Iterator[Callable[[int, int], None] | None]:
    """A progress bar on stderr, so that stdout stays clean."""
    if silent:
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(file=sys.stderr))
    task = bar.add_task("simulating", total=None, start=False)

    def show(done: int, whole: int) -> None:
        if not bar.tasks[task].started:  # what is refused before the first draw leaves no bar behind
            bar.start()
            bar.start_task(task)
        bar.update(task, completed=done, total=whole)

    try:
        yield show
    finally:
        if bar.tasks[task].started:
            bar.stop()


if __name__ == "__main__":
    main()
