"""Reading: assumption files become a Case, or a list of problems each with its place."""

from .case import load, read

__all__ = ["load", "read"]
