"""Reverse: what the market price implies for one assumption or one part, by root search and in closed form."""

from .solve import Solution, solve

__all__ = ["Solution", "solve"]
