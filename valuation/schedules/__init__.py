"""Supporting schedules, one a file. To add one: write its file and import it here."""

from .cost_of_capital import cost_of_capital
from .schedule import SCHEDULES, Schedule
from .segment_betas import segment_betas
from .stub_value import stub_value

__all__ = ["SCHEDULES", "Schedule", "cost_of_capital", "segment_betas", "stub_value"]
