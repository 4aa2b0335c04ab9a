"""Write what commands print into the README and the pages of docs/; see `make docs`."""

import contextlib
import doctest
import io
import os
import tempfile
from pathlib import Path

from pages import ROOT, blocks, pages, prepare, printed


def refreshed(text: str, desk: Path) -> str:
    """The page with what its commands print now; results of Python stay, and a test says when they are not so."""
    kept, after, known = [], 0, {}
    for block in blocks(text):
        block.lay_out(desk)
        if block.is_example:
            with contextlib.redirect_stdout(io.StringIO()):
                for example in doctest.DocTestParser().get_examples(block.text):
                    exec(compile(example.source, "page", "single"), known)
        if block.command:
            kept += [text[after : block.start], printed(*block.command)]
            after = block.end
    return "".join([*kept, text[after:]])


def refresh(page: Path) -> None:
    """Renew one page, on a desk of its own with the cases and their evidence."""
    with tempfile.TemporaryDirectory() as folder:
        prepare(page, Path(folder))
        os.chdir(folder)
        page.write_text(refreshed(page.read_text("utf-8"), Path(folder)), "utf-8")
        os.chdir(ROOT)


if __name__ == "__main__":
    for page in pages():
        refresh(page)
