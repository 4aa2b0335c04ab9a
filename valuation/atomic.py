"""Files that appear whole or not at all: written beside their target under a hidden name, then renamed onto it.

Whatever happens meanwhile, a full disk, a kill, a power cut: the target holds the old bytes or the new ones.
A writer that was killed leaves its hidden file behind; the next one that writes to the same target removes it.
"""

from __future__ import annotations

import errno
import os
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final

if sys.platform != "win32":
    import fcntl

FRESH: Final = 60.0
"""Seconds for which a hidden file without content is somebody's who has just made it."""

OPEN_ELSEWHERE: Final = "is open in another program: close it there, or write to another name"


@contextmanager
def replacing(path: str | Path) -> Iterator[IO[bytes]]:
    """Give a file to write; when the block ends well it takes the place of ``path``, and keeps its permissions.

    A link stays a link, what it points to is replaced. Raises OSError with the name of the target, whatever failed.
    """
    target = Path(path)
    target = Path(os.path.realpath(target)) if target.is_symlink() else target
    part = target.with_name(f".{_short(target.name)}.{secrets.token_hex(6)}.part")
    try:
        sweep(target)
        with _made(part) as file:
            try:
                yield file
                file.flush()
                os.fsync(file.fileno())
                _keep_permissions(target, part)
                if sys.platform == "win32":
                    file.close()
                _rename(part, target)
            finally:
                if sys.platform == "win32":
                    file.close()
                with suppress(OSError):
                    part.unlink(missing_ok=True)
    except OSError as error:
        if error.filename not in (None, str(part)):
            raise  # of another file, or told already
        raise type(error)(error.errno, error.strerror or str(error), str(path)) from None


def write_bytes(path: str | Path, content: bytes) -> None:
    """Write a whole file in one step; raises as ``replacing``."""
    with replacing(path) as file:
        file.write(content)


def write_text(path: str | Path, text: str) -> None:
    """Write a whole file of text as UTF-8, its line ends as they are; raises as ``replacing``."""
    write_bytes(path, text.encode())


def sweep(target: Path) -> None:
    """Remove the hidden files of writers that were killed while they wrote to this target."""
    for part in target.parent.glob(f".{_escaped(_short(target.name))}.????????????.part"):
        with suppress(OSError):
            _sweep(part)


def opened_by(target: Path) -> str:
    """What says that a workbook is open in a program, by the file that it then keeps beside it; '' when none is."""
    locks = {f"~${target.name}": "Excel", f".~lock.{target.name}#": "LibreOffice"}
    for name, program in locks.items():
        lock = target.with_name(name)
        with suppress(OSError):
            if lock.is_file():
                return f"is open in {program}: close it there, or delete {name} if nobody has it open"
    return ""


# ------------------------------------------------------------------------------------------------------------------


def _short(name: str) -> str:
    """So much of a name that what is put around it is still a name of a file."""
    return name.encode()[:200].decode(errors="ignore")


def _escaped(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)


def _made(part: Path) -> IO[bytes]:
    """Make the hidden file, with the permissions that the user gives to new files, and lock it while it is written."""
    handle = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    if sys.platform != "win32":
        with suppress(OSError):  # a file system without locks
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return os.fdopen(handle, "w+b")


def _sweep(part: Path) -> None:
    """Remove a hidden file that no living writer holds; Windows does not let an open file go."""
    if sys.platform == "win32":
        part.unlink()
        return
    handle = os.open(part, os.O_RDWR)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)  # BlockingIOError, an OSError, when a writer has it
        found = os.fstat(handle)
        if found.st_size or time.time() - found.st_mtime > FRESH:
            part.unlink()
    finally:
        os.close(handle)


def _keep_permissions(target: Path, part: Path) -> None:
    with suppress(FileNotFoundError):
        os.chmod(part, target.stat().st_mode & 0o777)


def _rename(part: Path, target: Path) -> None:
    try:
        os.replace(part, target)
    except PermissionError:
        raise PermissionError(errno.EACCES, OPEN_ELSEWHERE, str(target)) from None
    if sys.platform != "win32":
        with suppress(OSError):  # the name itself outlives a power cut too, where the file system can promise it
            folder = os.open(target.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
