"""Supporting schedules, one a file. To add one: write its file and import it here."""

from .contribution import contribution
from .schedule import SCHEDULES, Schedule

__all__ = ["SCHEDULES", "Schedule", "contribution"]
from .captive import captive
from .schedule import SCHEDULES, Schedule

__all__ = ["SCHEDULES", "Schedule", "captive"]
