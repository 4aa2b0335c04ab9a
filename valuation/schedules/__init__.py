"""Supporting schedules, one a file. To add one: write its file and import it here."""

from .research import research
from .schedule import SCHEDULES, Schedule

__all__ = ["SCHEDULES", "Schedule", "research"]
