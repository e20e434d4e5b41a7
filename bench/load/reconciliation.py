"""Reconciles what the load saw with the counters, the serial numbers and the archive."""

from __future__ import annotations

from typing import Any

from bench.campaign import campaign
from bench.load import serials
from bench.load.shared_stats import SharedStats
from bench.load.target import Target
from bench.load.timeline import Run


def reconcile(
    run: Run, target: Target, stats: SharedStats, before: dict[str, Any], lanes: int
) -> tuple[dict[str, Any], list[str]]:
    """Return the counts, and a list of everything that does not agree.

    One lane numbers its hands without gaps, in the order of the commits; several lanes are granted
    blocks, so numbers are left out, and one that comes later may be lower for a few seconds.
    """
    counters = campaign(target.http)["counters"]
    relays = counters["relays"] - before["counters"]["relays"]
    hands = counters["participants"] - before["counters"]["participants"]
    completed = stats.total("completed")
    found: dict[str, Any] = {
        "joiners": run.joiners,
        "completed": completed,
        "left_alone": run.joiners % 2,
        "relays": relays,
        "participants": hands,
        "serials": serials.merge(list(stats.serials()), hands)
        | {name: stats.total(name) for name in ("outside", "early")},
        "failed": stats.total("failed"),
        "turned_away": stats.total("turned_away"),
        "errors": dict(run.errors),
    }
    found["serials"]["twice"] += stats.total("twice")
    expected = run.joiners - run.joiners % 2
    wrong = []
    if completed != expected:
        wrong.append(f"{expected} were to finish, {completed} did")
    if (relays, hands) != (completed // 2, completed):
        wrong.append(f"counted {relays} relays and {hands} participants for {completed} completed")
    bad = ("twice", "outside") if lanes > 1 else ("twice", "outside", "missing", "beyond", "early")
    wrong += [f"{found['serials'][name]} serials {name}" for name in bad if found["serials"][name]]
    archived = target.archived()
    if archived is not None and before["archive"] is not None:
        works, in_sql = (now - then for now, then in zip(archived, before["archive"], strict=True))
        found |= {"works_in_sql": works, "hands_in_sql": in_sql}
        if (works, in_sql) != (relays, hands):
            wrong.append(f"{works} works and {in_sql} hands in SQL")
    return found, wrong
