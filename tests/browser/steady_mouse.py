"""A mouse whose events say when a person would have moved it, however slow the machine is.

The page makes a stroke thicker where the pen is slow, so pictures would differ with the machine.
"""

from __future__ import annotations

import asyncio
import time
from types import TracebackType

from playwright.async_api import CDPSession, Page

from tests.browser.handwriting import SAMPLE_MS, smooth
from tests.browser.participant_page import Path

BETWEEN_SECONDS = 0.12
"""From the end of a stroke to the next one."""


class SteadyMouse:
    """Draws strokes on a page; a context."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._session: CDPSession | None = None
        self._at = time.time()

    async def __aenter__(self) -> SteadyMouse:
        self._session = await self._page.context.new_cdp_session(self._page)
        return self

    async def __aexit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        assert self._session is not None
        await self._session.detach()

    async def draw(self, path: Path, left: float, top: float, side: float) -> None:
        """Draw one stroke on a square of this place and size, in CSS pixels."""
        places = [(left + x * side, top + y * side) for x, y in smooth(path)[::2]]
        await self._send("mouseMoved", places[0], buttons=0)
        await self._send("mousePressed", places[0])
        for place in places[1:]:
            self._at += SAMPLE_MS / 1000
            await self._send("mouseMoved", place)
        await self._send("mouseReleased", places[-1], buttons=0)
        self._at += BETWEEN_SECONDS

    async def _send(self, kind: str, place: tuple[float, float], buttons: int = 1) -> None:
        assert self._session is not None
        await asyncio.sleep(self._at - time.time())
        button = "none" if kind == "mouseMoved" and not buttons else "left"
        x, y = place
        event = {"type": kind, "x": x, "y": y, "button": button, "buttons": buttons}
        event |= {"clickCount": 1, "timestamp": self._at}
        await self._session.send("Input.dispatchMouseEvent", event)
