"""A page object: what one participant does with mouse or finger, and sees."""

from __future__ import annotations

import asyncio
from typing import Any

import msgpack
from playwright.async_api import Page, WebSocket, expect

from tests.service import Service

Path = list[tuple[float, float]]
"""A stroke as points in cells, 0..1 from the upper left corner."""

LIMIT_MS = 15_000

LOST_LINES = ("WebSocket connection", "Failed to load resource: net::ERR_")
MOST_LOST_LINES = 40
"""In an outage of some seconds; a page that asks with every frame has hundreds."""

INKED = """() => {
  const canvas = document.querySelector('[data-testid=paper]');
  const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  let inked = 0;
  for (let i = 3; i < data.length; i += 4) if (data[i] > 0) inked += 1;
  return inked;
}"""
"""Counts the pixels of the paper that have ink."""

UNTIL_INKED_IS = f"""async (wanted) => {{
  const inked = {INKED};
  while ((inked() > 0) !== wanted) await new Promise(requestAnimationFrame);
}}"""


class ParticipantPage:
    """A page that records its console and its WebSocket frames."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.troubles: list[str] = []
        self.sent: list[dict[str, Any]] = []
        self.received: list[dict[str, Any]] = []
        self._news = asyncio.Event()
        page.on("console", lambda line: line.type == "error" and self.troubles.append(line.text))
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: self.sent.append(msgpack.unpackb(frame)))
        socket.on("framereceived", self._receive)

    def _receive(self, frame: bytes) -> None:
        self.received.append(msgpack.unpackb(frame))
        self._news.set()

    def see(self, name: str) -> Any:
        """The part of the page with this `data-testid`."""
        return self.page.get_by_test_id(name)

    async def is_in(self, state: str) -> None:
        """Wait until the page is in this state."""
        await expect(self.page.locator("body")).to_have_attribute(
            "data-state", state, timeout=LIMIT_MS
        )

    async def sees_partner(self, state: str) -> None:
        """Wait until the partner is `here`, `away` or has `left`."""
        await expect(self.page.locator("body")).to_have_attribute(
            "data-partner", state, timeout=LIMIT_MS
        )

    async def sees_written(self, count: int) -> None:
        """Wait until so many characters of the phrase are finished."""
        done = self.see("phrase-row").locator("[data-state=done]")
        await expect(done).to_have_count(count, timeout=LIMIT_MS)

    async def sees_counters(self, relays: int, participants: int) -> None:
        """Wait until the counters on the page read so."""
        await expect(self.see("counter-relays")).to_have_text(str(relays), timeout=LIMIT_MS)
        await expect(self.see("counter-participants")).to_have_text(str(participants))

    async def join(self) -> None:
        """Press the button that takes a seat."""
        await self.see("join").click()

    async def draw(self, *paths: Path) -> None:
        """Draw strokes with the mouse, and lift it after each."""
        for path in paths:
            await self.press(path)
            await self.page.mouse.up()

    async def press(self, path: Path) -> None:
        """Draw one stroke with the mouse and stay on the paper."""
        box = await self.see("paper").bounding_box()
        places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in path]
        await self.page.mouse.move(*places[0])
        await self.page.mouse.down()
        for place in places[1:]:
            await self.page.mouse.move(*place, steps=6)

    async def touch(self, *paths: Path) -> None:
        """Draw strokes with a finger."""
        finger = await self.page.context.new_cdp_session(self.page)
        box = await self.see("paper").bounding_box()
        for path in paths:
            for i, (x, y) in enumerate(path):
                place = {"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]}
                kind = "touchMove" if i else "touchStart"
                event = {"type": kind, "touchPoints": [place]}
                await finger.send("Input.dispatchTouchEvent", event)
            await finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        await finger.detach()

    async def commit(self) -> None:
        """Finish the character."""
        await self.see("commit").click()

    async def sees_ink(self) -> None:
        """Wait until there is ink on the paper."""
        await self._until_inked_is(True)

    async def sees_blank_paper(self) -> None:
        """Wait until there is none."""
        await self._until_inked_is(False)

    async def _until_inked_is(self, wanted: bool) -> None:
        # Not wait_for_function: it needs `eval`, which the page's security policy forbids.
        async with asyncio.timeout(LIMIT_MS / 1000):
            await self.page.evaluate(UNTIL_INKED_IS, wanted)

    async def hears(self, kind: str) -> dict[str, Any]:
        """The last message of this type from the server; waits for the first one."""
        async with asyncio.timeout(LIMIT_MS / 1000):
            while not self.heard(kind):
                self._news.clear()
                await self._news.wait()
        return self.heard(kind)[-1]

    def heard(self, kind: str) -> list[dict[str, Any]]:
        """The messages of this type that came from the server, in order."""
        return [message for message in self.received if message["t"] == kind]

    def said(self, kind: str) -> list[dict[str, Any]]:
        """The messages of this type that went to the server, in order."""
        return [message for message in self.sent if message["t"] == kind]

    def forget_lost_lines(self) -> None:
        """Chromium logs what cannot be reached; where that is wanted, it is no error.

        Raises:
            AssertionError: the page asked again and again without a pause.
        """
        lost = [line for line in self.troubles if line.startswith(LOST_LINES)]
        assert len(lost) <= MOST_LOST_LINES, lost
        self.troubles = [line for line in self.troubles if line not in lost]

    @property
    def commits(self) -> list[list[list[int]]]:
        """The strokes this person has committed, character by character."""
        return [message["strokes"] for message in self.said("commit")]


async def open_room(one: ParticipantPage, two: ParticipantPage) -> None:
    """Both press the button; the matching does the rest. The first one has the first character."""
    await one.join()
    await one.is_in("waiting")
    await two.join()
    await one.is_in("my-turn")
    await two.is_in("their-turn")


async def write(participant: ParticipantPage, *paths: Path) -> None:
    """Write the character of one's turn and finish it."""
    await participant.is_in("my-turn")
    await participant.draw(*paths)
    await participant.commit()


async def phrase_of(participant: ParticipantPage, service: Service, length: int) -> str:
    """The id of a phrase with so many characters."""
    answer = await participant.page.request.get(f"{service.url}/api/campaigns/default")
    phrases = (await answer.json())["phrases"]
    return next(phrase["id"] for phrase in phrases if len(phrase["chars"]) == length)
