"""A case to start from: what is asked of the analyst, and the commented files that follow from the answers."""

from .wish import Leaving, PartWish, Wish
from .write import Started, start

__all__ = ["Leaving", "PartWish", "Started", "Wish", "start"]
