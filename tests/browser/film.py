"""Films one relay on two phones side by side, and takes a picture of the finished work.

`python -m tests.browser.film DOCS` writes `relay.webp` and `work.png`; it needs Pillow, which comes
with the `bench` extra.
"""

from __future__ import annotations

import asyncio
import io
import random
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

from PIL import Image
from playwright.async_api import async_playwright, expect

from tests.browser.handwriting import Handwriting
from tests.browser.launch import launch
from tests.browser.participant_page import LIMIT_MS, ParticipantPage, open_room
from tests.browser.screens_album import SETTLED, Album, Set, leave
from tests.service import start_service

PHONE = {"viewport": {"width": 390, "height": 700}, "device_scale_factor": 1}
DESK = {"width": 1280, "height": 800}
PAUSE_SECONDS = 0.08
LINGER_SECONDS = 2.5
WIDTH, GAP = 260, 8
GROUND = (214, 205, 188)
QUALITY = 70


class Film:
    """Frames of two pages, with the times at which they were taken."""

    def __init__(self, participants: tuple[ParticipantPage, ParticipantPage]) -> None:
        self._participants = participants
        self._frames: list[tuple[float, Image.Image]] = []
        self._rolling = asyncio.create_task(self._roll())

    async def _roll(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            at = loop.time()
            shots = [
                participant.page.screenshot(type="jpeg", quality=95)
                for participant in self._participants
            ]
            self._frames.append((at, _side_by_side(await asyncio.gather(*shots))))
            await asyncio.sleep(PAUSE_SECONDS)

    async def cut(self, file: Path) -> None:
        """Stop, and write the film; the last frame stays for a while."""
        self._rolling.cancel()
        await asyncio.gather(self._rolling, return_exceptions=True)
        times = [at for at, _ in self._frames]
        lasts = [round((b - a) * 1_000) for a, b in pairwise(times)]
        first, *others = (image for _, image in self._frames)
        first.save(
            file,
            save_all=True,
            append_images=others,
            duration=[*lasts, round(LINGER_SECONDS * 1_000)],
            loop=0,
            quality=QUALITY,
            method=4,
        )


def _side_by_side(shots: list[bytes]) -> Image.Image:
    pictures = [Image.open(io.BytesIO(shot)) for shot in shots]
    height = round(pictures[0].height * WIDTH / pictures[0].width)
    sheet = Image.new("RGB", (2 * WIDTH + GAP, height), GROUND)
    for number, picture in enumerate(pictures):
        scaled = picture.resize((WIDTH, height), Image.Resampling.LANCZOS)
        sheet.paste(scaled, (number * (WIDTH + GAP), 0))
    return sheet


async def main(folder: Path) -> None:
    """Write 加油 together, filmed."""
    with tempfile.TemporaryDirectory() as data:
        service = await asyncio.to_thread(start_service, Path(data))
        async with async_playwright() as playwright:
            browser = await launch(playwright)
            stage = Set(browser, service, Album(folder, "phone"), Handwriting(random.Random(4)))
            one = await stage.person("/?phrase=jiayou", **PHONE)
            two = await stage.person("/?phrase=jiayou", **PHONE)
            film = Film((one, two))
            await open_room(one, two)
            await stage.finish(one, "加")
            await stage.finish(two, "油")
            await one.is_in("done")
            await two.is_in("done")
            await one.page.evaluate(SETTLED)
            await film.cut(folder / "relay.webp")
            await one.page.set_viewport_size(DESK)
            await expect(one.see("done")).not_to_have_attribute(
                "data-replay", "playing", timeout=LIMIT_MS
            )
            await one.see("done").locator(".scroll").screenshot(path=folder / "work.png")
            await leave(one, two)
            await browser.close()
        await asyncio.to_thread(service.stop)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
