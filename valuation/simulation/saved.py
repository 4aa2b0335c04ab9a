"""The draws of a run in a file of NumPy, for other programs."""

from __future__ import annotations

import errno
from pathlib import Path

import numpy as np

from ..atomic import replacing
from .draws import Draws
from .results import Simulation


def check_target(target: Path) -> None:
    """Raise the OSError of draws that cannot be written there, before any are made."""
    if not target.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "there is no such folder", str(target.parent))
    if target.suffix.lower() != ".npz" or target.is_dir():
        raise OSError(errno.EINVAL, "expected the name of a file that ends in .npz", str(target))


def save_draws(simulation: Simulation, path: str | Path) -> Path:
    """Write the draws as .npz: ``per_share``, and ``part.NAME`` for each part all of whose draws were kept.

    Each is (draws,) in the quote's unit, NaN where impossible; numpy.load reads them. The file appears whole or not at
    all. Raises LookupError when the draws of the value were not kept, OSError with the path.
    """
    target = Path(path)
    check_target(target)
    arrays = {"per_share": simulation.per_share}
    for name, found in simulation.shares.items():
        if isinstance(found, Draws) and found.drawn == simulation.draws:
            arrays[f"part.{name}"] = found.values
    with replacing(target) as file:
        np.savez(file, allow_pickle=False, **arrays)
    return target
