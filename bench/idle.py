"""Memory of a worker for each connection that is open and silent.

`python -m bench.idle [--connections 5000] [--runs 3]`: with nothing said, and after `hello`.
`python -m bench.idle --connected 100000 [--turns 0.5]`: so many at once over several workers, with
that share of them in relays, and how long their turns take.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from bench import accounting, results
from bench.campaign import short_phrase
from bench.load import histogram
from bench.load.generator import LoadGenerator
from bench.processes import Program, service

CONNECTIONS = 5_000
WARM_UP = 500
PER_WORKER = 15_000
"""Most connections of one worker, since descriptors are limited."""

SETTLE_SECONDS = 2.0
"""Wait after connections were opened or closed."""

SILENT_SECONDS = 2.0
"""Time for which the CPU of silent connections is measured."""

TURN_SECONDS = 3_600
MEASURES = ("rss", "pss", "private")


def measure_stage(program: Program, stage: str, connections: int) -> dict[str, float]:
    """Bytes for a connection at one stage, in a process that has had connections before."""
    pid = program.process.pid
    before = accounting.memory(pid)
    ran = accounting.running_seconds(pid)
    with LoadGenerator(program.http, **{stage: connections}) as generator:  # type: ignore[arg-type]
        generator.wait(stage, connections)
        opening = (accounting.running_seconds(pid) - ran) / connections
        time.sleep(SETTLE_SECONDS)
        after = accounting.memory(pid)
        cpu_before, start = accounting.cpu(accounting.family(pid)), time.monotonic()
        time.sleep(SILENT_SECONDS)
        cpu = accounting.by_part(accounting.cpu(accounting.family(pid)) - cpu_before)
        seconds = time.monotonic() - start
    time.sleep(SETTLE_SECONDS)
    found = {name: (after[name] - before[name]) / connections for name in MEASURES}
    found["us_per_connection"] = opening * 1e6
    return found | {"core_percent": cpu.get(accounting.WORKER, 0.0) / seconds * 100}


def measure_bytes(connections: int, runs: int) -> dict[str, Any]:
    """Medians over runs; each run and stage has a new process."""
    stages: dict[str, list[dict[str, float]]] = {"upgraded": [], "greeted": []}
    for _ in range(runs):
        for stage, found in stages.items():
            with (
                tempfile.TemporaryDirectory(prefix="jielong-") as folder,
                service(Path(folder)) as program,
            ):
                measure_stage(program, stage, WARM_UP)
                found.append(measure_stage(program, stage, connections))
    return {
        stage: {name: median(run[name] for run in found) for name in found[0]} | {"runs": found}
        for stage, found in stages.items()
    }


def measure_connected(given: Any) -> dict[str, Any]:
    """Connect everybody at once and measure turns."""
    workers = -(-given.connected // PER_WORKER)
    writers = round(given.connected * given.turns) // 2 * 2
    with (
        tempfile.TemporaryDirectory(prefix="jielong-") as folder,
        service(Path(folder), workers=workers, turn_seconds=TURN_SECONDS) as program,
    ):
        pid = program.process.pid
        phrase = short_phrase(program.http)
        pids = accounting.workers(pid) or [pid]
        before = [accounting.memory(worker) for worker in pids]
        with LoadGenerator(
            program.http,
            phrase,
            greeted=given.connected - writers,
            writers=writers,
            rate=given.rate,
            writing=given.writing,
        ) as generator:
            took = generator.wait("greeted", given.connected)
            generator.wait("seated", writers - writers % 2)
            time.sleep(SETTLE_SECONDS)
            after = [accounting.memory(worker) for worker in pids]
            turns = _measure_turns(generator, pid, given.seconds)
            opened = generator.stats.total("open")
        errors = dict(generator.errors)
    return {
        "connected": opened,
        "writers": writers,
        "workers": workers,
        "connecting_seconds": took,
        "bytes_per_connection": {
            name: sum(b[name] - a[name] for a, b in zip(before, after, strict=True)) / opened
            for name in MEASURES
        },
        **turns,
        "errors": errors,
    }


def _measure_turns(generator: LoadGenerator, pid: int, seconds: float) -> dict[str, Any]:
    """How many turns there are in `seconds`, how long they take, and what they cost."""
    turns, counts = generator.stats.total("turns"), generator.latency("committed")
    cpu, start = accounting.cpu(accounting.family(pid)), time.monotonic()
    load = generator.stats.total("cpu_us")
    time.sleep(seconds)
    took = time.monotonic() - start
    used = accounting.by_part(accounting.cpu(accounting.family(pid)) - cpu)
    used["load"] = (generator.stats.total("cpu_us") - load) / 1e6
    return {
        "turns_per_second": (generator.stats.total("turns") - turns) / took,
        "turn_ms": histogram.summary(generator.latency("committed") - counts),
        "cores": {part: value / took for part, value in used.items()},
    }


def lines(found: dict[str, Any]) -> Iterator[str]:
    """The lines that are printed."""
    for stage, values in found.get("stages", {}).items():
        sizes = "  ".join(f"{name} {values[name] / 1024:.2f}" for name in MEASURES)
        yield (
            f"{stage:<9} KiB a connection: {sizes}   {values['core_percent']:.1f} % of a core; "
            f"{values['us_per_connection']:.0f} us to open one"
        )
    if "connected" in found:
        all_ = found["connected"]
        sizes = "  ".join(f"{k} {v / 1024:.2f}" for k, v in all_["bytes_per_connection"].items())
        yield f"{all_['connected']:,} connected over {all_['workers']} workers, KiB each: {sizes}"
        turn = all_["turn_ms"]
        yield (
            f"{all_['writers']:,} in relays, {all_['turns_per_second']:.0f} turns a second: "
            f"p50 {turn['p50']:.1f} ms, p99 {turn['p99']:.1f} ms, max {turn['max']:.1f} ms"
        )
        yield "cores: " + "  ".join(f"{part} {value:.2f}" for part, value in all_["cores"].items())
        yield f"errors: {all_['errors'] or 'none'}"


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.idle",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--connections", type=int, default=CONNECTIONS, help="of one worker")
    add("--runs", type=int, default=3)
    add("--connected", type=int, help="measure so many at once instead")
    add("--turns", type=float, default=0.5, help="share of them in relays")
    add("--writing", type=float, default=20.0, help="seconds to write a character")
    add("--rate", type=float, default=1_500.0, help="connections a second while they come")
    add("--seconds", type=float, default=30.0, help="of turns")
    given = parser.parse_args()
    if given.connected:
        name, found = "connected", {"connected": measure_connected(given)}
    else:
        name, found = "idle", {"stages": measure_bytes(given.connections, given.runs)}
    print("\n".join(lines(found)))
    print(results.write(name, {"arguments": vars(given), **found}))


if __name__ == "__main__":
    main()
