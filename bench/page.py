"""What the page takes of a visitor's time and device, in Chromium.

`python -m bench.page [--visits 5]` measures how long after navigation the paper takes the first
stroke, on a device four times slower than this machine and on slow lines, for a first visit and for
a return; then what a stroke costs the pages of its writer and its watcher, beside the same way of a
mouse that draws nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from playwright.async_api import Browser, CDPSession, async_playwright

from bench import results
from tests.browser.first_stroke import LINES, Line, first_and_return
from tests.browser.launch import launch
from tests.browser.participant_page import ParticipantPage, open_room
from tests.service import Service, start_service

GOALS_MS = {
    ("3 Mbit/s, 100 ms", "first visit"): 1_000,
    ("3 Mbit/s, 100 ms", "return"): 600,
    ("1.6 Mbit/s, 200 ms", "first visit"): 1_800,
    ("1.6 Mbit/s, 200 ms", "return"): 900,
}

STROKE_SECONDS, STROKES = 2, 3
POINTS_A_SECOND = 60


async def first_strokes(browser: Browser, address: str, visits: int) -> list[dict[str, Any]]:
    """The median time until the first stroke, by line and kind of visit."""
    rows: list[dict[str, Any]] = []
    line: Line | None
    for line in (None, *LINES):
        found = [await first_and_return(browser, address, line) for _ in range(visits)]
        for kind, made in zip(("first visit", "return"), zip(*found, strict=True), strict=True):
            name = line.name if line else "no throttling"
            rows.append(
                {
                    "line": name,
                    "visit": kind,
                    "ms": median(one.ms for one in made),
                    "goal_ms": GOALS_MS.get((name, kind)),
                    "fastest_ms": min(one.ms for one in made),
                    "slowest_ms": max(one.ms for one in made),
                    "requests": max(len(one.requests) for one in made),
                    "kilobytes": made[0].kilobytes,
                }
            )
    return rows


async def drawing(browser: Browser, service: Service) -> dict[str, float]:
    """What a stroke costs its writer's page and its watcher's; a mouse that moves costs 1."""
    pages = [ParticipantPage(await (await browser.new_context()).new_page()) for _ in range(2)]
    for each in pages:
        await each.page.goto(f"{service.url}/?phrase=jiayou")
    one, two = pages
    await open_room(one, two)
    writer, watcher = await _meter_of(one), await _meter_of(two)
    moves, writes, watches = [], [], []
    for _ in range(STROKES):
        begun = await _thread_seconds(writer)
        await _move_long(one)
        moved, seen = await _thread_seconds(writer), await _thread_seconds(watcher)
        await one.page.mouse.down()
        await _move_long(one)
        await one.page.mouse.up()
        moves.append(moved - begun)
        writes.append(await _thread_seconds(writer) - moved)
        watches.append(await _thread_seconds(watcher) - seen)
    return {"writer": min(writes) / min(moves), "watcher": min(watches) / min(moves)}


async def _meter_of(participant: ParticipantPage) -> CDPSession:
    """Tells how long the page's own thread computes: what else the machine does is not in it."""
    meter = await participant.page.context.new_cdp_session(participant.page)
    await meter.send("Performance.enable", {"timeDomain": "threadTicks"})
    return meter


async def _thread_seconds(meter: CDPSession) -> float:
    answer = await meter.send("Performance.getMetrics")
    return float(next(it["value"] for it in answer["metrics"] if it["name"] == "TaskDuration"))


async def _move_long(participant: ParticipantPage) -> None:
    """Some seconds of the mouse, with as many points as a good screen gives."""
    box = await participant.see("paper").bounding_box()
    assert box is not None
    begun = time.monotonic()
    for point in range(STROKE_SECONDS * POINTS_A_SECOND):
        await asyncio.sleep(begun + point / POINTS_A_SECOND - time.monotonic())
        share = point / POINTS_A_SECOND / STROKE_SECONDS
        angle, radius = share * 8 * math.pi, 0.08 + 0.3 * share
        await participant.page.mouse.move(
            box["x"] + box["width"] * (0.5 + radius * math.cos(angle)),
            box["y"] + box["height"] * (0.5 + radius * math.sin(angle)),
        )


async def measure(visits: int) -> tuple[list[dict[str, Any]], dict[str, float]]:
    """Both, on a service of its own."""
    with tempfile.TemporaryDirectory() as folder:
        service = start_service(Path(folder))
        try:
            async with async_playwright() as playwright:
                browser = await launch(playwright)
                rows = await first_strokes(browser, f"{service.url}/?phrase=jiayou", visits)
                costs = await drawing(browser, service)
                await browser.close()
        finally:
            service.stop()
    return rows, costs


def main() -> None:
    """Measure, print, and write the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visits", type=int, default=5, help="of each kind")
    given = parser.parse_args()
    rows, costs = asyncio.run(measure(given.visits))
    print("    ms  goal  requests     kB")
    for row in rows:
        print(
            f"{row['ms']:6.0f}{row['goal_ms'] or '':>6}{row['requests']:10}{row['kilobytes']:7.1f}"
            f"  {row['line']}, {row['visit']}"
        )
    print(f"a mouse that moves: 1, a writer: {costs['writer']:.2f}, a watcher: ", end="")
    print(f"{costs['watcher']:.2f}")
    print(results.write("page", {"first_strokes": rows, "drawing": costs}))


if __name__ == "__main__":
    main()
