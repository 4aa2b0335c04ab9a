"""The index of docs/theory: every method, schedule and route with its chapter, from the registers; see `make docs`.

A chapter explains a calculation under a heading that ends with its name in backticks. One without a chapter is linked
to its section in the reference of assumption files, which its docstring makes; so a new one needs no edit here.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from valuation.methods import METHODS
from valuation.schedules import SCHEDULES
from valuation.transactions import ROUTES

FOLDER = Path(__file__).parent / "theory"
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)

HEAD = """\
# Theory

This page is generated (`make docs`) from the chapters and from the registers of calculations. Each chapter tells the
idea, the formula, when to use it and when not, what goes wrong in practice, the names of the parameters, the source,
and an example that a test runs.
All parameters: [assumptions/README.md](../../assumptions/README.md).
"""


def chapters() -> list[Path]:
    """The chapters, in the order in which a valuation is made: by the number in front of their names."""
    return sorted(path for path in FOLDER.glob("*.md") if path.name != "README.md")


def headings(page: Path) -> list[str]:
    """The headings of a page, the title first."""
    return HEADING.findall(FENCE.sub("", page.read_text("utf-8")))


def anchor(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def explained() -> dict[str, tuple[Path, str]]:
    """Where each name in backticks in a heading is explained: chapter and heading."""
    found: dict[str, tuple[Path, str]] = {}
    for page in chapters():
        for heading in headings(page):
            for name in re.findall(r"`(\w+)`", heading):
                found.setdefault(name, (page, heading))
    return found


def index() -> str:
    """Return the whole page."""
    return HEAD + "\n" + "\n".join([*_chapters(), "", *_calculations()]).rstrip("\n") + "\n"


def _chapters() -> Iterator[str]:
    yield "| chapter | sections |\n|---|---|"
    for page in chapters():
        title, *sections = headings(page)
        links = ", ".join(f"[{plain(section)}]({page.name}#{anchor(section)})" for section in sections)
        yield f"| [{title}]({page.name}) | {links} |"


def plain(heading: str) -> str:
    """A heading without the names of calculations after it."""
    return re.sub(r",? *`.*", "", heading).rstrip(": ")


def _calculations() -> Iterator[str]:
    where = explained()
    for title, register in (("Methods", METHODS), ("Schedules", SCHEDULES), ("Routes", ROUTES)):
        yield f"## {title}\n\n| name | what it gives | explained in |\n|---|---|---|"
        for name, found in sorted(register.items()):
            page, heading = where.get(name, (None, ""))
            link = f"[{headings(page)[0]}]({page.name}#{anchor(heading)})" if page else "the reference"
            told = found.summary.rstrip(".")
            yield f"| [`{name}`](../../assumptions/README.md#{anchor(name)}) | {told} | {link} |"
        yield ""


if __name__ == "__main__":
    (FOLDER / "README.md").write_text(index(), "utf-8")
