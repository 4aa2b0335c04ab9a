"""What a page of the documents shows, taken apart: its files, its commands with their outputs, and its Python examples.

A comment above a block says what the block is:

    <!-- file: acme.yaml -->                       a file, as the commands below it find it
    <!-- added to: acme.yaml -->                   lines that are put at its end
    <!-- edit: acme.yaml -->                       lines with - that give way to those with +, as in a diff
    <!-- copy: assumptions/alibaba mine -->        a folder that is copied by the line of shell below
    <!-- output of: value acme.yaml -->            what a command prints; `make docs` writes it, a test compares it
    <!-- output of: check acme.yaml (status 1) -->

`<!-- files of: value-one-company.md -->` lays out the files of another page first. A block of Python with `>>>` needs
no comment.
"""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
BLOCK = re.compile(r"^(?:<!-- ([^\n]*?) -->\n)?```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILES_OF = re.compile(r"^<!-- files of: (.*?) -->$", re.MULTILINE)
OUTPUT = re.compile(r"output of: (.*?)(?: \(status (\d)\))?$")


@dataclass(frozen=True)
class Block:
    """A fenced block: its comment, its language, its text, and where the text starts and ends in the page."""

    mark: str
    language: str
    text: str
    start: int
    end: int

    def lay_out(self, desk: Path) -> None:
        """Do to the files of a desk what it says; nothing where it shows no file."""
        what, _, name = self.mark.partition(": ")
        if what == "copy":
            source, target = name.split()
            shutil.copytree(desk / source, desk / target)
        elif what in ("file", "added to", "edit"):
            path = desk / name
            path.parent.mkdir(parents=True, exist_ok=True)
            before = "" if what == "file" else path.read_text("utf-8")
            path.write_text(self._edited(before) if what == "edit" else before + self.text, "utf-8")

    def _edited(self, text: str) -> str:
        """The text with the lines of a diff; ValueError where what it takes out does not stand there once."""
        old, new = ("".join(line[1:] for line in self.text.splitlines(True) if line[0] == sign) for sign in "-+")
        if text.count(old) != 1:
            raise ValueError(f"{self.mark}: expected once, found {text.count(old)} times: {old}")
        return text.replace(old, new)

    @property
    def command(self) -> tuple[list[str], int] | None:
        """The arguments of the command whose output it shows, and the exit status."""
        found = OUTPUT.match(self.mark)
        return None if found is None else (found[1].split(), int(found[2] or 0))

    @property
    def is_example(self) -> bool:
        """Whether it holds Python with its results."""
        return self.language == "python" and ">>> " in self.text


def pages() -> list[Path]:
    """Every page that may show commands: the README and docs/, but for decisions and measurements."""
    beside = (path for path in sorted((ROOT / "docs").rglob("*.md")) if "decisions" not in path.parts)
    return [ROOT / "README.md", *(path for path in beside if path.name != "performance.md")]


def blocks(text: str) -> Iterator[Block]:
    """The fenced blocks of a page in their order."""
    for found in BLOCK.finditer(text):
        yield Block(found[1] or "", found[2], found[3], found.start(3), found.end(3))


def prepare(page: Path, desk: Path) -> None:
    """Lay out what stands on a desk before a page begins: the cases, their evidence, and the files of other pages."""
    for name in ("assumptions", "seeds"):
        shutil.copytree(ROOT / name, desk / name)
    for name in FILES_OF.findall(page.read_text("utf-8")):
        for block in blocks((page.parent / name).read_text("utf-8")):
            block.lay_out(desk)


def printed(arguments: list[str], status: int) -> str:
    """What a command prints, without blanks at the ends of lines; with what it complains of where it ends with one.

    Raises RuntimeError where its exit status is another one.
    """
    from click.testing import CliRunner

    from valuation.cli import main

    done = CliRunner().invoke(main, arguments)
    if done.exit_code != status:
        raise RuntimeError(f"valuation {' '.join(arguments)} ends with {done.exit_code}:\n{done.output}")
    text = done.output if status else done.stdout
    return "".join(f"{line.rstrip()}\n" for line in text.strip("\n").splitlines())
