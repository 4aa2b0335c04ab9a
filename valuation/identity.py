"""Which inputs and which run a result belongs to: digests of the files, of what was set beside them, and of the run.

Two books with the same inputs were made from the same text, two with the same run hold the same draws. Facts that
assumptions cite are no inputs: a source told better moves no number.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from .assumptions import Case
from .simulation.results import Simulation
from .version import __version__

EVIDENCE: Final = "evidence.yaml"
SHORT: Final = 12


@dataclass(frozen=True)
class Identity:
    """What a book, its draws and its JSON were made from.

    ``inputs`` is a SHA-256 over the case's files and what was set beside them, ``run`` a short digest of these, of how
    was drawn and of the version; a book without a simulation has seed None, no draws and no sampling.
    """

    case: str
    inputs: str
    run: str
    seed: int | None
    draws: int
    sampling: str
    version: str

    @property
    def properties(self) -> dict[str, str]:
        """The same as texts by name, as documents keep them; what there is not is left out."""
        named = {
            "Case": self.case,
            "Inputs": self.inputs,
            "Run": self.run,
            "Seed": "" if self.seed is None else str(self.seed),
            "Draws": str(self.draws or ""),
            "Sampling": self.sampling,
            "Version": self.version,
        }
        return {name: text for name, text in named.items() if text}

    def as_json(self) -> dict[str, Any]:
        """One object; null where there is no simulation."""
        return {
            "inputs": self.inputs,
            "run": self.run,
            "seed": self.seed,
            "draws": self.draws or None,
            "sampling": self.sampling or None,
            "version": self.version,
        }


def identity(case: Case, simulation: Simulation | None = None) -> Identity:
    """Say what a book of this case and this simulation was made from."""
    inputs = inputs_digest(case)
    if simulation is None:
        return Identity(case.id, inputs, _digest([inputs, __version__])[:SHORT], None, 0, "", __version__)
    drawn = simulation.drawn
    how = [drawn.seed, simulation.draws, drawn.kind, drawn.runs, drawn.dependence]
    run = _digest([inputs, *how, __version__])[:SHORT]
    return Identity(case.id, inputs, run, drawn.seed, simulation.draws, drawn.kind, __version__)


def inputs_digest(case: Case) -> str:
    """SHA-256 over the names and texts of the files of a case, whatever their line ends, and over its overrides."""
    files = {name: text for name, text in case.files.items() if name != EVIDENCE}
    return _digest([_sorted(files), _sorted(case.overrides)])


def _sorted(texts: Mapping[str, str]) -> list[list[str]]:
    return [[name, texts[name]] for name in sorted(texts)]


def _digest(what: list[Any]) -> str:
    return hashlib.sha256(json.dumps(what, ensure_ascii=True).encode()).hexdigest()
