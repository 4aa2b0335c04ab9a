"""What moved the value per share from one case to another, assumption by assumption."""

from .report import Comparison, compare

__all__ = ["Comparison", "compare"]
