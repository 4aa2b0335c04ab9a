"""The way back: what was edited in a workbook returns to the assumption files it was made from."""

from .pulling import pull
from .report import Pulled

__all__ = ["Pulled", "pull"]
