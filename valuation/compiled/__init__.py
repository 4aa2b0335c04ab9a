"""The compiled reading: the recorded formulas of a model as machine code, for many draws at once."""

from .kernel import Kernel, NotCompiled, compile_model, compile_rows

__all__ = ["Kernel", "NotCompiled", "compile_model", "compile_rows"]
