"""Layouts: what is told of each result, as tables that the terminal prints and notebooks show.

A result's class asks for its layout in ``tables()``; commands print the same tables.
"""
