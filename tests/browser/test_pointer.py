"""Every way in which a pointer on the writing cell can end."""

from __future__ import annotations

import time
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import CDPSession, expect

from tests.browser.conftest import PHONE, Core, Stranger
from tests.browser.participant_page import ParticipantPage, open_room
from tests.browser.strokes import ACROSS, DOWN
from tests.service import Service

WRITING_MS = 400
"""A stroke of this age is writing when it is long enough."""

HIDE = """() => {
  Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
  Object.defineProperty(document, 'hidden', { value: true, configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
}"""

RELEASE = """() => {
  const paper = document.querySelector('[data-testid=paper]');
  for (let id = 0; id < 100; id += 1)
    if (paper.hasPointerCapture(id)) paper.releasePointerCapture(id);
}"""


class Finger:
    """Real touches on the writing cell, which Chromium turns into pointer events.

    The touches carry times of their own, so that the test need not wait while a stroke is written.
    """

    def __init__(self, participant: ParticipantPage, session: CDPSession) -> None:
        self.participant = participant
        self.page = participant.page
        self._session = session
        self._points: dict[int, dict[str, float]] = {}
        self._now = time.time()

    async def down(self, x: float, y: float, number: int = 0) -> None:
        """Put a finger on the paper, at a place in cells."""
        await self._place(x, y, number)
        await self._send("touchStart")

    async def move(self, x: float, y: float, number: int = 0) -> None:
        """Move a finger that is down."""
        await self._place(x, y, number)
        await self._send("touchMove")

    async def up(self, number: int = 0) -> None:
        """Lift a finger."""
        del self._points[number]
        await self._send("touchEnd")

    async def cancel(self) -> None:
        """Let the browser cancel all fingers."""
        self._points.clear()
        await self._send("touchCancel")

    async def press(self, path: list[tuple[float, float]], *, ms: int) -> None:
        """Begin a stroke that takes so long, and stay on the paper."""
        await self.down(*path[0])
        for place in path[1:]:
            self._now += ms / 1000 / (len(path) - 1)
            await self.move(*place)

    async def rotate(self) -> None:
        """Turn the device on its side."""
        await self._session.send(
            "Emulation.setDeviceMetricsOverride",
            {
                "width": 844,
                "height": 390,
                "deviceScaleFactor": 2,
                "mobile": True,
                "screenOrientation": {"type": "landscapePrimary", "angle": 90},
            },
        )

    async def _place(self, x: float, y: float, number: int) -> None:
        box = await self.participant.see("paper").bounding_box()
        place = {"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]}
        self._points[number] = {**place, "id": number}

    async def _send(self, kind: str) -> None:
        self._now = max(self._now + 0.001, time.time())
        event: dict[str, Any] = {
            "type": kind,
            "touchPoints": list(self._points.values()),
            "timestamp": self._now,
        }
        await self._session.send("Input.dispatchTouchEvent", event)


@pytest_asyncio.fixture(loop_scope="session")
async def finger(stranger: Stranger, service: Service) -> Finger:
    """The finger of somebody whose turn it is, alone in a room."""
    one = await stranger(service, "/?phrase=jiayou", **PHONE)
    await one.join()
    await one.is_in("waiting")
    return Finger(one, await one.page.context.new_cdp_session(one.page))


async def strokes_of(finger: Finger) -> int:
    """How many strokes are left when the character is committed."""
    await finger.participant.commit()
    await finger.participant.sees_written(1)
    return len(finger.participant.commits[0])


async def interrupt(finger: Finger, how: str) -> None:
    """End the stroke without lifting the finger."""
    if how == "cancelled":
        await finger.cancel()
    elif how == "page hidden":
        await finger.page.evaluate(HIDE)
    else:
        await finger.rotate()


INTERRUPTIONS = ["cancelled", "page hidden", "device rotated"]


async def test_a_finger_that_is_lifted_leaves_even_the_smallest_stroke(finger: Finger) -> None:
    await finger.down(0.5, 0.5)
    await finger.up()
    assert await strokes_of(finger) == 1


@pytest.mark.parametrize("how", INTERRUPTIONS)
async def test_an_interrupted_stroke_that_is_writing_is_kept(finger: Finger, how: str) -> None:
    await finger.press(ACROSS, ms=WRITING_MS)
    await interrupt(finger, how)
    await expect(finger.participant.see("commit")).to_be_enabled()
    assert await strokes_of(finger) == 1


@pytest.mark.parametrize("how", INTERRUPTIONS)
async def test_an_interrupted_stroke_that_is_small_is_taken_back(finger: Finger, how: str) -> None:
    await finger.press([(0.5, 0.5), (0.53, 0.52), (0.51, 0.54)], ms=WRITING_MS)
    await expect(finger.participant.see("commit")).to_be_enabled()
    await interrupt(finger, how)
    await expect(finger.participant.see("commit")).to_be_disabled()
    await finger.participant.sees_blank_paper()


async def test_an_interrupted_stroke_that_is_young_is_taken_back(finger: Finger) -> None:
    await finger.page.evaluate(QUICK_TOUCH)
    await expect(finger.participant.see("commit")).to_be_disabled()
    await finger.participant.sees_blank_paper()


QUICK_TOUCH = """() => {
  const paper = document.querySelector('[data-testid=paper]');
  const box = paper.getBoundingClientRect();
  paper.setPointerCapture = () => {};
  for (const [type, x] of [['pointerdown', 0.2], ['pointermove', 0.8], ['pointercancel', 0.8]])
    paper.dispatchEvent(new PointerEvent(type, {
      pointerId: 5, pointerType: 'touch', bubbles: true, cancelable: true, button: 0,
      clientX: box.x + x * box.width, clientY: box.y + 0.5 * box.height,
    }));
}"""
"""A long stroke within one task, so that it is young on a slow machine, too."""


async def test_the_partner_sees_a_cancelled_palm_taken_back(
    stranger: Stranger, service: Service
) -> None:
    one = await stranger(service, "/?phrase=jiayou", **PHONE)
    two = await stranger(service)
    await open_room(one, two)
    finger = Finger(one, await one.page.context.new_cdp_session(one.page))
    await finger.press([(0.5, 0.5), (0.53, 0.52), (0.51, 0.54)], ms=WRITING_MS)
    await two.sees_ink()
    await finger.cancel()
    await two.sees_blank_paper()
    assert (await two.hears("undo"))["s"] == 0
    await finger.press(DOWN, ms=WRITING_MS)
    await finger.up()
    await two.sees_ink()


async def test_a_stroke_whose_capture_is_lost_ends_and_the_next_one_can_begin(
    finger: Finger,
) -> None:
    await finger.press(ACROSS, ms=WRITING_MS)
    await finger.page.evaluate(RELEASE)
    await finger.up()
    await finger.press(DOWN, ms=WRITING_MS)
    await finger.up()
    assert await strokes_of(finger) == 2


async def test_a_second_finger_writes_nothing_and_does_not_end_the_stroke(finger: Finger) -> None:
    await finger.press(ACROSS[:2], ms=WRITING_MS)
    await finger.down(0.2, 0.9, number=1)
    await finger.move(0.8, 0.9, number=1)
    await finger.move(*ACROSS[2])
    await finger.up()
    await finger.up(number=1)
    assert await strokes_of(finger) == 1
    stroke = finger.participant.commits[0][0]
    ys = [sum(stroke[1 : i + 2 : 4]) for i in range(0, len(stroke), 4)]
    assert max(ys) < 0.6 * 4095


async def test_a_cancelled_first_finger_does_not_let_the_second_one_write(finger: Finger) -> None:
    await finger.press(ACROSS, ms=WRITING_MS)
    await finger.down(0.2, 0.9, number=1)
    await finger.cancel()
    await finger.press(DOWN, ms=WRITING_MS)
    await finger.up()
    assert await strokes_of(finger) == 2


STROKES = {
    "a dot": ([[2000, 2000, 0, 90]], False),
    "a resting palm": ([[2000, 2000, 0, 90], [60, 40, 300, 0], [-50, 60, 900, 5]], False),
    "an edge gesture": ([[0, 2000, 0, 90], [900, 0, 60, 0], [1200, 0, 60, 0]], False),
    "writing": ([[600, 2000, 0, 90], [900, -20, 120, 0], [900, 10, 140, 0]], True),
    "a short stroke of writing": (
        [[2000, 600, 0, 90], [200, 250, 130, 0], [150, 260, 130, 0]],
        True,
    ),
}


@pytest.mark.parametrize(("points", "writing"), STROKES.values(), ids=STROKES.keys())
async def test_writing_is_told_from_a_palm(
    core: Core, points: list[list[int]], writing: bool
) -> None:
    decided = await core(
        """async (stroke) => {
          const { isWriting } = await import("/client/js/ink/interrupted-stroke.js");
          return isWriting(stroke);
        }""",
        [number for point in points for number in point],
    )
    assert decided is writing
