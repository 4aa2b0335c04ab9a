"""Write what commands print into the README and the pages of docs/, and the index of theory; see `make docs`."""

import os
import tempfile
from pathlib import Path

from pages import ROOT, blocks, pages, prepare, printed


def refreshed(text: str, desk: Path) -> str:
    """The page with what its commands print now."""
    kept, after = [], 0
    for block in blocks(text):
        block.lay_out(desk)
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
