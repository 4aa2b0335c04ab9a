"""Explaining: what one name of a case is, where it comes from, who uses it and how much of the value hangs on it."""

from .explanation import Explanation, explain

__all__ = ["Explanation", "explain"]
