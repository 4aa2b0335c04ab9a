"""What runs SOTP-10: plain NumPy code, the package in each of its engines, the floor under them, and other tools."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, get_args, get_type_hints

from .peers import PEERS, Run
from .write_sotp10 import FOLDER

OURS: Final = ("numpy", "compiled")


class NotInThisVersion(Exception):
    """The package, as it is here, has no such engine, design or option."""


def naive() -> Run:
    """Plain NumPy and scipy.stats, all draws at once."""
    from . import naive as code

    return code.simulate


def ours(engine: str, case: Path = FOLDER, **wanted: Any) -> Run:
    """The package in one of its engines; what ``simulate`` does not take is not in this version.

    All draws of the value per share are kept, as by the others, and those of parts in part.
    """
    simulate = simulation(case, engine=engine, keep_draws="value", **wanted)
    return lambda draws, seed: simulate(draws, seed).per_share


def simulation(
    case: Path = FOLDER, *, engine: str | None = None, uncertain: int | None = None, **wanted: Any
) -> Callable[..., Any]:
    """``simulate`` of a case with an engine and options bound; NotInThisVersion when it does not take them.

    ``uncertain`` leaves so many inputs uncertain, the last of the case first, and puts the others at their base.
    """
    import valuation

    study = valuation.load(case)
    if uncertain is not None:
        drawn = [found for found in study.case.inputs if found.distribution is not None]
        certain = {found.name: repr(float(found.base)) for found in drawn[: len(drawn) - uncertain]}
        study = valuation.load(case, certain)
    simulate = study.simulate
    options = dict(wanted)
    if engine is not None:
        options["engine"] = engine
    _require(options)

    def run(draws: int | None, seed: int, **more: Any) -> Any:
        _require(more)
        return simulate(draws, seed, **options, **more)

    return run


def _require(options: dict[str, Any]) -> None:
    """Refuse options that a version does not take, and words that are none of its choices."""
    from valuation.simulation.engine import simulate

    known, hints = inspect.signature(simulate).parameters, get_type_hints(simulate)
    for name, value in options.items():
        if name not in known:
            raise NotInThisVersion(name)
        choices = get_args(hints.get(name))
        if isinstance(value, str) and choices and all(isinstance(c, str) for c in choices) and value not in choices:
            raise NotInThisVersion(f"{name} {value}")


def floor() -> Run:
    """The correlated normals alone; no values come of it. Without numba there is none."""
    try:
        from . import floor as code
    except ImportError:
        raise NotInThisVersion("floor") from None
    found: Run = code.make()
    return found


def make(name: str, **wanted: Any) -> Run:
    """What runs the named engine; options are for the package's own."""
    if name in OURS:
        return ours(name, **wanted)
    if name in PEERS:
        return PEERS[name].make()
    return {"naive": naive, "floor": floor}[name]()
