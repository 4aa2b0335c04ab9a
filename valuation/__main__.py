"""The command line as ``python -m valuation``."""

from .cli import main

main(prog_name="valuation")
