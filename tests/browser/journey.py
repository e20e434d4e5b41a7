"""Two strangers see every page and write a work, with a note of all that their pages load."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.browser.conftest import Stranger
from tests.browser.participant_page import ParticipantPage, open_room, write
from tests.browser.strokes import CHARACTERS
from tests.service import Service

MISSING = 400
"""The least status of an answer that is none."""

PAGES = ("gallery", "wall", "?phrase=jiayou")
LENGTH = 2


@dataclass
class Loaded:
    """What pages asked for: the addresses, and those that led nowhere."""

    addresses: set[str] = field(default_factory=set)
    missing: list[str] = field(default_factory=list)

    def watch(self, hand: ParticipantPage) -> None:
        """Note what this page asks for from now on."""
        page = hand.page
        page.on("request", lambda request: self.addresses.add(request.url))
        page.on("websocket", lambda socket: self.addresses.add(socket.url))
        page.on("requestfailed", lambda request: self.missing.append(request.url))
        page.on("response", lambda it: it.status >= MISSING and self.missing.append(it.url))


async def write_a_work(stranger: Stranger, service: Service) -> tuple[ParticipantPage, Loaded]:
    """The one of them who is at the finished work's page with its poster, and what was loaded.

    Args:
        stranger: the fixture.
        service: where to go; its `url` may have a path.
    """
    one, two = await stranger(service, "/healthz"), await stranger(service, "/healthz")
    loaded = Loaded()
    for hand in (one, two):
        loaded.watch(hand)
        for page in PAGES:
            await hand.page.goto(f"{service.url}/{page}", wait_until="networkidle")
        await hand.is_in("idle")
    await open_room(one, two)
    for c in range(LENGTH):
        await write(one if c % 2 == 0 else two, *CHARACTERS[c])
    for hand in (one, two):
        await hand.is_in("done")
    await one.see("work-link").click()
    await one.is_in("shown")
    await one.see("poster-open").click()
    await one.page.wait_for_load_state("networkidle")
    return one, loaded
