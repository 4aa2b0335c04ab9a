"""The methods of valuation, one a file. To add one: write its file, import it here, add its published number."""

from .apv import apv
from .dcf import dcf
from .fcfe import fcfe
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
    "apv",
    "dcf",
    "fcfe",
    "multiple",
    "precedent",
    "scenarios",
    "stake",
    "venture",
]
