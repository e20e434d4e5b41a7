"""What the console costs a worker and its web process, by CPU time.

`python -m bench.console [--seconds 20] [--viewers 10]`: without the console; with it and nobody who
looks; with so many viewers of the overview, each of whom asks for the figures every 2 s. Nobody
writes meanwhile, so all CPU is that of the console and of what runs anyway.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from pathlib import Path
from typing import Any

from bench import accounting, results
from bench.processes import service
from tests.integration.console import PASSWORD, ConsoleClient

SETTLE_SECONDS = 3.0


async def view(client: ConsoleClient, seconds: float) -> int:
    """Look at the overview as the page's script does; how often figures came."""
    came, until = 0, time.monotonic() + seconds
    while time.monotonic() < until:
        async with client.http.stream("GET", f"{client.base}/figures") as answer:
            async for _ in answer.aiter_lines():
                came += 1
                if time.monotonic() >= until:
                    break
    return came


async def measure(seconds: float, viewers: int, **settings: object) -> dict[str, Any]:
    """CPU of the processes of a service in percent of a core; sign-ins come before."""
    with (
        tempfile.TemporaryDirectory(prefix="jielong-") as folder,
        service(Path(folder), **settings) as program,
    ):
        clients = [ConsoleClient(program.http) for _ in range(viewers)]
        for client in clients:
            await client.sign_in()
        await asyncio.sleep(SETTLE_SECONDS)
        family = accounting.family(program.process.pid)
        before, start = accounting.cpu(family), time.monotonic()
        looking = [asyncio.create_task(view(client, seconds)) for client in clients]
        await asyncio.sleep(seconds)
        used = accounting.by_part(accounting.cpu(family) - before)
        passed = time.monotonic() - start
        came = sum(await asyncio.gather(*looking))
        for client in clients:
            await client.http.aclose()
    percent = {part: round(100 * cpu / passed, 2) for part, cpu in used.items()}
    return {"core_percent": percent, "viewers": viewers, "figures": came}


async def compare(seconds: float, viewers: int) -> dict[str, Any]:
    """Without a console, with one, and with viewers."""
    return {
        "off": await measure(seconds, 0),
        "on": await measure(seconds, 0, admin_password=PASSWORD),
        "viewed": await measure(seconds, viewers, admin_password=PASSWORD),
    }


def main() -> None:
    """Measure, print and keep the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--viewers", type=int, default=10)
    given = parser.parse_args()
    found = asyncio.run(compare(given.seconds, given.viewers))
    for name, one in found.items():
        parts = "  ".join(f"{part} {cpu:.2f} %" for part, cpu in one["core_percent"].items())
        print(f"{name:<7} {parts}; figures came {one['figures']} times to {one['viewers']} viewers")
    print(results.write("console", found))


if __name__ == "__main__":
    main()
