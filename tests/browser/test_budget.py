"""What the page may cost: bytes before the first stroke, time until it, frames while drawing."""

from __future__ import annotations

import asyncio
import math
import time
from typing import Any

from playwright.async_api import CDPSession, expect

from tests.browser.conftest import DESK, PHONE, Stranger
from tests.browser.participant_page import ParticipantPage, open_room
from tests.browser.slow_link import SlowLink
from tests.service import Service

LARGEST_KIB = 140
"""The promise is 150 as they are served; this leaves room to notice."""

FIRST_STROKE_MS = 1000
LINK = {"down": 3e6 / 8, "up": 1e6 / 8, "there_and_back": 0.04}
"""3 Mbit/s down, 1 up, 40 ms there and back."""
OWN_MS = 300
"""What the page may take of that where the link is no limit. On a busy machine it takes longer, and
so does the link, which the same machine makes slow: neither is the page's fault."""

TRIES = 5

STROKE_SECONDS, STROKES = 2, 3
POINTS_A_SECOND = 60
MOST_WRITING, MOST_WATCHING = 3.5, 2.5
"""So much may a stroke cost its writer's page and its watcher's, compared with the same way of the
mouse over the paper without a stroke."""

SENDS_FIRST_STROKE = """
new MutationObserver(() => {
  if (!document.body) return;
  const join = document.querySelector('[data-testid=join]');
  if (document.body.dataset.state === 'idle' && join && !join.disabled) join.click();
  const writing = document.querySelector('.relay')?.dataset.writing === 'true';
  if (writing) window.firstStrokeAt ??= performance.now();
}).observe(document, { subtree: true, childList: true, attributes: true });
"""
"""Presses the button at once and notes when the paper takes ink."""


async def test_script_and_style_before_the_first_stroke_are_small(
    stranger: Stranger, shared: Service
) -> None:
    one = await stranger(shared, "/healthz")
    asked: list[tuple[str, str]] = []
    one.page.on("request", lambda request: asked.append((request.resource_type, request.url)))
    await one.page.goto(f"{shared.url}/?phrase=jiayou")
    await one.join()
    await one.is_in("waiting")
    await expect(one.see("relay")).to_have_attribute("data-writing", "true")
    sizes = {}
    for kind, url in asked:
        if kind in ("script", "stylesheet"):
            sizes[url] = len(await (await one.page.request.get(url)).body())
    total = sum(sizes.values()) / 1024
    print(f"{total:.1f} KiB of script and style, uncompressed, in {len(sizes)} files")  # noqa: T201
    assert len(sizes) > 40
    assert total < LARGEST_KIB


async def test_every_module_is_asked_for_at_once(stranger: Stranger, shared: Service) -> None:
    one = await stranger(shared)
    await one.is_in("idle")
    loaded = await one.page.evaluate(
        "performance.getEntriesByType('resource').map((e) => new URL(e.name).pathname)"
    )
    modules = {path for path in loaded if path.endswith(".js") and "/strings/" not in path}
    hinted = await one.page.evaluate(
        "[...document.querySelectorAll('[rel=modulepreload]')].map((e) => new URL(e.href).pathname)"
    )
    assert modules - set(hinted) == {"/static/js/shared/too-old.js"}
    assert set(hinted) <= modules


async def first_stroke_ms(stranger: Stranger, service: Service, port: int) -> float:
    """How long after navigation the paper takes ink, in the best of some tries."""
    times = []
    for _ in range(TRIES):
        one = await stranger(service, "/healthz", **PHONE)
        await one.page.add_init_script(SENDS_FIRST_STROKE)
        await one.page.goto(f"http://127.0.0.1:{port}/?phrase=jiayou", wait_until="commit")
        await one.is_in("waiting")
        times.append(await one.page.evaluate("window.firstStrokeAt"))
        await one.page.context.close()
    return min(times)


async def test_the_first_stroke_is_possible_within_a_second_on_a_slow_link(
    stranger: Stranger, shared: Service
) -> None:
    async with SlowLink(shared.port, **LINK) as link:
        slow = await first_stroke_ms(stranger, shared, link.port)
    own = await first_stroke_ms(stranger, shared, shared.port)
    print(f"first stroke after {slow:.0f} ms, without a slow link {own:.0f} ms")  # noqa: T201
    assert slow < FIRST_STROKE_MS + 2 * max(0, own - OWN_MS)


async def test_drawing_costs_a_page_little_more_than_a_mouse_that_moves(
    stranger: Stranger, shared: Service
) -> None:
    one, two = await stranger(shared, **DESK), await stranger(shared, **DESK)
    await open_room(one, two)
    writer, watcher = await meter_of(one), await meter_of(two)
    moves, writes, watches = [], [], []
    for _ in range(STROKES):
        begun = await thread_seconds(writer)
        await move_long(one)
        moved, seen = await thread_seconds(writer), await thread_seconds(watcher)
        await one.page.mouse.down()
        await move_long(one)
        await one.page.mouse.up()
        moves.append(moved - begun)
        writes.append(await thread_seconds(writer) - moved)
        watches.append(await thread_seconds(watcher) - seen)
    await two.sees_ink()
    written, watched = min(writes) / min(moves), min(watches) / min(moves)
    print(f"a mouse that moves: 1, a writer: {written:.2f}, a watcher: {watched:.2f}")  # noqa: T201
    assert written < MOST_WRITING
    assert watched < MOST_WATCHING


async def meter_of(participant: ParticipantPage) -> CDPSession:
    """Tells how long the page's own thread computes. What else the machine does is not in it, as it
    would be in the length of frames."""
    meter = await participant.page.context.new_cdp_session(participant.page)
    await meter.send("Performance.enable", {"timeDomain": "threadTicks"})
    return meter


async def thread_seconds(meter: CDPSession) -> float:
    answer = await meter.send("Performance.getMetrics")
    return next(one["value"] for one in answer["metrics"] if one["name"] == "TaskDuration")


async def move_long(participant: ParticipantPage) -> None:
    """Some seconds of the mouse, with as many points as a good screen gives."""
    box = await participant.see("paper").bounding_box()
    begun = time.monotonic()
    for point in range(STROKE_SECONDS * POINTS_A_SECOND):
        await asyncio.sleep(begun + point / POINTS_A_SECOND - time.monotonic())
        await participant.page.mouse.move(*spiral(box, point / POINTS_A_SECOND / STROKE_SECONDS))


def spiral(box: dict[str, Any], share: float) -> tuple[float, float]:
    """A place on the paper, on a way with many turns."""
    angle, radius = share * 8 * math.pi, 0.08 + 0.3 * share
    return (
        box["x"] + box["width"] * (0.5 + radius * math.cos(angle)),
        box["y"] + box["height"] * (0.5 + radius * math.sin(angle)),
    )
