"""Supporting schedules, one a file. To add one: write its file and import it here."""

from .captive import captive
from .contribution import contribution
from .listing_tests import listing_tests
from .marketability import marketability
from .regression import regression
from .research import research
from .schedule import SCHEDULES, Schedule

__all__ = [
    "SCHEDULES",
    "Schedule",
    "captive",
    "contribution",
    "listing_tests",
    "marketability",
    "regression",
    "research",
]
