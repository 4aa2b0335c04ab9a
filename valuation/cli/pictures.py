"""Writing pictures into a folder, for the commands that draw."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ..plots.look import Draw


def picture_folder(name: str) -> Path:
    """The folder of the pictures, made where it is missing; refused before any work is done."""
    if find_spec("matplotlib") is None:
        raise click.UsageError("-o needs matplotlib: pip install 'valuation[notebook]'")
    folder = Path(name)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def write_pictures(drawn: Mapping[str, Draw], folder: Path, kind: str = "png") -> list[Path]:
    """Draw each picture and write it under its name; returns the files."""
    from ..plots import save

    written = []
    for name, draw in drawn.items():
        target = folder / f"{name}.{kind}"
        save(draw, target)
        written.append(target)
    return written
