"""How uncertain inputs move together: rank correlations as a copula, mended where they contradict each other."""

from .copula import KEEP, Complaint, Dependence, Pair, to_normal, to_rank
from .iman_conover import iman_conover, reorder
from .nearest_correlation import Repair, nearest_correlation

__all__ = [
    "KEEP",
    "Complaint",
    "Dependence",
    "Pair",
    "Repair",
    "iman_conover",
    "nearest_correlation",
    "reorder",
    "to_normal",
    "to_rank",
]
