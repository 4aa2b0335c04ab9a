"""The way back: what was edited in a workbook returns to the assumption files it was made from."""

from .report import Pulled
from .run import pull

__all__ = ["Pulled", "pull"]
