"""The command line: ``valuation run``, ``value``, ``sensitivity``, ``solve``, ``check`` and ``verify``."""

from .commands import main

__all__ = ["main"]
