"""A trial of a case: record its model once, so that units, shapes, missing parameters and unknown lines are found."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from .assumptions import Case
from .bridge import Valuation
from .calculation import MissingAssumption
from .demands import broken
from .formula import Reference, Row
from .impossible import IMPOSSIBLE
from .lines import Lines, dotted, snake
from .model import NotComputed, Run, UnknownLine, base_value, value
from .operations import rows_read
from .problems import Place, Problems, nearest
from .recording import Recording, Values, evaluate_all
from .schedules import SCHEDULES


def record(case: Case) -> tuple[Recording, Valuation]:
    """Record the model of a case: every line as a Formula over its inputs."""
    recording = Recording(case.years)
    return recording, value(case, recording, record_inputs(case, recording))


def record_inputs(case: Case, recording: Recording) -> dict[str, Reference]:
    """Return a Reference for every input, each to a row of the inputs sheet."""
    return {found.name: recording.input(found.name, found.label, found.unit) for found in case.inputs}


def try_model(case: Case, problems: Problems) -> None:
    """Add a problem for every step of the model that cannot be recorded, and for a base case that is impossible."""
    try_recording(case, problems)
    if not problems:
        _check_base(case, problems)


def try_recording(case: Case, problems: Problems) -> None:
    """Add a problem for every step of the model that cannot be recorded: units, shapes, what is missing."""
    recording = Recording(case.years)
    run = Run(case, recording, record_inputs(case, recording))
    for step in case.order:
        _try(case, step, lambda step: _in_money(case, run, step), problems)
    if problems:
        return
    try:
        run.bridge()
    except (TypeError, ValueError) as error:
        _complain_of_shares(case, error, problems)
        return
    for name in case.transactions:
        _try(case, f"{name}.*", lambda step: run.transaction(step.removesuffix(".*")), problems)
    if problems:
        return
    try:
        run.conclude()
    except (TypeError, ValueError) as error:
        _complain_of_shares(case, error, problems)


def _in_money(case: Case, run: Run, step: str) -> None:
    """Carry out one step; a part must be worth money of the case."""
    run.step(step)
    name = step.removesuffix(".*")
    if name in case.segments and name != step:
        unit, money = (run.valuation.parts | run.valuation.memos)[name].attributable.unit, case.money
        if not unit.like(money):
            advice = f": convert it with a rate in {money / unit}" if len(unit.dimensions) == 1 else ""
            raise TypeError(f"expected a value in {money}, found {unit}{advice}")


def _try(case: Case, step: str, carry_out: Callable[[str], None], problems: Problems) -> None:
    """Carry out one step; what is wrong with it is a problem at its place."""
    scope = step.rpartition(".")[0]
    try:
        carry_out(step)
    except UnknownLine as error:
        if any(f"{problem.name}.".startswith(f"{error.scope}.") for problem in problems):
            return  # the scope stopped before that line, and its problem is there already
        problems.add(_place(case, step), step, f"{error.name} is no line{nearest(error.name, error.known)}")
    except MissingAssumption as error:
        place = _place_of_row(case, f"{scope}.{error.parameter}") or _place(case, step)
        problems.add(place, f"{scope}.{error.parameter}", f"missing; {error.reason}")
    except NotComputed:
        return  # the step that failed has its problem already
    except (TypeError, ValueError) as error:
        problems.add(_place(case, step), step.removesuffix(".*"), str(error))


def _complain_of_shares(case: Case, error: Exception, problems: Problems) -> None:
    counted = case.share_count is not None
    place = _place(case, "shares" if counted else "shares.price" if case.has("shares.price") else "shares.diluted")
    if isinstance(error, MissingAssumption):
        name = f"shares.{error.parameter}"
        problems.add(_place_of_row(case, name) or place, name, f"missing; {error.reason}")
        return
    problems.add(place, "shares", f"units of shares, exchange rate and price do not fit: {error}")


def _place_of_row(case: Case, name: str) -> Place | None:
    """Where the row of a table stands that a field is missing in; None where the name is no field of a table."""
    row, _, _ = name.rpartition(".")
    if row.count(".") < 2:
        return None
    return next((found.origin.place for other, found in case.assumptions.items() if other.startswith(f"{row}.")), None)


def _place(case: Case, step: str) -> Place:
    if step in case.assumptions:
        return case.assumptions[step].origin.place
    scope = step.removesuffix(".*")
    if case.share_count is not None and scope.partition(".")[0] == "shares":
        return case.share_count.place
    if scope not in case.workings and scope not in case.segments:
        scope = scope.rpartition(".")[0]  # a parameter that is no assumption, such as a table
    found = case.workings.get(scope) or case.segments.get(scope) or next(iter(case.transactions.values()), None)
    return found.place if found else case.place


def _check_base(case: Case, problems: Problems) -> None:
    """Refuse a base case, or a memo, that is no number, naming lines that have no value though all they read has."""
    lines = Lines(case.years)
    computed = base_value(case, lines)
    memos = [name for name, memo in computed.memos.items() if not np.isfinite(memo.attributable).all()]
    priced = np.isfinite(computed.per_share).all()
    beside = [name for name in case.workings if priced and _spoilt(case, lines, name)]
    if priced and not memos and not beside:
        return
    recording, found = record(case)
    values = evaluate_all(recording, {row: case.base_values[name] for name, row in recording.inputs.items()})
    results = [found.memos[name].attributable for name in memos] if priced else [found.per_share]
    unexplained: dict[str, Row] = {}
    explained: set[str] = set()
    for row in dict.fromkeys(row for result in results for row in _without_value(result, values)):
        if _explain(case, row, _of_scope(values, row.scope), problems):
            explained.add(row.scope)
        else:
            unexplained.setdefault(row.scope, row)
    for scope, row in unexplained.items():
        if scope not in explained:
            text = f"the base case has no value: {snake(row.label).replace('_', ' ')} is not a number"
            problems.add(_place(case, scope), scope, text)
    for row in values:  # what a schedule asks is told, but a line beside the value may be without one
        if row.scope in beside and row.scope not in explained and not row.name and not _finite(values, row):
            explained |= {row.scope} if _explain(case, row, _of_scope(values, row.scope), problems) else set()


def _spoilt(case: Case, lines: Lines, name: str) -> bool:
    """Whether a schedule has a line without a value."""
    schedule = case.workings[name].calculation.name in SCHEDULES
    return schedule and not all(np.isfinite(found).all() for found in lines.scopes[name].values())


def _without_value(result: Reference, values: Values) -> list[Row]:
    """The rows behind a result that are no numbers though every row that they read is one, in their order."""
    behind: dict[Row, bool] = {}
    waiting = [result.row]
    while waiting:
        row = waiting.pop()
        if row not in behind:
            formulas = [formula for formula in (row.formula, row.opening, row.closing) if formula is not None]
            read = [found for formula in formulas for found in rows_read(formula)]
            behind[row] = not _finite(values, row) and all(_finite(values, found) for found in read)
            waiting += read
    return [row for row in values if behind.get(row)]


def _finite(values: Values, row: Row) -> bool:
    return bool(np.isfinite(values[row]).all())


def _of_scope(values: Values, scope: str) -> dict[str, float]:
    """The last values of a scope's assumptions and lines, by their names in it, and of the scopes inside it."""
    lines: dict[str, float] = {}
    assumed: dict[str, float] = {}
    for row, array in values.items():
        name = dotted(row.scope, row.label, row.name)
        if name.startswith(f"{scope}."):
            (assumed if row.name else lines)[name.removeprefix(f"{scope}.")] = float(np.ravel(array)[-1])
    return lines | assumed


def _explain(case: Case, row: Row, values: Mapping[str, float], problems: Problems) -> bool:
    """Add the problem of a row without a value when it is known what it asks, or when it is an assumption."""
    if row.name:
        written = case.assumptions[row.name].written
        text = f"expected a number in the base case, found none, as from a division by 0, in {written}"
        problems.add(_place(case, row.name), row.name, text)
        return True
    found = broken(IMPOSSIBLE, snake(row.label), values)
    if found is None:
        return False
    cause = f"{row.scope}.{found.cause}" if found.cause else row.scope
    beside = [case.assumptions.get(f"{row.scope}.{name}") for name in found.beside]
    shown = [str(other.origin.place) for other in beside if other is not None]
    problems.add(_place(case, cause), cause, found.text + (f" ({', '.join(shown)})" if shown else ""))
    return True
