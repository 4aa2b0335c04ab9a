"""What a text of a case must be, so that a workbook can hold it as it is: no control characters, and not endless."""

from __future__ import annotations

import re
from typing import Final

LONGEST_TEXT: Final = 32_767
"""Of one cell, in units of UTF-16, as Excel counts: a character beyond the basic plane, such as a picture, is two."""

_UNFIT: Final = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")  # what XML cannot hold, and returns


def units(text: str) -> int:
    """The length of a text as Excel counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def unfit(text: str) -> str:
    """What is wrong with a text that somebody wrote, as a complaint; '' for nothing."""
    found = _UNFIT.search(text)
    if found is not None:
        code = ord(found[0])
        what = "half of a character" if 0xD800 <= code < 0xE000 else f"the control character U+{code:04X}"
        return f"expected text, found {what}"
    if len(text) > LONGEST_TEXT // 2 and units(text) > LONGEST_TEXT:
        return f"expected at most {LONGEST_TEXT:,} characters, all that a cell holds, found {units(text):,}"
    return ""


def shortened(text: str) -> str:
    """A text as a cell can hold it: control characters become blanks, and what is cut is said at its end.

    Files with either are refused where they are read; a text put together of several may still grow too long.
    """
    clean = _UNFIT.sub(" ", text)
    if units(clean) <= LONGEST_TEXT:
        return clean
    kept = clean.encode("utf-16-le")[: 2 * (LONGEST_TEXT - 60)].decode("utf-16-le", "ignore")
    return f"{kept} … (cut here: {len(clean) - len(kept):,} characters more)"
