"""What the page may cost: bytes before the first stroke, time until it, frames while drawing."""

from __future__ import annotations

import asyncio
import math
import statistics
import time
from collections.abc import Coroutine
from typing import Any

import pytest
from playwright.async_api import CDPSession, expect

from tests.browser.conftest import DESK, PHONE, Stranger
from tests.browser.hand import Hand, open_room
from tests.service import Service

LARGEST_KIB = 140
"""The promise is 150 as they are served; this leaves room to notice."""

FIRST_STROKE_MS = 1000
LINK = {"offline": False, "latency": 40, "downloadThroughput": 3e6 / 8, "uploadThroughput": 1e6 / 8}
"""3 Mbit/s down, 1 up, 40 ms there and back."""
OWN_MS = 500
"""What of that the page may take where the link is no limit. A busy machine takes longer, and the
time it takes more is not the page's fault."""

TRIES = 5

STROKE_SECONDS = 3
SLOWER = 4
"""How many times slower a slow phone is than the machine of the tests."""
BUSY_SHARE = {"writer": 1.0, "watcher": 0.5}
"""How much of a slow phone's time a stroke may take, drawn as fast as the mouse can."""

SENDS_FIRST_STROKE = """
new MutationObserver(() => {
  if (!document.body) return;
  const join = document.querySelector('[data-testid=join]');
  if (document.body.dataset.state === 'idle' && join && !join.disabled) join.click();
  const writing = document.querySelector('.play')?.dataset.writing === 'true';
  if (writing) window.firstStrokeAt ??= performance.now();
}).observe(document, { subtree: true, childList: true, attributes: true });
"""
"""Presses the button at once and notes when the paper takes ink."""


async def test_script_and_style_before_the_first_stroke_are_small(
    stranger: Stranger, service: Service
) -> None:
    one = await stranger(service, "/healthz")
    asked: list[tuple[str, str]] = []
    one.page.on("request", lambda request: asked.append((request.resource_type, request.url)))
    await one.page.goto(f"{service.url}/?phrase=jiayou")
    await one.join()
    await one.is_in("waiting")
    await expect(one.see("play")).to_have_attribute("data-writing", "true")
    sizes = {}
    for kind, url in asked:
        if kind in ("script", "stylesheet"):
            sizes[url] = len(await (await one.page.request.get(url)).body())
    total = sum(sizes.values()) / 1024
    print(f"{total:.1f} KiB of script and style, uncompressed, in {len(sizes)} files")  # noqa: T201
    assert len(sizes) > 40
    assert total < LARGEST_KIB


async def test_every_module_is_asked_for_at_once(stranger: Stranger, service: Service) -> None:
    one = await stranger(service)
    await one.is_in("idle")
    loaded = await one.page.evaluate(
        "performance.getEntriesByType('resource').map((e) => new URL(e.name).pathname)"
    )
    modules = {path for path in loaded if path.endswith(".js") and "/strings/" not in path}
    hinted = await one.page.evaluate(
        "[...document.querySelectorAll('[rel=modulepreload]')].map((e) => new URL(e.href).pathname)"
    )
    assert modules - set(hinted) == {"/static/js/too-old.js"}
    assert set(hinted) <= modules


async def first_stroke_ms(
    stranger: Stranger, service: Service, link: dict[str, Any] | None
) -> float:
    """How long after navigation the paper takes ink, in the median of some tries."""
    times = []
    for _ in range(TRIES):
        one = await stranger(service, "/healthz", **PHONE)
        if link:
            network = await one.page.context.new_cdp_session(one.page)
            await network.send("Network.enable")
            await network.send("Network.emulateNetworkConditions", link)
        await one.page.add_init_script(SENDS_FIRST_STROKE)
        await one.page.goto(f"{service.url}/?phrase=jiayou", wait_until="commit")
        await one.is_in("waiting")
        times.append(await one.page.evaluate("window.firstStrokeAt"))
        await one.page.context.close()
    return statistics.median(times)


async def test_the_first_stroke_is_possible_within_a_second_on_a_slow_link(
    stranger: Stranger, service: Service
) -> None:
    slow = await first_stroke_ms(stranger, service, LINK)
    own = await first_stroke_ms(stranger, service, None)
    print(f"first stroke after {slow:.0f} ms, without a slow link {own:.0f} ms")  # noqa: T201
    assert slow < FIRST_STROKE_MS + max(0, own - OWN_MS)


@pytest.mark.parametrize("who", ["writer", "watcher"])
async def test_a_slow_phone_has_time_for_every_frame_of_a_stroke(
    stranger: Stranger, service: Service, who: str
) -> None:
    one, two = await stranger(service, **DESK), await stranger(service, **DESK)
    await open_room(one, two)
    slow = one if who == "writer" else two
    meter = await slow.page.context.new_cdp_session(slow.page)
    await meter.send("Performance.enable", {"timeDomain": "threadTicks"})
    resting = await busy_seconds(meter, asyncio.sleep(STROKE_SECONDS))
    drawing = min([await busy_seconds(meter, draw_long(one)) for _ in range(TRIES)])
    await two.sees_ink()
    share = (drawing - resting) * SLOWER / STROKE_SECONDS
    print(f"{who}: {share:.2f} of a slow phone's time while a stroke is drawn")  # noqa: T201
    assert share < BUSY_SHARE[who]


async def busy_seconds(meter: CDPSession, doing: Coroutine[Any, Any, None]) -> float:
    """How long a page's own thread computes meanwhile. What else the machine does is not in it, as
    it would be in the length of frames."""
    before = await thread_seconds(meter)
    await doing
    return await thread_seconds(meter) - before


async def thread_seconds(meter: CDPSession) -> float:
    answer = await meter.send("Performance.getMetrics")
    return next(one["value"] for one in answer["metrics"] if one["name"] == "TaskDuration")


async def draw_long(hand: Hand) -> None:
    """One stroke of three seconds, with as many points as the mouse can give."""
    box = await hand.see("paper").bounding_box()
    begun = time.monotonic()
    await hand.page.mouse.move(*spiral(box, 0))
    await hand.page.mouse.down()
    while (share := (time.monotonic() - begun) / STROKE_SECONDS) < 1:
        await hand.page.mouse.move(*spiral(box, share))
    await hand.page.mouse.up()


def spiral(box: dict[str, Any], share: float) -> tuple[float, float]:
    """A place on the paper, on a way with many turns."""
    angle, radius = share * 8 * math.pi, 0.08 + 0.3 * share
    return (
        box["x"] + box["width"] * (0.5 + radius * math.cos(angle)),
        box["y"] + box["height"] * (0.5 + radius * math.sin(angle)),
    )
