"""Published runs: the few figures that a case is quoted by, kept beside how they were drawn, and made again.

``seeds/<case>/run.yaml`` holds one. Processors and linear algebra differ in the last bits of a number, so figures must
agree in twelve significant digits; whether the very bytes of the draws agree is told beside them.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any, Final, cast

from .identity import identity
from .problems import InvalidAssumptions, Place, Problem, Problems, nearest
from .reading.tree import Entries, Node, Text, read_yaml
from .simulation.engine import Progress
from .simulation.results import Simulation
from .simulation.sampling import KINDS, Kind
from .study import Study, load
from .version import __version__

DIGITS: Final = 12
QUANTILES: Final = (0.05, 0.5, 0.95)
FIGURES: Final = ("base", "mean", *(f"p{100 * q:g}" for q in QUANTILES), "probability_above_price")
WORDS: Final = ("case", "version", "sampling", "inputs", "numpy", "scipy", "digest")
COUNTS: Final = {"draws": 100_000_000, "drawn": 200_000_000, "seed": 2**128}
LEAST: Final = {"seed": 0}
NEEDED: Final = ("case", "draws", "sampling", "seed")
HEAD: Final = "# The published run of {case}; valuation replay makes it again and compares."
OF_DRAWS: Final = "# of the bytes of the draws, on the machine that made them: processors differ in the last bit"


@dataclass(frozen=True)
class Run:
    """A published run as its file has it; ``figures`` by name, ``words`` and ``counts`` the rest."""

    path: Path
    words: Mapping[str, str]
    counts: Mapping[str, int]
    figures: Mapping[str, float]

    @property
    def case(self) -> Path:
        """The case, as the file tells it from its own folder, one above or the current one."""
        told = Path(self.words["case"])
        here = self.path.resolve().parent
        folders = [here, *here.parents, Path.cwd()]
        return next((folder / told for folder in folders if (folder / told).exists()), told)

    @property
    def kind(self) -> Kind:
        """The design of its draws."""
        return cast(Kind, self.words["sampling"])


@dataclass(frozen=True)
class Figure:
    """One figure, as published and as found now."""

    name: str
    published: float
    found: float

    @property
    def difference(self) -> float:
        """How much more was found, as a share of what was published; of 0 the amount itself."""
        return (self.found - self.published) / (abs(self.published) or 1.0)

    @property
    def reproduced(self) -> bool:
        """Whether both agree in twelve significant digits, give or take one in the last."""
        if not math.isfinite(self.published):
            return math.isnan(self.published) and math.isnan(self.found)
        last = 10.0 ** (math.floor(math.log10(abs(self.published))) - DIGITS + 1) if self.published else 0.0
        return abs(self.found - self.published) <= last

    def __str__(self) -> str:
        told = "the same" if self.reproduced else f"differs by {self.difference:+.1e}"
        return f"{self.name:<24} {_shown(self.published):>22} {_shown(self.found):>22}  {told}"


@dataclass(frozen=True)
class Replay:
    """A published run made again."""

    run: Run
    case: str
    figures: tuple[Figure, ...]
    inputs: str
    digest: str

    @property
    def reproduced(self) -> bool:
        """Whether every figure agrees."""
        return all(figure.reproduced for figure in self.figures)

    @property
    def same_inputs(self) -> bool | None:
        """Whether the files are those of the published run; None where it does not say."""
        return self.inputs == self.run.words["inputs"] if "inputs" in self.run.words else None

    @property
    def same_draws(self) -> bool | None:
        """Whether the draws agree byte by byte; None where the run does not say."""
        return self.digest == self.run.words["digest"] if "digest" in self.run.words else None

    def as_json(self) -> dict[str, Any]:
        """One object; JSON knows no NaN."""
        return {
            "case": self.case,
            "run": str(self.run.path),
            "reproduced": self.reproduced,
            "significant_digits": DIGITS,
            "figures": [
                {
                    "name": figure.name,
                    "published": _finite(figure.published),
                    "found": _finite(figure.found),
                    "difference": _finite(figure.difference),
                    "reproduced": figure.reproduced,
                }
                for figure in self.figures
            ],
            "inputs": {"published": self.run.words.get("inputs"), "found": self.inputs, "same": self.same_inputs},
            "digest": {"published": self.run.words.get("digest"), "found": self.digest, "same": self.same_draws},
            "version": {"published": self.run.words.get("version"), "found": __version__},
        }

    def __str__(self) -> str:
        return "\n".join([f"{'':<24} {'published':>22} {'now':>22}", *map(str, self.figures), *self._told()])

    def _told(self) -> list[str]:
        told = {
            False: "the case's files have changed since the run was published",
            True: "the case's files are those of the published run",
            None: "the published run does not say which files it was made from",
        }[self.same_inputs]
        lines = [told]
        if self.run.words.get("version", __version__) != __version__:
            lines.append(f"published by valuation {self.run.words['version']}, this is {__version__}")
        if self.same_draws is not None:
            lines.append(f"the draws are {'the same' if self.same_draws else 'not the same'} to the last bit")
        wrong = [figure.name for figure in self.figures if not figure.reproduced]
        lines.append(f"NOT reproduced: {', '.join(wrong)}" if wrong else "reproduced to the last digit")
        return lines


# Making -----------------------------------------------------------------------------------------------------------


def run_text(case: str, draws: int, seed: int, root: Path) -> str:
    """Make the run of a case and return the text of its file; ``root`` is the folder from which the case is told."""
    study = load(root / case)
    simulation = study.simulate(draws, seed)
    told = {
        "case": case,
        "version": __version__,
        "inputs": identity(study.case).inputs,
        "draws": draws,
        "drawn": simulation.draws,
        "sampling": simulation.kind,
        "seed": seed,
        **_figures(study, simulation),
        "numpy": installed("numpy"),
        "scipy": installed("scipy"),
    }
    lines = [HEAD.format(case=case), *(f"{name}: {value}" for name, value in told.items()), OF_DRAWS]
    return "\n".join([*lines, f"digest: {_digest(simulation)}", ""])


def replay(run: Run, progress: Progress | None = None) -> Replay:
    """Make a published run again; raises InvalidAssumptions when its case is not there or has problems."""
    study = load(run.case)
    simulation = study.simulate(run.counts["draws"], run.counts["seed"], kind=run.kind, progress=progress)
    found = {"drawn": float(simulation.draws), **_figures(study, simulation)}
    published = dict(run.figures)
    if "drawn" in run.counts:
        published["drawn"] = float(run.counts["drawn"])
    figures = tuple(Figure(name, published[name], found[name]) for name in found if name in published)
    return Replay(run, study.case.id, figures, identity(study.case).inputs, _digest(simulation))


def _figures(study: Study, simulation: Simulation) -> dict[str, float]:
    values = (
        study.value().per_share,
        simulation.mean,
        *(simulation.quantile(q) for q in QUANTILES),
        simulation.probability_above(simulation.price or 0.0),
    )
    return dict(zip(FIGURES, values, strict=True))


def _digest(simulation: Simulation) -> str:
    return hashlib.sha256(simulation.per_share.tobytes()).hexdigest()


def _shown(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


# Reading ----------------------------------------------------------------------------------------------------------


def find_run(path: Path) -> Run:
    """Read a published run from its file, or that of a case: ``seeds/<case>/run.yaml`` from its folder upwards.

    Raises InvalidAssumptions with the place of whatever is wrong.
    """
    problems = Problems()
    tree = read_yaml(path, problems) if path.is_file() else None
    if isinstance(tree, Entries) and (tree.get("case") or tree.get("seed")) is not None:
        return _run(path, tree, problems)
    if problems or not path.exists():
        problems.add(Place(str(path)), "", "expected a case or the file of a published run; there is nothing here")
        raise InvalidAssumptions(problems[:1])
    case = path.resolve()
    folders = [*case.parents, Path.cwd(), *Path.cwd().parents]
    files = [folder / "seeds" / case.stem / "run.yaml" for folder in folders]
    found = next((file for file in files if file.is_file()), None)
    if found is None:
        text = f"expected the file of a published run, found a case; there is no seeds/{case.stem}/run.yaml above it"
        raise InvalidAssumptions([Problem(Place(str(path)), "", text)])
    tree = read_yaml(found, problems)
    if not isinstance(tree, Entries):
        raise InvalidAssumptions(problems or [Problem(Place(str(found)), "", "expected names with values")])
    return _run(found, tree, problems)


def _run(path: Path, tree: Entries, problems: Problems) -> Run:
    words: dict[str, str] = {}
    counts: dict[str, int] = {}
    figures: dict[str, float] = {}
    for key, node in tree:
        text = _text(node)
        if text is None:
            problems.add(node.place, key.text, "expected a word or a number")
        elif key.text in WORDS:
            words[key.text] = text
        elif key.text in COUNTS:
            _count(key, text, node, counts, problems)
        elif key.text in FIGURES:
            _figure(key, text, node, figures, problems)
        else:
            known = (*WORDS, *COUNTS, *FIGURES)
            problems.add(key.place, key.text, f"is not known in a published run{nearest(key.text, known)}")
    for name in NEEDED:
        if name not in words and name not in counts and not any(problem.name == name for problem in problems):
            problems.add(Place(str(path)), name, "missing in the published run")
    if words.get("sampling", KINDS[0]) not in KINDS:
        problems.add(tree.key("sampling"), "sampling", f"expected one of {', '.join(KINDS)}")
    if not figures and not problems:
        problems.add(Place(str(path)), "", f"expected at least one of {', '.join(FIGURES)}")
    if problems:
        raise InvalidAssumptions(problems)
    return Run(path, words, counts, figures)


def _text(node: Node) -> str | None:
    return node.text.strip() if isinstance(node, Text) else None


def _count(key: Text, text: str, node: Node, counts: dict[str, int], problems: Problems) -> None:
    least, most = LEAST.get(key.text, 1), COUNTS[key.text]
    found = int(text) if text.isdecimal() and len(text) < 40 else -1
    if not least <= found <= most:
        problems.add(node.place, key.text, f"expected a whole number from {least} to {most:,}, found {text[:40]!r}")
    counts[key.text] = found


def _figure(key: Text, text: str, node: Node, figures: dict[str, float], problems: Problems) -> None:
    try:
        figures[key.text] = float(text)
    except ValueError:
        problems.add(node.place, key.text, f"expected a number, found {text[:40]!r}")
