"""Jielong: a real-time relay-writing service. See README.md for the tour of the house."""

__version__ = "0.3.0"
