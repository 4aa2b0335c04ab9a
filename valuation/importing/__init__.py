"""Data at the door: peers and financials from CSV, Excel ranges and frames become text files of a case, checked."""

from .door import Imported, import_data
from .grid import read_range
from .wanted import Wanted

__all__ = ["Imported", "Wanted", "import_data", "read_range"]
