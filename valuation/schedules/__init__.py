"""Supporting schedules, one a file. To add one: write its file and import it here."""

from .regression import regression
from .schedule import SCHEDULES, Schedule

__all__ = ["SCHEDULES", "Schedule", "regression"]
