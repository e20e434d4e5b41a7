"""The wall: new works and counters."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest
from playwright.async_api import expect

from server.archive.database import Database
from server.archive.review_state import ReviewState
from server.archive.works import Works
from server.store.works import FinishedWork
from tests.browser.axe import barriers
from tests.browser.conftest import Stranger
from tests.finish_work import finish_work
from tests.polling import eventually
from tests.service import Service

SCREEN: dict[str, Any] = {"viewport": {"width": 1920, "height": 1080}}
LONG_MS = 30_000
RUSHES = 3
ELEMENTS = "document.querySelectorAll('*').length"


async def test_a_work_finished_meanwhile_writes_itself_in(
    stranger: Stranger, service: Service
) -> None:
    wall = await stranger(service, "/wall", **SCREEN)
    await wall.is_in("empty")
    await expect(wall.page.get_by_text("静候第一笔")).to_be_visible()
    work = await finish_work(service)
    sheet = wall.page.locator(f"[data-work='{work}']")
    await expect(sheet).to_have_attribute("data-written", "false", timeout=LONG_MS)
    await expect(sheet).to_contain_text("第 1 位与第 2 位")
    await expect(sheet).to_have_attribute("data-written", "true", timeout=LONG_MS)
    relays = wall.see("wall-relays").locator(".unseen")
    await expect(relays).to_have_text("1", timeout=LONG_MS)
    await expect(wall.see("wall-participants").locator(".unseen")).to_have_text("2")


async def test_a_rush_of_works_leaves_the_wall_calm(stranger: Stranger, service: Service) -> None:
    await finish_work(service)
    wall = await stranger(service, "/wall", **SCREEN)
    await wall.is_in("shown")
    works = [finish_work(service, seed=seed) for seed in range(40)]
    most = 0
    asked: list[str] = []
    wall.page.on("request", lambda request: asked.append(request.url))
    made = asyncio.gather(*works)
    for _ in range(60):
        writing = await wall.page.locator("[data-written=false]").count()
        most = max(most, writing)
        await wall.page.wait_for_timeout(200)
    await made
    sheets = await wall.see("sheet").count()
    assert 4 <= sheets <= 18
    assert 1 <= most <= 3
    assert 0 < len(asked) < 20
    relays = wall.see("wall-relays").locator(".unseen")
    await expect(relays).to_have_text("41", timeout=LONG_MS)


async def test_a_thousand_works_a_second_leave_the_wall_calm(
    stranger: Stranger, service: Service
) -> None:
    first = await finish_work(service)
    database = Database(f"sqlite+aiosqlite:///{service.data / 'works.sqlite'}")
    archive = Works(database)

    async def stored() -> bool:
        return await archive.find(first) is not None

    await eventually(stored)
    found = await archive.find(first)
    assert found
    wall = await stranger(service, "/wall", **SCREEN)
    await wall.is_in("shown")
    elements = await wall.page.evaluate(ELEMENTS)
    asked: list[str] = []
    wall.page.on("request", lambda request: asked.append(request.url))
    for rush in range(RUSHES):
        # As many as a thousand a second make between two questions of the wall.
        works = [copy_of(found[1], 4000 * rush + i + 1) for i in range(4000)]
        for at in range(0, len(works), 500):
            await archive.store("default", works[at : at + 500], ReviewState.PUBLIC)
        async with wall.page.expect_response(
            lambda answer: "/api/works?" in answer.url, timeout=LONG_MS
        ) as response:
            pass
        listed = (await (await response.value).json())["works"]
        assert len(listed) <= 18
        assert await wall.page.locator("[data-written=false]").count() <= 3
    newest = wall.page.locator(f"[data-work^='rush-{RUSHES - 1}-']").first
    await newest.wait_for(timeout=LONG_MS)
    works_asked = [url for url in asked if "/api/works?" in url]
    assert len(works_asked) <= RUSHES + LONG_MS / 4000
    sheets = await wall.see("sheet").count()
    assert await wall.page.evaluate(ELEMENTS) < elements + 60 * sheets
    await database.close()


def copy_of(work: FinishedWork, number: int) -> FinishedWork:
    """The same work, finished later, by others."""
    serials = (2 * number + 1, 2 * number + 2)
    hands = [
        msgspec.structs.replace(hand, serial=serial, participant=f"p{serial}")
        for hand, serial in zip(work.hands, serials, strict=True)
    ]
    return msgspec.structs.replace(
        work,
        id=f"rush-{(number - 1) // 4000}-{number}",
        hands=hands,
        completed_at=work.completed_at + number,
    )


async def test_the_wall_goes_on_after_an_outage(stranger: Stranger, service: Service) -> None:
    wall = await stranger(service, "/wall", **SCREEN)
    await wall.is_in("empty")
    await wall.page.context.set_offline(True)
    await expect(wall.see("wall-line")).to_contain_text("网断了", timeout=LONG_MS)
    await wall.page.context.set_offline(False)
    work = await finish_work(service)
    await wall.page.locator(f"[data-work='{work}']").wait_for(timeout=LONG_MS)
    await expect(wall.see("wall-line")).to_have_text("", timeout=LONG_MS)
    wall.troubles.clear()  # Chromium logs what could not be fetched.


async def test_the_wall_fills_every_screen_and_no_more(
    stranger: Stranger, service: Service
) -> None:
    await finish_work(service)
    wall = await stranger(service, "/wall")
    await wall.is_in("shown")
    for width, height in ((1920, 1080), (1280, 720), (3840, 2160), (1080, 1920), (390, 844)):
        await wall.page.set_viewport_size({"width": width, "height": height})
        assert await wall.page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
        ) == [width, height]
        box = await wall.see("wall-sheets").bounding_box()
        assert box["y"] + box["height"] <= height
        assert box["height"] > height / 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_nothing_keeps_people_out_of_the_wall(
    stranger: Stranger, service: Service, scheme: str
) -> None:
    work = await finish_work(service)
    options = {**SCREEN, "color_scheme": scheme, "reduced_motion": "reduce"}
    wall = await stranger(service, "/wall", **options)
    sheet = wall.page.locator(f"[data-work='{work}']")
    await expect(sheet).to_have_attribute("data-written", "true", timeout=LONG_MS)
    assert await barriers(wall.page) == []
