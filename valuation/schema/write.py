"""Schemas as files in a folder that stands beside the cases; each file of a case names its own on its first line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from ..atomic import write_text
from .offered import Offered
from .pages import schemas

FOLDER: Final = ".schema"
"""Hidden, so that ``assumptions/*/`` means cases and nothing else."""


def write_schemas(folder: str | Path, offered: Offered | None = None) -> list[Path]:
    """Write the schema of every kind of file; returns their paths."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    written = []
    for kind, found in schemas(offered).items():
        target = Path(folder) / f"{kind}.json"
        write_text(target, spelled(found))
        written.append(target)
    return written


def spelled(schema: dict[str, Any]) -> str:
    """A schema as text."""
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"
