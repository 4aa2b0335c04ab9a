"""A trial of a case: record its model once, so that units, shapes, missing parameters and unknown lines are found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from .assumptions import Case
from .bridge import Valuation
from .calculation import MissingAssumption
from .formula import Reference
from .lines import Lines
from .model import NotComputed, Run, UnknownLine, value
from .problems import Place, Problems, nearest
from .recording import Recording


def record(case: Case) -> tuple[Recording, Valuation]:
    """Record the model of a case: every line as a Formula over its inputs."""
    recording = Recording(case.years)
    return recording, value(case, recording, record_inputs(case, recording))


def record_inputs(case: Case, recording: Recording) -> dict[str, Reference]:
    """Return a Reference for every input, each to a row of the inputs sheet."""
    return {found.name: recording.input(found.name, found.label, found.unit) for found in case.inputs}


def try_model(case: Case, problems: Problems) -> None:
    """Add a problem for every step of the model that cannot be recorded, and for a base case that is impossible."""
    recording = Recording(case.years)
    run = Run(case, recording, record_inputs(case, recording))
    for step in case.order:
        _try(case, step, run.step, problems)
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
        return
    _check_base(case, problems)


def _try(case: Case, step: str, carry_out: Callable[[str], None], problems: Problems) -> None:
    """Carry out one step; what is wrong with it is a problem at its place."""
    scope = step.rpartition(".")[0]
    try:
        carry_out(step)
    except UnknownLine as error:
        problems.add(_place(case, step), step, f"{error.name} is no line{nearest(error.name, error.known)}")
    except MissingAssumption as error:
        problems.add(_place(case, step), f"{scope}.{error.parameter}", f"missing; {error.reason}")
    except NotComputed:
        return  # the step that failed has its problem already
    except (TypeError, ValueError) as error:
        problems.add(_place(case, step), step.removesuffix(".*"), str(error))


def _complain_of_shares(case: Case, error: Exception, problems: Problems) -> None:
    place = _place(case, "shares.price" if case.has("shares.price") else "shares.diluted")
    place = case.share_count.place if case.share_count is not None else place
    if isinstance(error, MissingAssumption):
        problems.add(place, f"shares.{error.parameter}", f"missing; {error.reason}")
        return
    problems.add(place, "shares", f"units of shares, exchange rate and price do not fit: {error}")


def _place(case: Case, step: str) -> Place:
    if step in case.assumptions:
        return case.assumptions[step].origin.place
    scope = step.removesuffix(".*")
    if scope not in case.workings and scope not in case.segments:
        scope = scope.rpartition(".")[0]  # a parameter that is no assumption, such as a table
    found = case.workings.get(scope) or case.segments.get(scope) or next(iter(case.transactions.values()), None)
    return found.place if found else Place(next(iter(case.files), case.id))


def _check_base(case: Case, problems: Problems) -> None:
    """Refuse a base case that is not a number, naming the first line that is not and what it hangs on."""
    lines = Lines(case.years)
    found = value(case, lines, case.base_values)
    if np.isfinite(found.per_share).all():
        return
    name = lines.invalid.names[0] if lines.invalid.names else "value_per_share"
    segment, _, last = name.rpartition(".")
    if last in IMPOSSIBLE:
        cause, text = IMPOSSIBLE[last](_seen_from(lines, segment), segment)
        place = _place(case, cause)
    elif name in case.assumptions:
        cause, place = name, _place(case, name)
        written = case.assumptions[name].written
        text = f"expected a number in the base case, found none, as from a division by 0, in {written}"
    else:
        cause, place = segment, _place(case, segment)
        text = f"the base case has no value: {last.replace('_', ' ')} is not a number"
    if last == "wacc_less_terminal_growth":
        text += f" ({_place(case, f'{segment}.terminal_growth')})"
    problems.add(place, cause, text)


def _seen_from(lines: Lines, scope: str) -> dict[str, Any]:
    """The lines of a scope and of the scopes inside it, by name."""
    inside = [found for name, found in lines.scopes.items() if name == scope or name.startswith(f"{scope}.")]
    return {name: values for found in inside for name, values in found.items()}


def _growth(lines: Mapping[str, Any], segment: str) -> tuple[str, str]:
    wacc, growth = lines[f"{segment}.wacc"][-1], lines[f"{segment}.terminal_growth"]
    text = f"expected WACC above terminal growth, found {_percent(wacc)} against {_percent(growth)}"
    return f"{segment}.wacc", text


def _weights(lines: Mapping[str, Any], segment: str) -> tuple[str, str]:
    found = _percent(sum(values for name, values in lines.items() if name.endswith(".weight")))
    return f"{segment}.methods", f"expected weights that sum to 100%, found {found}"


def _routes(lines: Mapping[str, Any], segment: str) -> tuple[str, str]:
    stays = min(float(np.ravel(v)[0]) for name, v in lines.items() if name.startswith("probability_that"))
    text = f"expected probabilities of the routes of one part that sum to at most 100%, found {_percent(1 - stays)}"
    return "transactions", text


def _outcomes(lines: Mapping[str, Any], segment: str) -> tuple[str, str]:
    found = _percent(lines["sum_of_probabilities"])
    return f"{segment}.outcomes", f"expected probabilities that sum to 100%, found {found}"


def _owned(lines: Mapping[str, Any], segment: str) -> tuple[str, str]:
    owned = lines[f"{segment}.owned"]
    return f"{segment}.owned", f"expected a value between 0% and 100%, found {_percent(owned)}"


def _metric(lines: Mapping[str, Any], segment: str) -> tuple[str, str]:
    metric = float(np.ravel(lines[f"{segment}.metric"])[0])
    return f"{segment}.metric", f"expected a metric of at least 0, found {metric:g}: a multiple of a loss means nothing"


def _percent(share: Any) -> str:
    return f"{100 * float(np.ravel(share)[0]):.6g}%"


IMPOSSIBLE: Final[Mapping[str, Callable[[Mapping[str, Any], str], tuple[str, str]]]] = {
    "wacc_less_terminal_growth": _growth,
    "expected_change_of_the_equity_of_the_group": _routes,
    "sum_of_weights": _weights,
    "equity_value_of_the_outcomes": _outcomes,
    "attributable_value": _owned,
    "metric_where_positive": _metric,
}
