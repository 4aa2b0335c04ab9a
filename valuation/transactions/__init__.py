"""The routes by which a part leaves its group, one a file. To add one: write its file and import it here."""

from .route import ROUTES, Before, Outcome, Route

__all__ = ["ROUTES", "Before", "Outcome", "Route"]
