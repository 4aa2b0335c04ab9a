"""The methods of valuation, one a file. To add one: write its file, import it here, add its published number."""

from .apv import apv
from .dcf import dcf
from .fcfe import fcfe
from .last_round import last_round
from .method import METHODS, Measures, Method, Worth
from .multiple import multiple
from .net_asset import net_asset
from .option import option
from .precedent import precedent
from .risk_adjusted import risk_adjusted
from .scenarios import scenarios
from .stake import stake
from .venture import venture

__all__ = [
    "METHODS",
    "Measures",
    "Method",
    "Worth",
    "apv",
    "dcf",
    "fcfe",
    "last_round",
    "multiple",
    "net_asset",
    "option",
    "precedent",
    "risk_adjusted",
    "scenarios",
    "stake",
    "venture",
]
