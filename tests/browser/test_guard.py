"""With the guard on, a page does the work and takes the time that are asked, by itself."""

from __future__ import annotations

import pytest
from playwright.async_api import Route

from tests.browser.conftest import Stranger
from tests.browser.participant_page import ParticipantPage, open_room, write
from tests.browser.strokes import CHARACTERS
from tests.integration.protocol_client import open_session
from tests.service import Service


@pytest.fixture(scope="module")
def settings() -> dict[str, object]:
    """Work is asked of the second who joins."""
    return {"guard": "on", "usual_network_joins": 1, "proof_seconds": 0.1}


async def join_before(service: Service) -> None:
    """Somebody of the same network joins, perhaps in vain, and goes."""
    peer = await open_session(service)
    await peer.send("join")
    assert (await peer.next())["t"] in {"waiting", "challenge"}
    await peer.quit()


async def test_two_pages_write_a_work(stranger: Stranger, shared: Service) -> None:
    await join_before(shared)
    one, two = await stranger(shared, "/?phrase=jiayou"), await stranger(shared, "/?phrase=jiayou")
    await open_room(one, two)
    pages: tuple[ParticipantPage, ...] = (one, two)
    for c, page in enumerate(pages):
        await write(page, *CHARACTERS[c])
    for page in pages:
        await page.is_in("done")
    assert any(page.heard("challenge") for page in pages)


async def test_a_page_that_could_not_load_the_solver_asks_again(
    stranger: Stranger, shared: Service
) -> None:
    await join_before(shared)
    one = await stranger(shared)
    await one.is_in("idle")
    lost: list[str] = []

    async def lose_once(route: Route) -> None:
        lost.append(route.request.url)
        await (route.abort() if len(lost) == 1 else route.continue_())

    await one.page.route("**/solve*.js", lose_once)
    await one.join()
    await one.is_in("waiting")
    assert len(lost) > 1
    one.forget_lost_lines()
