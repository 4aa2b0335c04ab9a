"""What ``valuation plot`` does with its options."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .options import draws_option, seed_option, together
from .pictures import write_pictures
from .progress import progress

if TYPE_CHECKING:
    from ..plots.look import Draw
    from ..study import Study

options = together(
    click.option("-o", "folder", type=click.Path(), help="The folder for the pictures [default: <case>_pictures]."),
    click.option("--only", metavar="NAMES", help="Some of them, with commas: football_field,waterfall,histogram."),
    click.option("--line", "lines", multiple=True, metavar="NAME",
                 help="A fan of this yearly line too, by its dotted name; repeatable."),
    click.option("--format", "kind", type=click.Choice(["png", "svg", "pdf"]), default="png", show_default=True,
                 help="Of the files."),
    draws_option,
    seed_option(),
)  # fmt: skip
"""The options of the command."""


def run(study: Study, as_json: bool, **asked: Any) -> dict[str, Any] | None:
    """Simulate, draw what was asked for, and write it; returns what JSON says."""
    from ..plots.look import need_matplotlib

    need_matplotlib()
    drawn = _wanted(_drawings(study, as_json, asked), asked["only"])
    folder = Path(asked["folder"] or f"{study.case.id}_pictures")
    folder.mkdir(parents=True, exist_ok=True)
    written = write_pictures(drawn, folder, asked["kind"])
    if as_json:
        return {"case": study.case.id, "pictures": [str(path) for path in written]}
    for path in written:
        click.echo(f"{path} written")
    return None


def _drawings(study: Study, silent: bool, asked: dict[str, Any]) -> dict[str, Draw]:
    """Every picture of the case: of its run, of its sensitivity, and a fan for each line."""
    from functools import partial

    from ..plots import fan, of_case, pictures

    with progress(silent) as show:
        simulation = study.simulate(asked["draws"], asked["seed"], progress=show)
    quick = study.sensitivity(["tornado", "contributions", "worst", "events"], seed=asked["seed"])
    drawn = of_case(study.value(), simulation, study.scenarios()) | pictures(quick)
    for name in asked["lines"]:
        found = study.fan(name, draws=min(asked["draws"], 10_000), seed=asked["seed"])
        if not found.yearly:
            raise click.UsageError(f"--line takes a yearly line; {name} has one value for all years")
        drawn[f"fan_{name}"] = partial(fan, found)
    return drawn


def _wanted(drawn: dict[str, Draw], only: str | None) -> dict[str, Draw]:
    if only is None:
        return drawn
    names = [name.strip() for name in only.split(",") if name.strip()]
    unknown = [name for name in names if name not in drawn]
    if unknown or not names:
        raise click.UsageError(f"--only takes some of {', '.join(drawn)}, found {only!r}")
    return {name: draw for name, draw in drawn.items() if name in names or name.startswith("fan_")}
