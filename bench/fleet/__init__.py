"""Estimates a fleet that is larger than the machines at hand, by simulation and by formula."""
