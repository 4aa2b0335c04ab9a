"""The draws of a run as a library of SIPs (stochastic information packets), for Excel add-ins and other programs.

The form is XML after the SIPmath Standard 2.0 (ProbabilityManagement.org): a SLURP, whose SIPs hold the same trials in
the same order, so that relations between them are kept; each SIP holds its trials as comma-separated values.
"""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Final
from xml.sax.saxutils import quoteattr

import numpy as np
from numpy.typing import NDArray

from ..atomic import replacing
from .draws import Draws
from .results import Simulation

Array = NDArray[np.float64]

VERSION: Final = "2.0"


def check_target(target: Path) -> None:
    """Raise the OSError of a library that cannot be written there, before any draws are made."""
    if not target.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "there is no such folder", str(target.parent))
    if target.suffix.lower() != ".xml" or target.is_dir():
        raise OSError(errno.EINVAL, "expected the name of a file that ends in .xml", str(target))


def save_sips(simulation: Simulation, path: str | Path, name: str) -> Path:
    """Write the value per share, each part's and single-valued kept names as SIPs of one SLURP; ``name`` is the case's.

    Numbers have the shortest digits that read back exactly; an impossible trial is NaN. The file appears whole or not
    at all. Raises LookupError when the draws of the value were not kept, OSError with the path.
    """
    target = Path(path)
    check_target(target)
    sips = _sips(simulation)
    provenance = f"valuation: {simulation.draws} draws, seed {simulation.seed}, {simulation.kind}"
    head = f"<SLURP name={quoteattr(name)} provenance={quoteattr(provenance)} count={quoteattr(str(len(sips)))}>"
    with replacing(target) as file:
        file.write(f'<?xml version="1.0" encoding="UTF-8"?>\n{head}\n'.encode())
        for title, values in sips.items():
            count = quoteattr(str(len(values)))
            file.write(f'<SIP name={quoteattr(title)} count={count} type="CSV" ver="{VERSION}">'.encode())
            file.write((",".join(map(_spelled, values.tolist())) + "</SIP>\n").encode())
        file.write(b"</SLURP>\n")
    return target


def _sips(simulation: Simulation) -> dict[str, Array]:
    found = {"per_share": simulation.per_share}
    for name, sample in simulation.shares.items():
        if isinstance(sample, Draws) and sample.drawn == simulation.draws:
            found[f"part.{name}"] = sample.values
    return found | {name: values for name, values in simulation.kept.items() if values.shape == (simulation.draws,)}


def _spelled(value: float) -> str:
    return "NaN" if value != value else repr(value)  # noqa: PLR0124 - NaN is the only number that is not itself
