"""Supporting schedules, one a file. To add one: write its file and import it here."""

from .captive import captive
from .contribution import contribution
from .cost_of_capital import cost_of_capital
from .failure import failure
from .holding_discount import holding_discount
from .listing_tests import listing_tests
from .marketability import marketability
from .regional_premium import regional_premium
from .regression import regression
from .research import research
from .schedule import SCHEDULES, Schedule
from .segment_betas import segment_betas
from .stub_value import stub_value

__all__ = [
    "SCHEDULES",
    "Schedule",
    "captive",
    "contribution",
    "cost_of_capital",
    "failure",
    "holding_discount",
    "listing_tests",
    "marketability",
    "regional_premium",
    "regression",
    "research",
    "segment_betas",
    "stub_value",
]
