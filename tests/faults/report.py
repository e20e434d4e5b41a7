"""Writes the outcome of a run as JSON and as a Markdown page."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from bench.results import machine, versions
from tests.faults.recovery import Record
from tests.faults.results import SHOWN
from tests.faults.run import Outcome

FOLDER = Path(__file__).parents[2] / "bench" / "results"


def write(outcome: Outcome, folder: Path = FOLDER) -> Path:
    """Write `faults-<deployment>-<date>.json` and `.md`; return the path of the latter."""
    now = datetime.now(UTC)
    content = contents(outcome) | {"date": f"{now:%Y-%m-%dT%H:%M:%SZ}"}
    folder.mkdir(parents=True, exist_ok=True)
    stem = folder / f"faults-{outcome.plan.deployment}-{now:%Y-%m-%d}"
    as_json = msgspec.json.format(msgspec.json.encode(content), indent=2)
    stem.with_suffix(".json").write_bytes(as_json)
    page = stem.with_suffix(".md")
    page.write_text(page_of(content), encoding="utf-8")
    return page


def contents(outcome: Outcome) -> dict[str, Any]:
    """The content of the JSON file."""
    plan, recovery, results = outcome.plan, outcome.recovery, outcome.results
    by_kind: defaultdict[str, list[Record]] = defaultdict(list)
    for record in recovery.records:
        by_kind[record.fault.kind].append(record)
    faults = {
        kind: {
            "times": len(records),
            "until a relay": _spread([r.relay - r.since for r in records if r.relay is not None]),
            "until whole": _spread([r.whole - r.began for r in records if r.whole is not None]),
            "without a relay after it": sum(r.relay is None for r in records),
            "until back": _spread(recovery.reconnects.get(kind, [])),
        }
        for kind, records in sorted(by_kind.items())
    }
    others = {k: _spread(v) for k, v in sorted(recovery.reconnects.items()) if k not in by_kind}
    return {
        "command": " ".join(["python", "-m", "tests.faults", *sys.argv[1:]]),
        "seed": plan.seed,
        "deployment": plan.deployment,
        "durability": plan.durability,
        "workers": plan.workers,
        "clients": plan.clients,
        "lanes": outcome.final_state.lanes,
        "seconds": round(outcome.seconds, 1),
        "faults": sum(len(records) for records in by_kind.values()),
        "relays": outcome.final_state.relays,
        "relays_a_second": round(outcome.final_state.relays / outcome.seconds, 1),
        "hands": outcome.final_state.participants,
        "pledges": sum(outcome.final_state.pledge_counts.values()),
        "checked": dict(results.checked),
        "violations": len(results.violations),
        "losses_at_failovers": len(results.losses),
        "by_fault": faults,
        "returns_for_other_reasons": others,
        "refusals": outcome.refusals,
        "notes": outcome.notes,
        "first_violations": results.violations[:SHOWN],
        "first_losses": results.losses[:SHOWN],
        "jielong_check": {"status": outcome.check.status, "words": outcome.check.words[-4_000:]},
        "versions": versions(),
        "machine": machine(),
    }


def page_of(content: Mapping[str, Any]) -> str:
    """The content of the Markdown page."""
    lines = [
        f"# Faults, {content['deployment']}, {content['date']}",
        "",
        f"    {content['command']}",
        "",
        f"Seed {content['seed']}, {content['workers']} workers, {content['clients']} participants "
        f"at a time, durability `{content['durability']}`, {content['seconds']} s: "
        f"**{content['faults']} faults, {content['relays']} relays "
        f"({content['relays_a_second']} a second), {content['pledges']} pledges, "
        f"{content['violations']} violations, "
        f"{content['losses_at_failovers']} losses at failovers.**",
        "",
        "Seconds as p50 / p99 / max. *Until a relay*: from the fault, or from the end of its cause "
        "where the tests end it, to the first completed relay that began after it. *Until whole*: "
        "from the fault until every master has all its replicas again; before that, durability "
        "`replica` lets nobody be told of a change. *Until back*: from the lost connection of a "
        "participant to its next `welcome`.",
        "",
        "| fault | times | until a relay | until whole | participants back | until back |",
        "|---|---|---|---|---|---|",
    ]
    for kind, row in content["by_fault"].items():
        back = row["until back"]
        lines.append(
            f"| {kind} | {row['times']} | {_cell(row['until a relay'])} "
            f"| {_cell(row['until whole'])} | {back['n'] if back else 0} | {_cell(back)} |"
        )
    lines += ["", "| checked | times |", "|---|---|"]
    lines += [f"| {what} | {times} |" for what, times in content["checked"].items()]
    for title in ("violations", "losses"):
        found: Sequence[str] = content[f"first_{title}"]
        lines += ["", f"First {title}: {'none' if not found else ''}", ""]
        lines += [f"- {words}" for words in found]
    versions_of = ", ".join(f"{name} {version}" for name, version in content["versions"].items())
    lines += ["", f"{versions_of}; {content['machine']}", ""]
    return "\n".join(lines)


def _spread(values: Sequence[float]) -> dict[str, float] | None:
    if not values:
        return None
    ranked = sorted(values)
    last = len(ranked) - 1
    return {
        "n": len(ranked),
        "p50": round(ranked[round(0.5 * last)], 3),
        "p99": round(ranked[round(0.99 * last)], 3),
        "max": round(ranked[last], 3),
    }


def _cell(spread: Mapping[str, float] | None) -> str:
    return "–" if spread is None else f"{spread['p50']} / {spread['p99']} / {spread['max']}"
