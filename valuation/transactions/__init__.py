"""The routes by which a part leaves its group, one a file. To add one: write its file and import it here."""

from .carve_out import carve_out
from .distribution import distribution
from .merger import merger
from .route import GROUP, OTHERS, OWNERS, ROUTES, Before, Outcome, Route
from .sale import sale
from .split_off import split_off
from .tracking_stock import tracking_stock

__all__ = [
    "GROUP",
    "OTHERS",
    "OWNERS",
    "ROUTES",
    "Before",
    "Outcome",
    "Route",
    "carve_out",
    "distribution",
    "merger",
    "sale",
    "split_off",
    "tracking_stock",
]
