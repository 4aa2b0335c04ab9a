"""The draws of a run in a file, for other programs: of NumPy, or Parquet, which most tools for data read."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Final

import numpy as np
from numpy.typing import NDArray

from ..atomic import replacing
from .draws import Draws
from .results import Simulation

NUMPY, PARQUET = ".npz", ".parquet"
ENDINGS: Final = (NUMPY, PARQUET)
MISSING: Final = "Parquet needs pyarrow: pip install 'valuation[parquet]', or end the name in .npz"

Columns = Mapping[str, NDArray[np.float64]]


def check_target(target: Path) -> None:
    """Raise the error of draws that cannot be written there, before any are made.

    It is an OSError with the path, or ModuleNotFoundError with the remedy for Parquet without pyarrow.
    """
    if not target.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "there is no such folder", str(target.parent))
    if target.suffix.lower() not in ENDINGS or target.is_dir():
        text = f"expected the name of a file that ends in {' or '.join(ENDINGS)}"
        raise OSError(errno.EINVAL, text, str(target))
    if target.suffix.lower() == PARQUET and find_spec("pyarrow") is None:
        raise ModuleNotFoundError(MISSING)


def save_draws(simulation: Simulation, path: str | Path, about: Mapping[str, str] | None = None) -> Path:
    """Write the draws: ``per_share``, and ``part.NAME`` for each part all of whose draws were kept.

    Each is (draws,) in the quote's unit, NaN where impossible. A name in .npz is read by numpy.load; in .parquet it has
    a column for each, float64 without nulls, and ``about`` (case, seed, version, unit) as metadata of its schema. The
    file appears whole or not at all, and the same run gives the same bytes. Raises LookupError when the draws of the
    value were not kept, and as ``check_target``.
    """
    target = Path(path)
    check_target(target)
    columns = {"per_share": simulation.per_share}
    for name, found in simulation.shares.items():
        if isinstance(found, Draws) and found.drawn == simulation.draws:
            columns[f"part.{name}"] = found.values
    with replacing(target) as file:
        if target.suffix.lower() == PARQUET:
            _write_parquet(file, columns, about or {})
        else:
            np.savez(file, allow_pickle=False, **columns)
    return target


def _write_parquet(file: IO[bytes], columns: Columns, about: Mapping[str, str]) -> None:
    import pyarrow as arrow
    from pyarrow import parquet

    unit = {"unit": about["unit"]} if "unit" in about else None
    fields = [arrow.field(name, arrow.float64(), nullable=False, metadata=unit) for name in columns]
    schema = arrow.schema(fields, metadata=dict(about))
    table = arrow.table([arrow.array(values) for values in columns.values()], schema=schema)
    # digits of draws are no dictionary; what is left to gain is in their exponents, which stand together when split
    parquet.write_table(table, file, compression="zstd", use_dictionary=False, use_byte_stream_split=True)
