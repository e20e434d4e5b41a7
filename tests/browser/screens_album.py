"""Where pictures of the page are taken, and the album that they go to."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser

from tests.browser.handwriting import Handwriting
from tests.browser.participant_page import ParticipantPage
from tests.browser.steady_mouse import SteadyMouse
from tests.service import Service

QUALITY = 82
"""Of WebP."""

DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}
VIEWS: dict[str, dict[str, Any]] = {
    "desk": DESK,
    "phone": PHONE,
    "desk-night": {**DESK, "color_scheme": "dark"},
    "phone-night": {**PHONE, "color_scheme": "dark"},
}

SETTLED = """() => Promise.all([document.fonts.ready, ...document.getAnimations()
  .filter((a) => a.effect.getComputedTiming().endTime < 5000)
  .map((a) => a.finished.catch(() => {}))])"""


@dataclass
class Album:
    """Puts pictures into a folder, named by view and state.

    Attributes:
        folder: where they go.
        view: one of `VIEWS`.
        by_night: the states that are taken in a view by night, too.
    """

    folder: Path
    view: str
    by_night: Collection[str] = ()

    async def take(self, participant: ParticipantPage, name: str, *, settled: bool = True) -> None:
        """A picture of what is seen; `settled`: when nothing moves any more."""
        if "night" in self.view and name not in self.by_night:
            return
        if settled:
            await participant.page.evaluate(SETTLED)
        camera = await participant.page.context.new_cdp_session(participant.page)
        options = {"format": "webp", "quality": QUALITY}
        taken = await camera.send("Page.captureScreenshot", options)
        await camera.detach()
        picture = base64.b64decode(taken["data"])
        await asyncio.to_thread((self.folder / f"{self.view}-{name}.webp").write_bytes, picture)


@dataclass
class Set:
    """Where the pictures are taken: browser, service, album and handwriting."""

    browser: Browser
    service: Service
    album: Album
    handwriting: Handwriting

    async def person(self, path: str = "/", **options: Any) -> ParticipantPage:
        """Somebody new at the page."""
        options = {"locale": "zh-CN", **VIEWS[self.album.view], **options}
        context = await self.browser.new_context(**options)
        participant = ParticipantPage(await context.new_page())
        await participant.page.goto(self.service.url + path)
        return participant

    async def write(
        self, participant: ParticipantPage, char: str, *, strokes: int | None = None
    ) -> None:
        """Draw a character, or its first strokes, at the pace of a person."""
        box = await participant.see("paper").bounding_box()
        async with SteadyMouse(participant.page) as mouse:
            for path in self.handwriting.paths(char)[:strokes]:
                await mouse.draw(path, box["x"], box["y"], box["width"])

    async def finish(self, participant: ParticipantPage, char: str) -> None:
        """Write the character of one's turn and finish it."""
        await participant.is_in("my-turn")
        await self.write(participant, char)
        await participant.commit()


async def leave(*opened: ParticipantPage) -> None:
    """These people go."""
    for participant in opened:
        await participant.page.context.close()
