"""The same relay on other servers, side by side, in turns.

`python -m bench.peers [--runs 3] [--only NAME ...]`; the first run installs them in a cache folder.

Each is one process with its own Valkey. All count finished works in Redis; only the service checks
every message, keeps seats, turns and ink through crashes, and stores works.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

from bench import results
from bench.peers import install, measures, targets
from bench.peers.targets import Target

MEASURES = ("frame", "joiner", "join", "connection")


def compare(given: Any, folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Every target, measure by measure and run by run in turns."""
    found: dict[str, list[dict[str, Any]]] = {}
    with ExitStack() as stack:
        everyone = start(given.only, folder, stack)
        for target in everyone:
            measures.us_per_joiner(target, given.joiners // 4, given.in_flight)
        for _ in range(given.runs):
            run: dict[str, dict[str, Any]] = {target.name: {} for target in everyone}
            for target in everyone:
                run[target.name]["frame"] = measures.us_per_frame(
                    target, given.pairs, given.seconds
                )
            for target in everyone:
                run[target.name]["joiner"] = measures.us_per_joiner(
                    target, given.joiners, given.in_flight
                )
            for target in everyone:
                run[target.name]["join"] = measures.us_per_join(
                    target, given.joiners, given.in_flight
                )
            for name, values in run.items():
                found.setdefault(name, []).append(values)
    for number in range(given.runs):
        with ExitStack() as stack:
            for target in start(given.only, folder / f"fresh-{number}", stack):
                measures.bytes_per_connection(target, given.connections // 10, given.rate)
                found[target.name][number]["connection"] = measures.bytes_per_connection(
                    target, given.connections, given.rate
                )
    return found


def start(only: list[str], folder: Path, stack: ExitStack) -> list[Target]:
    """The service and its peers, all running."""
    everyone = []
    if not only or "jielong" in only:
        everyone.append(stack.enter_context(targets.jielong(folder / "jielong")))
    for number, (name, (command, connection_type)) in enumerate(targets.commands().items()):
        if not only or name in only:
            place = folder / f"peer-{number}"
            everyone.append(
                stack.enter_context(targets.peer(name, place, command, connection_type))
            )
    return everyone


def summarize(found: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """Medians, and ratios to the service in the same run."""
    ours = found.get("jielong")
    summary: dict[str, Any] = {}
    for name, runs in found.items():
        row: dict[str, Any] = {"runs": runs}
        for measure in MEASURES:
            values = [_total(run[measure]) for run in runs]
            row[measure] = median(values)
            if ours is not None:
                ratios = [
                    value / _total(our[measure]) for value, our in zip(values, ours, strict=True)
                ]
                row[f"{measure}_ratio"] = median(ratios)
        summary[name] = row
    return summary


def _total(value: Any) -> float:
    return sum(value) if isinstance(value, tuple) else float(value)


def lines(summary: dict[str, Any]) -> Iterator[str]:
    """The table: each peer's cost, and how many times ours it is."""
    yield f"{'':18}{'us/frame':>10}{'x':>7}{'us/joiner':>12}{'x':>7}" + (
        f"{'us/join':>10}{'x':>7}{'KiB/idle':>10}{'x':>7}"
    )
    for name, row in summary.items():
        cells = (
            f"{row[measure] / (1_024 if measure == 'connection' else 1):{width}.1f}"
            f"{row.get(f'{measure}_ratio', 0):7.2f}"
            for measure, width in zip(MEASURES, (10, 12, 10, 10), strict=True)
        )
        yield f"{name:18}" + "".join(cells)


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.peers",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--runs", type=int, default=3)
    add("--pairs", type=int, default=40, help="that write live ink, 50 frames a second each")
    add("--seconds", type=float, default=5.0, help="of live ink")
    add("--joiners", type=int, default=2_000)
    add("--in-flight", type=int, default=100)
    add("--connections", type=int, default=3_000)
    add("--rate", type=float, default=500.0, help="idle connections a second while they come")
    add("--only", nargs="+", default=[], metavar="NAME", help="of the table's first column")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="jielong-") as folder:
        summary = summarize(compare(given, Path(folder)))
    print("\n".join(lines(summary)))
    versions = install.versions(install.node(), install.channels())
    content = {"arguments": vars(given), "peers": versions, "targets": summary}
    print(results.write("peers", content))


if __name__ == "__main__":
    main()
