"""The page on small screens, in landscape and with large letters: everything can be reached, and
the paper does not move."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Stranger
from tests.browser.fit import LARGE_LETTERS, REACHED, phone
from tests.browser.participant_page import LIMIT_MS, ParticipantPage, open_room
from tests.browser.strokes import ACROSS, CHARACTERS
from tests.service import Service

LONG = "/?phrase=tiantian-xiangshang"
LANGUAGES = ["zh-CN", "zh-TW", "en-US", "ja-JP"]
NEEDED = ("partner", "turn-title", "phrase-row", "paper", "undo", "clear", "commit", "leave")


NAME_CAN_BE_READ = "(e) => e.clientWidth >= Math.min(e.scrollWidth, 100)"
"""Whether all of a name is there, or much of a long one."""

WATCH_TOOLS = """() => {
  window.heights = new Set();
  new ResizeObserver(([{ contentRect }]) => heights.add(Math.round(contentRect.height)))
    .observe(document.querySelector(".tools"));
}"""


async def reaches_all(participant: ParticipantPage) -> None:
    assert await participant.page.evaluate(REACHED) == []


async def fits(participant: ParticipantPage) -> None:
    """The whole room is on the screen."""
    for name in NEEDED:
        await expect(participant.see(name)).to_be_in_viewport(ratio=0.98)
    await reaches_all(participant)


async def place_of_paper(participant: ParticipantPage) -> tuple[float, float]:
    box = await participant.see("paper").bounding_box()
    return box["x"], box["y"]


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize("width", [360, 390])
async def test_nothing_sticks_out_in_any_state_of_a_round(
    stranger: Stranger, service: Service, width: int, locale: str
) -> None:
    view = phone(width, 640 if width == 360 else 844, locale=locale)
    one = await stranger(service, LONG, **view)
    await one.is_in("idle")
    await reaches_all(one)
    await one.join()
    await one.is_in("waiting")
    await fits(one)
    two = await stranger(service, LONG, **view)
    await two.join()
    await two.is_in("their-turn")
    await fits(one)
    await fits(two)
    await one.page.goto("about:blank")
    await two.sees_partner("away")
    await reads_in_full(two)
    await one.page.goto(service.url)
    await one.is_in("my-turn")
    await one.touch(ACROSS)
    await one.page.evaluate(WATCH_TOOLS)
    await one.commit()
    await two.is_in("my-turn")
    assert len(await one.page.evaluate("[...heights]")) == 1
    await two.see("leave").click()
    await two.see("leave-go").click()
    await one.sees_partner("left")
    await reads_in_full(one)
    await fits(one)


@pytest.mark.parametrize("phrase", ["tiantian-xiangshang", "yibu-yige-jiaoyin"])
async def test_nothing_moves_when_a_phrase_is_chosen(
    stranger: Stranger, service: Service, phrase: str
) -> None:
    one = await stranger(service, f"/?phrase={phrase}", **phone(360, 640))
    await one.is_in("idle")
    await expect(one.see("join")).to_be_in_viewport(ratio=1)
    before = await one.see("join").bounding_box()
    await one.page.locator("[data-phrase='']").click()
    await expect(one.see("home-art")).to_have_attribute("data-count", "2")
    assert (await one.see("join").bounding_box())["y"] == pytest.approx(before["y"], abs=1)


async def reads_in_full(participant: ParticipantPage) -> None:
    cut = "(e) => e.scrollWidth > e.clientWidth + 1"
    await expect(participant.see("partner-state")).to_be_visible()
    assert not await participant.see("partner-state").evaluate(cut)


@pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
@pytest.mark.parametrize("size", [(844, 390), (667, 375), (720, 450)])
async def test_the_room_fits_a_phone_on_its_side(
    stranger: Stranger, service: Service, size: tuple[int, int], locale: str
) -> None:
    view = phone(*size, locale=locale)
    one = await stranger(service, LONG, **view)
    await one.is_in("idle")
    await expect(one.see("join")).to_be_in_viewport(ratio=1)
    await one.join()
    await one.is_in("waiting")
    await fits(one)
    await expect(one.see("invite")).to_be_in_viewport(ratio=1)
    two = await stranger(service, LONG, **view)
    await two.join()
    await one.is_in("my-turn")
    for name in ("timer", "reactions"):
        await expect(one.see(name)).to_be_in_viewport(ratio=1)
    await fits(one)
    assert await one.page.evaluate("document.documentElement.scrollHeight <= innerHeight")


@pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
async def test_in_large_letters_everything_is_still_reached(
    stranger: Stranger, service: Service, locale: str
) -> None:
    one = await stranger(service, "/healthz", **phone(390, 844, locale=locale))
    await one.page.add_init_script(LARGE_LETTERS)
    await one.page.goto(service.url)
    await one.is_in("idle")
    await reaches_all(one)
    await one.join()
    await one.is_in("waiting")
    await reaches_all(one)
    two = await stranger(service, locale=locale)
    await two.join()
    await expect(one.see("report")).to_be_visible(timeout=LIMIT_MS)
    await expect(one.see("partner-state")).not_to_be_empty()
    await reaches_all(one)
    assert await one.see("partner-alias").evaluate(NAME_CAN_BE_READ)


@pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
async def test_the_paper_stays_where_it_is_when_the_partner_comes(
    stranger: Stranger, service: Service, locale: str
) -> None:
    one = await stranger(service, LONG, **phone(360, 640, locale=locale))
    await one.join()
    await one.is_in("waiting")
    before = await place_of_paper(one)
    two = await stranger(service)
    await two.join()
    await one.is_in("my-turn")
    await expect(one.see("timer")).to_be_visible()
    assert await place_of_paper(one) == pytest.approx(before, abs=1)


async def test_ink_goes_where_the_hand_is_though_the_paper_moves(
    stranger: Stranger, service: Service
) -> None:
    one, two = await stranger(service), await stranger(service)
    await open_room(one, two)
    box = await one.see("paper").bounding_box()
    x, y, side = box["x"], box["y"], box["width"]
    await one.page.mouse.move(x + 0.2 * side, y + 0.5 * side)
    await one.page.mouse.down()
    await one.page.evaluate("document.querySelector('.relay').style.translate = '0 60px'")
    await one.page.mouse.move(x + 0.8 * side, y + 0.5 * side + 60, steps=8)
    await one.page.mouse.up()
    await one.commit()
    await one.sees_written(1)
    stroke = one.commits[0][0]
    height = stroke[1] + sum(stroke[5::4])
    assert height == pytest.approx(stroke[1], abs=4096 * 0.03)


async def test_a_new_screen_begins_at_its_top(stranger: Stranger, service: Service) -> None:
    one = await stranger(service, "/?phrase=jiayou", viewport={"width": 844, "height": 300})
    two = await stranger(service)
    await open_room(one, two)
    await one.draw(*CHARACTERS[0])
    await one.see("commit").click()
    await two.is_in("my-turn")
    await one.page.evaluate("scrollTo(0, 1000)")
    await two.draw(*CHARACTERS[1])
    await two.commit()
    await one.is_in("done")
    await expect(one.see("serial")).to_be_attached()
    assert await one.page.evaluate("scrollY") == 0
