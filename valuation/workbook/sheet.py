"""What a sheet of the book is: its title, what it is for, whether a case needs it, and how it is drafted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..assumptions import Case
from ..bridge import Valuation
from ..checks import Check, Finding, Recorded
from ..recording import Recording
from ..sensitivity import Sensitivity
from ..simulation.draws import Sample
from ..simulation.few import Few
from ..simulation.results import Simulation
from .pages import Draft, Group, Page


@dataclass(frozen=True, eq=False)
class Material:
    """What a book is made of: the case, its recorded model with checks, and what runs found.

    ``scenarios`` holds the value per share of each by name, ``views`` the draws of each method of a part that has
    several; ``titles`` the sheet of each scope of lines. ``few`` are draws that the book computes itself.
    """

    case: Case
    recording: Recording
    valuation: Valuation
    recorded: Recorded
    checks: list[Check]
    stored: list[Finding]
    simulation: Simulation | None
    scenarios: Mapping[str, float]
    sensitivity: Sensitivity | None
    views: Mapping[str, Sample]
    titles: Mapping[str, str]
    few: Few | None = None


def always(made: Material) -> bool:
    """For a sheet that every book has."""
    return True


def nothing(made: Material, draft: Draft) -> None:
    """For a sheet whose formulas need no constants of their own."""


def nowhere(page: Page, made: Material, draft: Draft) -> None:
    """For a sheet on which no row of the model stands."""


@dataclass(frozen=True)
class Sheet:
    """One sheet beside those of the model's lines.

    ``about`` is said in the contents and ``subtitle`` under the heading. ``prepare`` names the constants of its
    formulas before the book is evaluated, ``place`` says where rows of the model stand that are its own, and ``write``
    drafts the rest; a ``closing`` sheet sums up the others and is written when they are. The contents list it in its
    ``group``.
    """

    title: str
    heading: Callable[[Material], str]
    subtitle: Callable[[Material], str]
    about: str
    write: Callable[[Page, Material, Draft], None]
    needed: Callable[[Material], bool] = always
    prepare: Callable[[Material, Draft], None] = nothing
    place: Callable[[Page, Material, Draft], None] = nowhere
    closing: bool = False
    group: Group = "Results"
