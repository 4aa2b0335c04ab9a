"""A case as it was at a revision of its git repository: PATH@REVISION, read without touching the files of today."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..problems import InvalidAssumptions, Place, Problem

SIGN: Final = "@"
ENDINGS: Final = (".yaml", ".yml", ".csv")
MOST_FILES: Final = 5_000
LARGEST: Final = 200_000_000
PATIENCE: Final = 60
FILE_MODES: Final = ("100644", "100755")


def parted(text: str) -> tuple[str, str] | None:
    """Return path and revision of PATH@REVISION; None for a path that is there, or has no @."""
    if os.path.lexists(text):
        return None
    places = [at for at, sign in enumerate(text) if sign == SIGN and 0 < at < len(text) - 1 and text[at + 1] != "{"]
    if not places:
        return None
    at = next((at for at in places if os.path.lexists(text[:at])), places[-1])
    return text[:at], text[at + 1 :]


def extract(path: str, revision: str, folder: Path) -> Path:
    """Write the files that a case or a workbook had at a revision into a folder; returns its path there.

    Raises InvalidAssumptions where git, the repository, the revision, or the path at that revision is not there.
    """
    asked = _Asked(f"{path}{SIGN}{revision}", Path(os.path.abspath(path)))
    if not asked.near.is_dir():
        raise asked.refused(f"there is no {path}")
    root = asked.text("rev-parse", "--show-toplevel", unless=f"{asked.near} is in no git repository")
    commit = asked.text(
        "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}",
        unless=f"{revision} is no revision of the repository {root}; git log lists them",
    )  # fmt: skip
    inside = os.path.relpath(os.path.realpath(asked.near) + str(asked.path)[len(str(asked.near)) :], root)
    inside = Path(inside).as_posix()
    entries = list(_entries(asked, Path(root), commit, inside))
    if not entries:
        raise asked.refused(f"there is no {path} at revision {revision}")
    single = any(name == inside for name, _, _ in entries)
    base = os.path.dirname(inside) if single else inside
    if len(entries) > MOST_FILES or sum(size for _, _, size in entries) > LARGEST:
        raise asked.refused(f"expected at most {MOST_FILES:,} files of {LARGEST:,} bytes together")
    target = folder / (asked.path.parent.name if single else asked.path.name or "case")
    for name, blob, _ in entries:
        place = target / os.path.relpath(name, base or ".")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(asked.git("cat-file", "blob", blob))
    return target / asked.path.name if single else target


def _entries(asked: _Asked, root: Path, commit: str, inside: str) -> Iterator[tuple[str, str, int]]:
    """Name, object and size of each file of the case: the file that is asked for, and tables beside or below it."""
    for under in dict.fromkeys((inside, os.path.dirname(inside) or ".")):
        listed = asked.git("ls-tree", "-r", "-z", "-l", "--full-tree", commit, *([] if under == "." else ["--", under]))
        found = []
        for line in listed.decode("utf-8", "surrogateescape").split("\0"):
            told, _, name = line.partition("\t")
            mode, _, blob, size = told.split() if told else ("", "", "", "0")
            wanted = name == inside or name.endswith(ENDINGS if under == inside else (".csv",))
            if mode in FILE_MODES and wanted:
                found.append((name, blob, int(size)))
        single = any(name == inside for name, _, _ in found)
        if under != inside or not single:
            yield from found
            return


@dataclass(frozen=True)
class _Asked:
    """Questions to git about one path."""

    told: str
    path: Path

    @property
    def near(self) -> Path:
        """The nearest folder that is there today."""
        return next((folder for folder in (self.path, *self.path.parents) if folder.is_dir()), self.path)

    def refused(self, text: str) -> InvalidAssumptions:
        """What is wrong with the revision, as a problem with its place."""
        return InvalidAssumptions([Problem(Place(self.told), "", text)])

    def text(self, *arguments: str, unless: str) -> str:
        """The one line that git answers; ``unless`` is said where it fails."""
        return self.git(*arguments, unless=unless).decode("utf-8", "replace").rstrip("\r\n")

    def git(self, *arguments: str, unless: str = "") -> bytes:
        """What git prints; InvalidAssumptions where it fails."""
        environment = {**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}
        command = ["git", "-C", str(self.near), "--no-pager", *arguments]
        try:
            done = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False, env=environment)
        except FileNotFoundError:
            text = "git is not installed: install it, or compare two folders"
            raise self.refused(text) from None
        except subprocess.TimeoutExpired:
            raise self.refused(f"git gave no answer within {PATIENCE} seconds") from None
        if done.returncode != 0:
            said = done.stderr.decode("utf-8", "replace").strip().splitlines()
            more = f" ({said[0]})" if said and "not a git repository" not in said[0] else ""
            raise self.refused(f"{unless or 'git cannot read it'}{more}")
        return done.stdout
