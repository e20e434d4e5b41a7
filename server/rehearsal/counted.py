"""Whether the service counted exactly what the people of a rehearsal were told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server.rehearsal.measured import Measured


def inexact(before: Mapping[str, Any], after: Mapping[str, Any], measured: Measured) -> list[str]:
    """What does not fit, in words; nothing when all does.

    Args:
        before, after: what the service told of the campaign.
        measured: what people were told meanwhile.
    """
    problems = []
    works = after["counters"]["relays"] - before["counters"]["relays"]
    # Who left in the middle was not told; others may have finished those works.
    if works < len(measured.works):
        problems.append(f"{len(measured.works)} works were completed, and {works} are counted")
    for pledge, made in _grown(before, after, "pledges", "count").items():
        told = len(measured.pledges.get(pledge, ()))
        if made != told:
            problems.append(f"{told} people pledged {pledge}, and {made} are counted")
    for fund, raised in _grown(before, after, "funds", "raised").items():
        if raised != measured.given[fund]:
            problems.append(f"{measured.given[fund]} was given to {fund}, and {raised} is counted")
    return problems


def _grown(
    before: Mapping[str, Any], after: Mapping[str, Any], kind: str, key: str
) -> dict[str, int]:
    earlier = {it["id"]: it[key] for it in before[kind]}
    return {it["id"]: it[key] - earlier.get(it["id"], 0) for it in after[kind]}
