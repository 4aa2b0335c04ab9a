"""Write what commands print into the README, under each comment `<!-- output of: ARGUMENTS -->`; see `make docs`."""

import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).parent.parent / "README.md"
BLOCK = re.compile(r"(<!-- output of: ([^>]*) -->\n```text\n).*?(^```)", re.MULTILINE | re.DOTALL)


def _printed(found: re.Match[str]) -> str:
    command = [sys.executable, "-m", "valuation", *found[2].split()]
    done = subprocess.run(command, cwd=README.parent, stdout=subprocess.PIPE, check=True, encoding="utf-8")
    lines = [line.rstrip() for line in done.stdout.strip().splitlines()]
    return found[1] + "\n".join(lines) + "\n" + found[3]


if __name__ == "__main__":
    README.write_text(BLOCK.sub(_printed, README.read_text("utf-8")), "utf-8")
