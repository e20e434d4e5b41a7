"""Why a campaign is refused, in the language of the page, where the reason is always the same."""

from __future__ import annotations

from collections.abc import Sequence

from server.campaign.problems import Problem
from server.console.texts import Translate, text

REASONS = (
    text("a network has at least one"),
    text("cannot be changed"),
    text("close it before you archive it"),
    text("goes with no choice of the library"),
    text("has give, but the campaign has no fund"),
    text("has pledge, but the campaign has no pledge"),
    text("is empty"),
    text("is empty; a campaign offers writing, pledging or giving at least"),
    text("is empty; put the public key of WeChat Pay there, as PEM"),
    text("restore it before you open it"),
    text("the campaign closes before it opens"),
    text("the campaign has no phrase of its own"),
    text("there is a campaign of this id; choose another id"),
    text("there is no campaign of this id"),
)
"""Reasons of `campaign.checks` and `campaign.manager` that name no value; others are in English."""


def told(problems: Sequence[Problem], t: Translate) -> str:
    """All reasons, in one line."""
    return "; ".join(t(problem.reason) for problem in problems)
