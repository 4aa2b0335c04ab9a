"""A worksheet of XlsxWriter that looks once at each function, not at each formula for every function."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final

_FUNCTION: Final = re.compile(r"[\w.]+(?=\()")


@cache
def worksheet_class() -> type:
    """The class of worksheets of a book.

    XlsxWriter searches each formula for some thirty functions that Excel keeps under longer names, which took a third
    of the time of a large book. A function that it left alone once is not searched for again.
    """
    from xlsxwriter.worksheet import Worksheet

    plain: set[str] = set()

    class Plain(Worksheet):  # type: ignore[misc]
        def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> Any:
            named = set(_FUNCTION.findall(formula))
            if named <= plain and formula.startswith("=") and not formula.endswith("}"):
                return formula[1:]
            found = super()._prepare_formula(formula, expand_future_functions)
            if found == formula[1:]:
                plain.update(named)
            return found

    return Plain
