"""Where a worker's time goes in whole relays: which part of it, and how much a joiner.

`python -m bench.profile [--relays 6000] [--in-flight 200]`
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Any

import uvloop

from bench import results
from bench.campaign import short_phrase
from bench.handwriting import character
from bench.processes import service
from bench.relays import SEED, relay, wait_for_archive

SAMPLER = Path(__file__).parent / "sampling"
SHOWN = 24


def measure(relays: int, in_flight: int, folder: Path) -> dict[str, Any]:
    """Samples by part, and CPU by process."""
    os.environ |= {"PYTHONPATH": str(SAMPLER), "BENCH_SAMPLES": str(folder / "samples")}
    random = Random(SEED)
    inks = [character(random) for _ in range(50)]
    with service(folder / "service") as program:
        phrase = short_phrase(program.http)
        uvloop.run(relay(program.ws, phrase, inks, in_flight, in_flight))
        pid = program.process.pid
        os.kill(pid, signal.SIGUSR2)
        before = program.usage()
        start = time.monotonic()
        uvloop.run(relay(program.ws, phrase, inks, relays, in_flight))
        uvloop.run(wait_for_archive(program, relays + in_flight))
        used, seconds = program.usage() - before, time.monotonic() - start
    samples = Counter(json.loads((folder / f"samples.{pid}").read_text()))
    joiners = 2 * relays
    return {
        "seconds": seconds,
        "samples": samples.total(),
        "us_per_joiner_worker": used.server * 1e6 / joiners,
        "us_per_joiner_valkey": used.store * 1e6 / joiners,
        "parts": {
            part: {
                "share": count / samples.total(),
                "us_per_joiner": count / samples.total() * used.server * 1e6 / joiners,
            }
            for part, count in samples.most_common()
        },
    }


def table(found: dict[str, Any]) -> Iterable[str]:
    """The lines to print, the largest part first."""
    yield f"worker {found['us_per_joiner_worker']:.0f} us a joiner"
    yield f"Valkey {found['us_per_joiner_valkey']:.0f} us a joiner"
    yield "share   us/joiner"
    for part, row in list(found["parts"].items())[:SHOWN]:
        yield f"{row['share'] * 100:4.1f}% {row['us_per_joiner']:10.1f}   {part}"


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(prog="python -m bench.profile", description=__doc__)
    parser.add_argument("--relays", type=int, default=6_000)
    parser.add_argument("--in-flight", type=int, default=200, help="participants at a time")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="jielong-") as folder:
        found = measure(given.relays, given.in_flight, Path(folder))
    print("\n".join(table(found)))
    print(results.write("profile", {"arguments": vars(given)} | found))


if __name__ == "__main__":
    main()
