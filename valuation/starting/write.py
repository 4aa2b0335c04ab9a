"""A new case on disk: written aside, read and valued once, then put in its place whole."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..assumptions import Case, Input
from ..problems import InvalidAssumptions, Place, Problem
from ..reading import load
from ..schema import FOLDER, write_schemas
from ..units import Unit
from .pages import Page, outcomes, related
from .wish import Wish

LOW, HIGH = 0.1, 0.9
SET = 3


@dataclass(frozen=True)
class Started:
    """What was written: the folder of the case, its evidence, and the folder of schemas that its files name."""

    case: Path
    evidence: Path
    schemas: Path
    files: tuple[str, ...]


def start(wish: Wish, folder: str | Path = "assumptions") -> Started:
    """Write the case of a wish as ``folder/<id>``, its evidence to ``seeds/<id>`` beside that folder.

    Beside a folder that is not called assumptions, ``seeds`` stands in it. Nothing is overwritten. Raises
    InvalidAssumptions for a wish that makes no sense and FileExistsError for a folder that is there.
    """
    faults = wish.faults()
    if faults:
        raise InvalidAssumptions(Problem(Place("new"), *_named(fault)) for fault in faults)
    home = Path(folder)
    above = home.resolve().parent if home.resolve().name == "assumptions" else home
    case, seeds = home / wish.id, above / "seeds" / wish.id
    for path in (case, seeds):
        if path.exists():
            raise FileExistsError(17, "there is something already; choose another name or remove it", str(path))
    evidence = Path(os.path.relpath(seeds / "facts.yaml")) if seeds.is_relative_to(Path.cwd()) else seeds / "facts.yaml"
    page = Page(wish)
    with _aside(home) as aside:
        texts = page.texts()
        _write(aside / wish.id, texts)
        texts |= _of_inputs(load(aside / wish.id, evidence=False))
        _write(aside / wish.id, texts)
        load(aside / wish.id, evidence=False)
        _write(aside / "seeds", {"facts.yaml": page.facts()})
        seeds.parent.mkdir(parents=True, exist_ok=True)
        (aside / "seeds").rename(seeds)
        (aside / wish.id).rename(case)
    if not (home / FOLDER).exists():
        write_schemas(home / FOLDER)
    return Started(case, evidence, home / FOLDER, tuple(sorted(texts)))


def _named(fault: str) -> tuple[str, str]:
    name, _, text = fault.partition(": ")
    return name, text


@contextmanager
def _aside(home: Path) -> Iterator[Path]:
    """A folder on the same disk, which is gone at the end."""
    home.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".new-", dir=home))
    try:
        yield aside
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _write(folder: Path, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")


def _of_inputs(case: Case) -> dict[str, str]:
    """Correlations and scenarios, which name what is uncertain: an input of each part first."""
    first: dict[str, Input] = {}
    for found in case.inputs:
        if found.distribution is not None and found.name.partition(".")[0] in case.parts:
            first.setdefault(found.name.partition(".")[0], found)
    chosen = list(first.values())[:SET]
    low, high = (
        {one.name: written(float(one.distribution.quantile(q)), one.unit) for one in chosen if one.distribution}
        for q in (LOW, HIGH)
    )
    texts = {"correlations.yaml": related([one.name for one in chosen]), "scenarios.yaml": outcomes(low, high)}
    return {name: text for name, text in texts.items() if text is not None}


def written(value: float, unit: Unit) -> str:
    """A number as a file writes it, in three digits."""
    if unit.pure and unit.shown == "rate":
        return f"{float(f'{100 * value:.3g}'):.15g}%"
    amount = f"{float(f'{value:.3g}'):.15g}"
    return amount if unit.pure else f"{amount} {unit}"
