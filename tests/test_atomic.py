"""Files appear whole or not at all: killed writers, full disks, locked targets, links and permissions."""

from __future__ import annotations

import hashlib
import os
import random
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from test_cli import SALES

from valuation.atomic import OPEN_ELSEWHERE, replacing, sweep, write_bytes, write_text
from valuation.cli import main
from valuation.study import load

posix = pytest.mark.skipif(sys.platform == "win32", reason="of POSIX")

WRITES = """
import sys
from valuation.atomic import write_bytes
print("ready", flush=True)
while True:
    for letter in (b"a", b"b"):
        write_bytes(sys.argv[1], letter * 5_000_000)
"""
BOOKS = """
import sys
from valuation.study import load
study = load(sys.argv[2])
print("ready", flush=True)
while True:
    study.write_workbook(sys.argv[1])
"""


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def killed(script: str, *arguments: object, seconds: float) -> None:
    command = [sys.executable, "-c", script, *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        time.sleep(seconds)
        writer.kill()


@posix
def test_a_kill_at_any_moment_leaves_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "file.bin"
    whole = {letter * 5_000_000 for letter in (b"a", b"b")}
    write_bytes(path, b"a" * 5_000_000)
    moments = random.Random(7)
    found = set()
    for _ in range(20):
        killed(WRITES, path, seconds=moments.uniform(0, 0.05))
        content = path.read_bytes()
        assert content in whole
        found.add(content[:1])
        assert all(name.startswith(".") for name in left(tmp_path) if name != "file.bin")
    write_bytes(path, b"")
    assert path.read_bytes() == b""
    # what killed writers left is gone, but files so young and empty that a living one may just have made them
    assert all(part.stat().st_size == 0 for part in tmp_path.iterdir())
    assert found == {b"a", b"b"}


@posix
def test_a_kill_while_a_workbook_is_written_leaves_the_old_one_or_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(b"old")
    moments = random.Random(11)
    sums = set()
    for _ in range(6):
        killed(BOOKS, path, SALES, seconds=moments.uniform(0, 0.3))
        sums.add(hashlib.sha256(path.read_bytes()).hexdigest())
    load(SALES).write_workbook(tmp_path / "whole.xlsx")
    assert sums <= {hashlib.sha256(content).hexdigest() for content in (b"old", (tmp_path / "whole.xlsx").read_bytes())}


@posix
def test_what_a_killed_writer_left_is_removed_but_not_what_a_living_one_holds(tmp_path: Path) -> None:
    path = tmp_path / "file.bin"
    with replacing(path) as file:
        file.write(b"mine")
        file.flush()
        (tmp_path / ".file.bin.0123456789ab.part").write_bytes(b"of a killed writer")
        (tmp_path / ".file.bin.000000000000.part").write_bytes(b"")
        (tmp_path / ".other.bin.0123456789ab.part").write_bytes(b"of another file")
        sweep(path)
        parts = left(tmp_path)
        assert len(parts) == 3
        assert ".file.bin.0123456789ab.part" not in parts
        os.utime(tmp_path / ".file.bin.000000000000.part", (0, 0))
        sweep(path)
        assert len(left(tmp_path)) == 2
    assert left(tmp_path) == [".other.bin.0123456789ab.part", "file.bin"]
    assert path.read_bytes() == b"mine"


LITTLE = """
import resource, sys
from valuation.cli import main
resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, 2_000))
main(sys.argv[1:], prog_name="valuation")
"""


@posix
def test_a_workbook_that_grows_too_large_leaves_the_old_one(tmp_path: Path) -> None:
    book = tmp_path / "book.xlsx"
    book.write_bytes(b"precious")
    command = [sys.executable, "-c", LITTLE, "run", str(SALES), "--draws", "64", "-o", str(book)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.splitlines()[-1]) == (1, f"{book}: File too large")
    assert "Traceback" not in done.stderr
    assert (book.read_bytes(), left(tmp_path)) == (b"precious", ["book.xlsx"])


@posix
def test_draws_that_grow_too_large_leave_no_file(tmp_path: Path) -> None:
    draws = tmp_path / "draws.npz"
    command = [sys.executable, "-c", LITTLE.replace("2_000", "400_000"), "run", str(SALES), "--draws", "100000",
               "-o", str(tmp_path / "book.xlsx"), "--draws-to", str(draws)]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.splitlines()[-1]) == (1, f"{draws}: File too large")
    assert left(tmp_path) == ["book.xlsx"]


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KB, where the machine lets one be made."""
    folder = tmp_path / "full"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no right to mount a file system")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@posix
def test_a_full_disk_leaves_the_old_file(full: Path) -> None:
    path = full / "file.bin"
    write_bytes(path, b"old")
    with pytest.raises(OSError, match="No space left") as failed:
        write_bytes(path, b"x" * 200_000)
    assert failed.value.filename == str(path)
    assert left(full) == ["file.bin"]
    assert path.read_bytes() == b"old"


def test_an_error_in_the_middle_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    write_text(path, "old")

    def fail() -> None:
        with replacing(path) as file:
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert (path.read_text(), left(tmp_path)) == ("old", ["file.txt"])


def test_line_ends_are_those_of_the_text(tmp_path: Path) -> None:
    write_text(tmp_path / "file.txt", "a\r\nb\nä")
    assert (tmp_path / "file.txt").read_bytes() == b"a\r\nb\n\xc3\xa4"


@posix
def test_permissions_are_the_targets_or_the_users(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    before = os.umask(0o027)
    try:
        write_text(path, "new")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    path.chmod(0o604)
    write_text(path, "newer")
    assert stat.S_IMODE(path.stat().st_mode) == 0o604


@posix
def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    link = tmp_path / "link.txt"
    link.symlink_to(tmp_path / "there" / "file.txt")
    write_text(link, "through the link")
    assert link.is_symlink()
    assert (tmp_path / "there" / "file.txt").read_text() == "through the link"


def test_a_name_as_long_as_names_may_be_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 250 + ".bin")
    write_bytes(path, b"x")
    assert left(tmp_path) == [path.name]


def test_the_error_names_the_target(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as missing:
        write_bytes(tmp_path / "none" / "file.bin", b"")
    assert missing.value.filename == str(tmp_path / "none" / "file.bin")


def test_a_target_locked_by_windows_is_told_with_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On Windows a file that Excel has open cannot be replaced; there os.replace raises what it raises here."""
    book = tmp_path / "book.xlsx"
    book.write_bytes(b"open in Excel")

    def locked(source: object, target: object) -> None:
        raise PermissionError(13, "Access is denied", str(source), 5, str(target))

    monkeypatch.setattr(os, "replace", locked)
    result = CliRunner().invoke(main, ["run", str(SALES), "-o", str(book), "--draws", "64"])
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1] == f"{book}: {OPEN_ELSEWHERE}"
    assert (book.read_bytes(), left(tmp_path)) == (b"open in Excel", ["book.xlsx"])


@pytest.mark.parametrize(("lock", "program"), [("~$book.xlsx", "Excel"), (".~lock.book.xlsx#", "LibreOffice")])
def test_a_book_that_is_open_is_told_before_the_run(lock: str, program: str, tmp_path: Path) -> None:
    book = tmp_path / "book.xlsx"
    (tmp_path / lock).write_text("somebody")
    result = CliRunner().invoke(main, ["run", str(SALES), "-o", str(book), "--draws", "64"])
    assert result.exit_code == 1
    assert result.stderr == f"{book}: is open in {program}: close it there, or delete {lock} if nobody has it open\n"
    assert left(tmp_path) == [lock]
