"""The command line as ``python -m valuation.cli``."""

from .commands import main

main(prog_name="valuation")
