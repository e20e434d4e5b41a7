"""Lost connections, reloads and participants who leave."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from itertools import pairwise

from playwright.async_api import Route, expect

from tests.browser.conftest import Stranger
from tests.browser.participant_page import LIMIT_MS, ParticipantPage, open_room, phrase_of, write
from tests.browser.strokes import ACROSS, CHARACTERS, DOWN
from tests.service import Service


async def long_room(
    stranger: Stranger, service: Service
) -> tuple[ParticipantPage, ParticipantPage]:
    """Two strangers in a room of four characters, the first of them written."""
    one, two = await stranger(service), await stranger(service)
    await one.page.goto(f"{service.url}/?phrase={await phrase_of(one, service, 4)}")
    await open_room(one, two)
    await write(one, *CHARACTERS[0])
    await two.is_in("my-turn")
    return one, two


async def test_a_reloaded_page_has_its_seat_the_work_and_its_unfinished_ink(
    stranger: Stranger, service: Service
) -> None:
    one, two = await long_room(stranger, service)
    await two.draw(ACROSS)
    await two.page.reload()
    await two.is_in("my-turn")
    await two.sees_written(1)
    await two.sees_ink()
    await one.sees_partner("here")
    await two.draw(DOWN)
    await two.commit()
    await one.is_in("my-turn")
    assert len((await one.hears("committed"))["strokes"]) == 2


async def test_a_watcher_who_reloads_sees_the_live_ink_again(
    stranger: Stranger, service: Service
) -> None:
    one, two = await long_room(stranger, service)
    await two.draw(ACROSS)
    await one.sees_ink()
    await one.page.reload()
    await one.is_in("their-turn")
    await one.sees_ink()


async def test_a_second_tab_takes_over_and_the_first_can_take_it_back(
    stranger: Stranger, service: Service
) -> None:
    _, two = await long_room(stranger, service)
    tab = ParticipantPage(await two.page.context.new_page())
    await tab.page.goto(service.url)
    await tab.is_in("my-turn")
    await two.is_in("elsewhere")
    await two.page.bring_to_front()
    await two.see("message-button").click()
    await two.is_in("my-turn")
    await tab.is_in("elsewhere")
    assert tab.troubles == []


async def test_a_partner_who_leaves_is_replaced_and_the_written_character_kept(
    stranger: Stranger, service: Service
) -> None:
    one, two = await long_room(stranger, service)
    await two.see("leave").click()
    await two.see("leave-go").click()
    await two.is_in("idle")
    await one.sees_partner("left")
    three = await stranger(service)
    await three.join()
    await three.is_in("my-turn")
    await three.sees_written(1)
    await one.sees_partner("here")
    await write(three, *CHARACTERS[1])
    await write(one, *CHARACTERS[2])
    await write(three, *CHARACTERS[3])
    await one.is_in("done")
    await three.is_in("done")
    await one.see("work-link").click()
    await one.is_in("shown")
    await expect(one.see("work-char")).to_have_count(4)


async def test_a_lost_partner_is_away_and_after_the_grace_replaced(
    stranger: Stranger, serve: Callable[..., Service]
) -> None:
    service = serve(grace_seconds=2)
    one, two = await long_room(stranger, service)
    await two.page.close()
    await one.sees_partner("away")
    await one.sees_partner("left")
    three = await stranger(service)
    await three.join()
    await three.is_in("my-turn")
    await three.sees_written(1)


async def test_ink_drawn_while_the_service_restarts_reaches_the_partner(
    stranger: Stranger, serve: Callable[..., Service]
) -> None:
    service = serve(grace_seconds=60)
    one, two = await stranger(service), await stranger(service)
    await open_room(one, two)
    await asyncio.to_thread(service.stop)
    await one.is_in("offline")
    await one.draw(*CHARACTERS[0])
    await asyncio.to_thread(serve, port=service.port, grace_seconds=60)
    await two.is_in("their-turn")
    await two.sees_ink()
    await one.commit()
    await two.is_in("my-turn")
    one.forget_lost_lines()
    two.forget_lost_lines()


async def test_a_turn_that_runs_out_gives_the_seat_to_another(
    stranger: Stranger, serve: Callable[..., Service]
) -> None:
    service = serve(turn_seconds=8)
    one, two = await stranger(service, "/?phrase=jiayou"), await stranger(service)
    await open_room(one, two)
    await write(one, *CHARACTERS[0])
    await two.is_in("my-turn")
    await expect(two.see("notice")).to_contain_text("席位已经让给别人", timeout=LIMIT_MS)
    await two.is_in("idle")
    await one.sees_partner("left")
    await one.sees_written(1)


async def test_a_part_that_cannot_be_fetched_is_asked_for_again_after_a_pause(
    stranger: Stranger, service: Service
) -> None:
    one, two = await stranger(service, "/?phrase=jiayou"), await stranger(service)
    asked: list[float] = []

    async def refuse_twice(route: Route) -> None:
        asked.append(time.monotonic())
        if len(asked) <= 2:
            await route.abort()
        else:
            await route.continue_()

    await one.page.route(re.compile(r"/done-view[^/]*\.js$"), refuse_twice)
    await open_room(one, two)
    await write(one, *CHARACTERS[0])
    await write(two, *CHARACTERS[1])
    await one.is_in("done")
    await expect(one.see("serial")).to_be_visible(timeout=LIMIT_MS)
    assert len(asked) == 3
    assert min(later - earlier for earlier, later in pairwise(asked)) > 0.9
    one.forget_lost_lines()
