"""Half-open connections, and reconnects of a browser that stores nothing."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Stranger
from tests.browser.network import Network
from tests.browser.participant_page import LIMIT_MS, ParticipantPage, open_room, write
from tests.browser.strokes import ACROSS, CHARACTERS, DOWN
from tests.service import Service

STORAGES = {
    "blocked": """
      Object.defineProperty(window, 'localStorage', {
        get() { throw new DOMException('denied', 'SecurityError'); },
      });
    """,
    "full": """
      Storage.prototype.setItem = () => {
        throw new DOMException('full', 'QuotaExceededError');
      };
    """,
}

SIGNALS = {
    "online": "dispatchEvent(new Event('online'))",
    "visible": "document.dispatchEvent(new Event('visibilitychange'))",
    "page shown": "dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))",
    "network changed": "navigator.connection.dispatchEvent(new Event('change'))",
}


async def room_on(
    network: Network, stranger: Stranger, service: Service
) -> tuple[ParticipantPage, ParticipantPage]:
    """Two strangers in a room; the first one writes, and its network can be changed."""
    one, two = await stranger(service, "/healthz"), await stranger(service)
    await one.page.route_web_socket("**/ws", network.route)
    await one.page.goto(f"{service.url}/?phrase=jiayou")
    await open_room(one, two)
    return one, two


@pytest.mark.parametrize("storage", STORAGES.values(), ids=STORAGES.keys())
async def test_a_browser_that_stores_nothing_keeps_the_seat_when_the_connection_is_lost(
    stranger: Stranger, service: Service, storage: str
) -> None:
    network = Network()
    one, two = await stranger(service, "/healthz"), await stranger(service)
    await one.page.route_web_socket("**/ws", network.route)
    await one.page.add_init_script(storage)
    await one.page.goto(f"{service.url}/?phrase=jiayou")
    await open_room(one, two)
    await one.draw(ACROSS)
    await network.cut()
    await one.is_in("offline")
    await one.draw(DOWN)
    await one.commit()
    network.restore()
    await one.page.evaluate(SIGNALS["online"])
    await one.is_in("their-turn")
    await two.is_in("my-turn")
    assert len((await two.hears("committed"))["strokes"]) == 2
    one.forget_lost_lines()


async def test_one_leaves_offline_though_the_question_was_never_loaded(
    stranger: Stranger, service: Service
) -> None:
    network = Network()
    one, two = await room_on(network, stranger, service)
    await one.page.route("**/room-dialogs*.js", lambda route: route.abort())
    await network.cut()
    await one.is_in("offline")
    await one.see("leave").click()
    await expect(one.see("relay")).to_be_hidden(timeout=LIMIT_MS)
    network.restore()
    await one.page.evaluate(SIGNALS["online"])
    await two.sees_partner("left")
    one.troubles.clear()  # Chromium logs what could not be fetched.


@pytest.mark.parametrize("storage", STORAGES.values(), ids=STORAGES.keys())
async def test_a_browser_that_stores_nothing_keeps_the_seat_when_the_language_is_changed(
    stranger: Stranger, service: Service, storage: str
) -> None:
    one, two = await stranger(service, "/healthz"), await stranger(service)
    await one.page.add_init_script(storage)
    await one.page.goto(f"{service.url}/?phrase=jiayou")
    await open_room(one, two)
    await one.draw(ACROSS)
    await one.see("settings").click()
    async with one.page.expect_navigation():
        await one.see("settings-language").select_option("en")
    await one.is_in("my-turn")
    await one.sees_ink()
    assert await one.page.evaluate("document.documentElement.lang") == "en"


@pytest.mark.parametrize("signal", SIGNALS.values(), ids=SIGNALS.keys())
async def test_a_half_open_connection_is_replaced_at_a_sign_of_waking(
    stranger: Stranger, service: Service, signal: str
) -> None:
    network = Network()
    one, two = await room_on(network, stranger, service)
    network.silence()
    await one.draw(ACROSS)
    await one.page.evaluate(signal)
    await network.connected(2)
    await two.sees_ink()
    await write(one, DOWN)
    await two.is_in("my-turn")
    assert len((await two.hears("committed"))["strokes"]) == 2


async def test_a_commit_on_a_half_open_connection_arrives(
    stranger: Stranger, service: Service
) -> None:
    network = Network()
    one, two = await room_on(network, stranger, service)
    network.silence()
    await one.draw(*CHARACTERS[0])
    await one.commit()
    await two.is_in("my-turn")
    await one.is_in("their-turn")
    assert len((await two.hears("committed"))["strokes"]) == len(CHARACTERS[0])


async def test_a_sign_of_waking_leaves_a_good_connection_alone(
    stranger: Stranger, service: Service
) -> None:
    one = await stranger(service)
    await one.is_in("idle")
    for signal in SIGNALS.values():
        await one.page.evaluate(signal)
    await one.hears("pong")
    await one.is_in("idle")
    assert len(one.said("hello")) == 1
