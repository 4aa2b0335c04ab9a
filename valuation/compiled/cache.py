"""Generated code on disk: one file a piece, named by its digest, beside which numba keeps what it compiled.

The folder is ``VALUATION_CACHE``, else ``valuation`` in the user's folder for caches. A file is never changed once it
stands, and a new one takes its place in one step, so several processes may compile at once. Where the folder cannot be
written, or holds what cannot be read, the code is compiled all the same and the reason is kept.
"""

from __future__ import annotations

import hashlib
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import numpy as np

from ..atomic import write_text

FOLDER: Final = "VALUATION_CACHE"


def folder() -> Path:
    """The folder of generated code."""
    if os.environ.get(FOLDER):
        return Path(os.environ[FOLDER])
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "valuation"


def digest(*texts: str) -> str:
    """A digest of texts."""
    joined = "\0".join(texts).encode()
    return hashlib.sha256(joined).hexdigest()[:32]


@dataclass
class Compiler:
    """Compiles generated code, or finds it compiled; ``trouble`` says why the cache was not used, '' when it was."""

    root: Path = field(default_factory=folder)
    trouble: str = ""
    _versions: str = ""

    def load(self, text: str) -> dict[str, Any]:
        """The names that a text defines, compiled by numba."""
        path = self._written(text)
        if path is not None:
            try:
                return _run(text, str(path), cache=True)
            except Exception as error:  # numba reads its files without looking: anything may come of a broken one
                self._complain(error)
                _forget(path)
        return _run(text, "<valuation>", cache=False)

    def _written(self, text: str) -> Path | None:
        """The file of a text, written unless it stands there; None where that cannot be."""
        path = self.root / "compiled" / f"valuation_{digest(self._version(), text)}.py"
        try:
            if not path.is_file() or path.read_bytes() != text.encode():
                _write(path, text)
        except OSError as error:
            self._complain(error)
            return None
        return path

    def _complain(self, error: Exception) -> None:
        words = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        self.trouble = self.trouble or f"the cache of compiled models in {self.root} was not used ({words})"

    def _version(self) -> str:
        if not self._versions:
            import numba

            words = Path(__file__).with_name("arithmetic.py").read_text("utf-8")
            self._versions = digest(words, numba.__version__, np.__version__, sys.version)
        return self._versions


def _run(text: str, file: str, *, cache: bool) -> dict[str, Any]:
    """Run a text as a module; numba finds what it kept for a module by the module's name."""
    module = ModuleType(Path(file).stem)
    module.__dict__.update(__file__=file, CACHE=cache)
    if cache:
        sys.modules[module.__name__] = module
    exec(compile(text, file, "exec"), module.__dict__)
    return module.__dict__


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_text(path, text)


def _forget(path: Path) -> None:
    """Remove what numba keeps for a file, so that the next process compiles it anew."""
    for kept in (path.parent / "__pycache__").glob(f"{path.stem}.*"):
        try:
            kept.unlink()
        except OSError:
            return
