"""The methods of valuation, one a file. To add one: write its file, import it here, add its published number."""

from .dcf import dcf
from .method import METHODS, Method, Worth
from .multiple import multiple
from .precedent import precedent
from .scenarios import scenarios
from .stake import stake
from .venture import venture

__all__ = [
    "METHODS",
    "Method",
    "Worth",
    "dcf",
    "multiple",
    "precedent",
    "scenarios",
    "stake",
    "venture",
]
