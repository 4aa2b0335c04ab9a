"""What every analysis shares: how its rows become JSON and a table of pandas."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from ..assumptions import Input
from ..units import Unit

if TYPE_CHECKING:
    from pandas import DataFrame

EVENT = "event"


def is_event(found: Input) -> bool:
    """Whether an input happens or not."""
    return found.distribution is not None and found.distribution.name == EVENT


def plain(found: Any) -> Any:
    """Return a row, or rows, as JSON knows them: units as text, no NaN."""
    match found:
        case float():
            return found if math.isfinite(found) else None
        case Unit():
            return str(found)
        case tuple() | list():
            return [plain(one) for one in found]
        case dict():
            return {name: plain(one) for name, one in found.items()}
        case _ if hasattr(found, "__dataclass_fields__"):
            return {field.name: plain(getattr(found, field.name)) for field in fields(found)}
    return found


def frame(rows: Iterable[Any], index: str | list[str] = "name") -> DataFrame:
    """Return rows as a pandas frame, a row an input, indexed by its dotted name; units are text."""
    import pandas as pd

    told = [{field.name: getattr(row, field.name) for field in fields(row)} for row in rows]
    told = [{name: str(one) if isinstance(one, Unit) else one for name, one in row.items()} for row in told]
    return pd.DataFrame(told).set_index(index) if told else pd.DataFrame()
