"""The recorded formulas of a model for many draws at once: as machine code, or as a list of NumPy calls."""

from .kernel import Kernel, NotCompiled, compile_model, compile_rows
from .program import Program, write_model, write_rows

__all__ = ["Kernel", "NotCompiled", "Program", "compile_model", "compile_rows", "write_model", "write_rows"]
