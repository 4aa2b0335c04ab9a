"""A trial of a case: record its model once, so that units, shapes, missing parameters and unknown lines are found."""

from __future__ import annotations

import numpy as np

from .assumptions import Case
from .formula import Reference
from .lines import Lines
from .methods import MissingAssumption
from .model import NotComputed, Run, UnknownLine, Valuation, value
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
        try:
            run.step(step)
        except UnknownLine as error:
            problems.add(_place(case, step), step, f"{error.name} is no line{nearest(error.name, error.known)}")
        except MissingAssumption as error:
            segment = step.partition(".")[0]
            problems.add(_place(case, step), f"{segment}.{error.parameter}", str(error))
        except NotComputed:
            continue  # the step that failed has its problem already
        except (TypeError, ValueError) as error:
            problems.add(_place(case, step), step.removesuffix(".*"), str(error))
    if problems:
        return
    try:
        run.finish()
    except (TypeError, ValueError) as error:
        problems.add(_place(case, "shares.diluted"), "shares", str(error))
        return
    _check_base(case, problems)


def _place(case: Case, step: str) -> Place:
    if step in case.assumptions:
        return case.assumptions[step].origin.place
    return case.segments[step.partition(".")[0]].place


def _check_base(case: Case, problems: Problems) -> None:
    """Refuse a base case that is not a number, naming the first line that is not and what it hangs on."""
    lines = Lines(case.years)
    found = value(case, lines, case.base_values)
    if np.isfinite(found.per_share).all():
        return
    name = lines.invalid.names[0] if lines.invalid.names else "value_per_share"
    segment, _, last = name.rpartition(".")
    if last == "wacc_less_terminal_growth":
        _refuse_growth(case, lines, segment, problems)
    elif last == "equity_value_of_the_outcomes":
        chance = float(np.ravel(lines.scopes[segment]["sum_of_probabilities"])[0])
        text = f"expected probabilities that sum to 100%, found {100 * chance:.10g}%"
        problems.add(_segment_place(case, segment), f"{segment}.outcomes", text)
    elif name in case.assumptions:
        assumption = case.assumptions[name]
        text = f"expected a number in the base case, found none, as from a division by 0, in {assumption.written}"
        problems.add(assumption.origin.place, name, text)
    else:
        words = last.replace("_", " ")
        problems.add(_segment_place(case, segment), segment, f"the base case has no value: {words} is not a number")


def _segment_place(case: Case, segment: str) -> Place:
    return case.segments[segment].place if segment in case.segments else Place(next(iter(case.files), case.id))


def _refuse_growth(case: Case, lines: Lines, segment: str, problems: Problems) -> None:
    wacc, growth = case.assumptions[f"{segment}.wacc"], case.assumptions[f"{segment}.terminal_growth"]
    last = float(np.ravel(lines.scopes[segment][wacc.name][-1])[0])
    for_ever = float(np.ravel(lines.scopes[segment][growth.name])[0])
    text = (
        f"expected WACC above terminal growth, found {100 * last:.4g}% ({wacc.origin.place}) "
        f"and {100 * for_ever:.4g}% ({growth.origin.place})"
    )
    problems.add(wacc.origin.place, wacc.name, text)
