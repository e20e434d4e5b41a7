"""What the doctor finds."""

from __future__ import annotations

import enum

import msgspec


class Level(enum.IntEnum):
    """How bad it is; the exit status follows the worst."""

    OK = 0
    ADVICE = 1
    """It may be meant so."""

    WARNING = 2
    """It works now; it will fail under load, after a restart, or against an attacker."""

    PROBLEM = 3
    """It does not work."""


class Finding(msgspec.Struct, frozen=True):
    """One finding.

    Attributes:
        subject: what was looked at, in one or two words.
        level: how bad it is.
        found: what was found, in one sentence.
        cure: what to do, in one sentence; empty when nothing has to be done.
    """

    subject: str
    level: Level
    found: str
    cure: str = ""


def ok(subject: str, found: str) -> Finding:
    """All is well."""
    return Finding(subject, Level.OK, found)


def advice(subject: str, found: str, cure: str) -> Finding:
    """It may be meant so."""
    return Finding(subject, Level.ADVICE, found, cure)


def warning(subject: str, found: str, cure: str) -> Finding:
    """It will fail one day."""
    return Finding(subject, Level.WARNING, found, cure)


def problem(subject: str, found: str, cure: str) -> Finding:
    """It does not work."""
    return Finding(subject, Level.PROBLEM, found, cure)
