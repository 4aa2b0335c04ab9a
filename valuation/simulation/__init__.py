"""Simulation: standard normal draws in fixed tiles, and honest errors of what they estimate."""
