"""The error of a run whose figures would be worth nothing."""

from __future__ import annotations


class InvalidRunError(Exception):
    """Something was lost, altered or refused, or the load could not keep its pace."""
