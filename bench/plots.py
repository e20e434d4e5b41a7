"""Plots of results that compare figures with a floor, with peers or with a goal.

`python -m bench.plots [FILE ...]`: of the newest results of each kind, or of these files. What runs
over time (`joiners`) and what is simulated draws its own.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from bench import figures, results
from bench.figures import Bars

Results = dict[str, Any]
KIB = 1_024
SHOWN = 12
"""Parts of a profile, the largest first."""

CONNECTION_KIB, JOINER_US, PAIRING_US, TURN_MS = 7.0, 300.0, 5.0, 100.0
"""Goals that are not in the results themselves."""


def _column(rows: Results, key: str, unit: float = 1) -> dict[str, float]:
    return {name: row[key] / unit for name, row in rows.items()}


def _goals(rows: Results, key: str) -> dict[str, float]:
    return {name: row[key] for name, row in rows.items() if row.get(key) is not None}


def ink(found: Results) -> list[Bars]:
    """CPU of a relayed frame."""
    rows = found["targets"]
    ratios = Bars("times the floor", _column(rows, "ratio"), _goals(rows, "goal"))
    return [ratios, Bars("us of CPU a frame", _column(rows, "us_per_frame"), {})]


def latency(found: Results) -> list[Bars]:
    """How late a frame comes."""
    rows = found["targets"]
    added = Bars("ms added at p99", _column(rows, "added_p99"), _goals(rows, "goal_ms"))
    return [added, *(Bars(f"{rank}, ms", _column(rows, rank), {}) for rank in ("p50", "p99"))]


def relays(found: Results) -> list[Bars]:
    """CPU of a whole relay."""
    rows = found["targets"]
    return [
        Bars("times the floor", _column(rows, "ratio"), {}),
        Bars("us of CPU a relay, Valkey included", _column(rows, "us_per_relay"), {}),
    ]


def idle(found: Results) -> list[Bars]:
    """Memory of a silent connection."""
    kib = {stage: row["rss"] / KIB for stage, row in found["stages"].items()}
    return [Bars("KiB of a worker for a connection", kib, {"greeted": CONNECTION_KIB})]


def connected(found: Results) -> list[Bars]:
    """Turns while very many are connected."""
    one = found["connected"]
    name = f"{one['connected']:,} connected"
    turns = {f"{name}, {rank}": one["turn_ms"][rank] for rank in ("p50", "p90", "p99")}
    title = f"ms until a commit is answered, {one['turns_per_second']:,.0f} a second"
    return [
        Bars(title, turns, {f"{name}, p99": TURN_MS}),
        Bars("cores, means of all", one["cores"], {}),
    ]


def match(found: Results) -> list[Bars]:
    """Valkey's CPU by lanes and batches."""
    cases = {f"lanes: {case['lanes']}, batch: {case['batch']}": case for case in found["cases"]}
    join = _column(cases, "us_join")
    return [
        Bars("us of Valkey to seat one joiner", join, dict.fromkeys(join, PAIRING_US)),
        Bars("us of Valkey for a commit", _column(cases, "us_commit"), {}),
        Bars(
            "us of Valkey to seat one joiner, and its parts alone",
            {part: us for part, us in found["parts_of_join"].items() if part != "batch"},
            {"pairing": PAIRING_US},
        ),
    ]


def profile(found: Results) -> list[Bars]:
    """Where a worker's time goes."""
    parts = {name: row["us_per_joiner"] for name, row in list(found["parts"].items())[:SHOWN]}
    worker, store = found["us_per_joiner_worker"], found["us_per_joiner_valkey"]
    whole = {"worker": worker, "Valkey": store, "together": worker + store}
    return [
        Bars("us of CPU a joiner", whole, {"together": JOINER_US}),
        Bars("us of the worker's a joiner, by its largest parts", parts, {}),
    ]


def peers(found: Results) -> list[Bars]:
    """The same relay on other servers."""
    rows = found["targets"]
    return [
        Bars("us of CPU for a frame of ink, relayed", _column(rows, "frame"), {}),
        Bars("us of CPU for a joiner, whole", _column(rows, "joiner"), {}),
        Bars("us of CPU for a joiner who is matched and leaves", _column(rows, "join"), {}),
        Bars("KiB for an idle connection", _column(rows, "connection", KIB), {}),
    ]


def storm(found: Results) -> list[Bars]:
    """Turns of others while all come back."""
    turns = {
        f"{rank}, {when}": found[when]["turn_ms"][rank]
        for rank in ("p50", "p99")
        for when in ("before", "during")
    }
    goals = {
        f"{rank}, during": found["goal"] * found["before"]["turn_ms"][rank]
        for rank in ("p50", "p99")
    }
    back = {rank: found["back_ms"][rank] / 1_000 for rank in ("p50", "p99", "max")}
    return [
        Bars("ms until a commit of others is answered", turns, goals),
        Bars(f"seconds until one of {found['dropped']:,} is back", back, {}),
    ]


def web(found: Results) -> list[Bars]:
    """Ink while works are read."""
    rows = {f"{name}, before": row for name, row in found.get("before", {}).items()}
    rows |= found["slices"]
    return [
        Bars(title, _column(rows, key), {})
        for title, key in (
            ("ms that a frame of ink is on its way, 99th percentile", "frame p99"),
            ("ms that a frame of ink is on its way, 99.9th percentile", "frame p99.9"),
            (
                "ms of CPU between two calls of the worker's 1 ms timer, the longest",
                "hold longest",
            ),
        )
    ]


KINDS: dict[str, Callable[[Results], list[Bars]]] = {
    "ink": ink,
    "latency": latency,
    "relays": relays,
    "idle": idle,
    "connected": connected,
    "match": match,
    "profile": profile,
    "peers": peers,
    "storm-sockets": storm,
    "storm-worker": storm,
    "web": web,
}


def kind_of(path: Path) -> str:
    """What the results in a file are of: its name without the date."""
    return path.stem[: -len("-2026-11-25")]


def drawing(path: Path) -> Callable[[Results], list[Bars]] | None:
    """How a file's results are drawn; None for those of a benchmark that draws its own."""
    kind = f"{kind_of(path)}-"
    return next((draw for name, draw in KINDS.items() if kind.startswith(f"{name}-")), None)


def newest() -> list[Path]:
    """The newest file of each kind that is drawn here."""
    found = {kind_of(path): path for path in sorted(results.FOLDER.glob("*.json"))}
    return [path for path in found.values() if drawing(path) is not None]


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(prog="python -m bench.plots", description=__doc__)
    parser.add_argument("files", type=Path, nargs="*", metavar="FILE")
    given = parser.parse_args()
    for path in given.files or newest():
        draw = drawing(path)
        if draw is None:
            parser.error(f"{path} is none of these")
        found = msgspec.json.decode(path.read_bytes())
        title = f"{found['command']}\n{found['machine']['cpu']}, {found['date'][:10]}"
        print(figures.save_bars(path, title, draw(found)))


if __name__ == "__main__":
    main()
