"""The page of a finished work and its replay."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.axe import barriers
from tests.browser.conftest import Stranger
from tests.browser.participant_page import LIMIT_MS, ParticipantPage
from tests.finish_work import finish, finish_work
from tests.service import Service

STILL = {"reduced_motion": "reduce"}
PIXELS = """() => [...document.querySelectorAll('[data-testid=work-char]')].map((canvas) => {
  const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return Array.from(data.filter((_, i) => i % 4 === 3));
})"""
"""The ink of every character, pixel by pixel."""


async def plays(participant: ParticipantPage, state: str) -> None:
    """Wait until the replay is `playing`, `paused` or has `ended`."""
    await expect(participant.see("player")).to_have_attribute(
        "data-replay", state, timeout=LIMIT_MS
    )


async def ink_of(participant: ParticipantPage) -> list[list[int]]:
    """The pixels of the page's characters."""
    pixels: list[list[int]] = await participant.page.evaluate(PIXELS)
    return pixels


async def time_of(participant: ParticipantPage) -> float:
    """Where the replay stands, in milliseconds."""
    return float(await participant.see("player-place").input_value())


def amount(pixels: list[list[int]]) -> int:
    """How many pixels have ink."""
    return sum(value > 0 for character in pixels for value in character)


async def test_the_replay_ends_as_the_finished_drawing(stranger: Stranger, shared: Service) -> None:
    work = await finish_work(shared)
    still = await stranger(shared, f"/w/{work}", **STILL)
    await plays(still, "ended")
    one = await stranger(shared, f"/w/{work}")
    await plays(one, "playing")
    await one.page.keyboard.press(" ")
    await plays(one, "paused")
    finished, begun = await ink_of(still), await ink_of(one)
    assert amount(begun) < 0.9 * amount(finished)
    await one.see("speed-4").click()
    await one.see("player-button").click()
    await plays(one, "ended")
    ended = await ink_of(one)
    assert [len(character) for character in ended] == [len(character) for character in finished]
    pairs = [
        (a, b) for x, y in zip(ended, finished, strict=True) for a, b in zip(x, y, strict=True)
    ]
    assert sum(abs(a - b) > 16 for a, b in pairs) < 0.01 * len(pairs)


async def test_a_replay_keeps_the_hands_own_time(stranger: Stranger, shared: Service) -> None:
    one = await stranger(shared, f"/w/{await finish_work(shared)}", **STILL)
    told = await one.page.evaluate("""async () => {
      const {Timeline} = await import('/static/js/shared/replay-timeline.js');
      const stroke = [100, 100, 0, 90, 10, 0, 40, 0, 10, 0, 60, 0];
      const late = [100, 200, 300, 90, 10, 0, 50, 0];
      const far = [100, 200, 60000, 90, 10, 0, 50, 0];
      const timeline = new Timeline([[stroke, late], [stroke], [stroke, far]]);
      return {whole: timeline.duration, moments: [0, 20, 40, 70, 100, 399, 425, 450, 1150]
        .map((time) => timeline.at(time))};
    }""")
    # 100 + 300 + 50, handed over 700, 100, handed over 700, 100 + a rest cut to 1500 + 50
    assert told["whole"] == 450 + 700 + 100 + 700 + 100 + 1500 + 50
    stands = [(m["c"], m["finished"], len(m["open"]) // 4) for m in told["moments"]]
    assert stands == [(0, 0, 2), (0, 0, 2), (0, 0, 3), (0, 0, 3), (0, 1, 0), (0, 1, 0),
                      (0, 1, 2), (0, 2, 0), (1, 0, 2)]  # fmt: skip
    assert told["moments"][1]["open"] == [100, 100, 0, 90, 5, 0, 20, 0]


async def test_a_reader_can_go_to_any_place_with_the_keyboard(
    stranger: Stranger, shared: Service
) -> None:
    one = await stranger(shared, f"/w/{await finish_work(shared)}", **STILL)
    await plays(one, "ended")
    whole = await time_of(one)
    await one.page.keyboard.press("ArrowLeft")
    await plays(one, "paused")
    assert await time_of(one) == pytest.approx(whole - 1000, abs=1)
    await one.see("player-place").focus()
    await one.page.keyboard.press("ArrowLeft")
    assert await time_of(one) == pytest.approx(whole - 2000, abs=1)
    await one.page.keyboard.press("Home")
    assert await time_of(one) == 0
    assert amount(await ink_of(one)) < 1000
    await one.page.keyboard.press("ArrowRight")
    assert await time_of(one) == 1000
    await one.page.keyboard.press("End")
    await plays(one, "ended")
    await one.page.keyboard.press("-")
    await expect(one.page.get_by_role("radio", name="0.5×")).to_be_checked()
    await one.page.keyboard.press("+")
    await expect(one.page.get_by_role("radio", name="1×")).to_be_checked()


async def test_the_place_is_told_in_words(stranger: Stranger, shared: Service) -> None:
    one = await stranger(shared, f"/w/{await finish_work(shared)}", **STILL)
    await plays(one, "ended")
    slider = one.page.get_by_role("slider", name="进度")
    whole = await time_of(one) / 1000
    words = f"第 {whole:.1f} 秒，共 {whole:.1f} 秒"
    await expect(slider).to_have_attribute("aria-valuetext", words)
    await expect(one.page.get_by_role("button", name="再放一遍")).to_be_visible()


async def test_both_hands_are_named_by_their_numbers(stranger: Stranger, service: Service) -> None:
    await finish_work(service)
    one = await stranger(service, f"/w/{await finish_work(service)}", **STILL)
    await expect(one.see("work-hands")).to_have_text("第 3 位与第 4 位")
    await expect(one.see("work").locator(".hand")).to_have_text(["第 3 位", "第 4 位"])
    await expect(one.see("work-date")).to_contain_text("写成于 20")
    await expect(one.see("work-join")).to_have_text("我也要写")
    await one.see("work-join").click()
    await expect(one.see("join")).to_be_visible(timeout=LIMIT_MS)


async def test_the_page_speaks_the_readers_language(stranger: Stranger, service: Service) -> None:
    work = await finish_work(service)
    for language, words in (
        ("en-GB", "No. 1 and No. 2"),
        ("zh-HK", "第 1 位與第 2 位"),
        ("ja-JP", "1 人目と 2 人目"),
    ):
        one = await stranger(service, f"/w/{work}", locale=language, **STILL)
        await expect(one.see("work-hands")).to_have_text(words)


@pytest.mark.parametrize("size", [(360, 640), (1280, 800)])
async def test_the_work_and_its_player_fit_the_width(
    stranger: Stranger, shared: Service, size: tuple[int, int]
) -> None:
    width, height = size
    works = [await finish_work(shared, phrase) for phrase in ("mingtian-hui-genghao", "jiayou")]
    one = await stranger(shared, viewport={"width": width, "height": height}, **STILL)
    for work in (*works, await finish_work(shared, "en-grateful")):
        await one.page.goto(f"{shared.url}/w/{work}")
        await plays(one, "ended")
        assert await one.page.evaluate("document.documentElement.scrollWidth") <= width


LOOKS: list[dict[str, Any]] = [
    {"color_scheme": "light"},
    {"color_scheme": "dark", "viewport": {"width": 390, "height": 844}},
]


@pytest.mark.parametrize("look", LOOKS)
async def test_nothing_keeps_people_out_of_a_works_page(
    stranger: Stranger, shared: Service, look: dict[str, Any]
) -> None:
    one = await stranger(shared, f"/w/{await finish_work(shared)}", **STILL, **look)
    await plays(one, "ended")
    assert await barriers(one.page) == []
    await one.page.goto(f"{shared.url}/w/nosuchwork")
    await expect(one.see("work-title")).to_have_text("没有找到这幅作品。")
    assert await barriers(one.page) == []
    one.troubles.clear()  # Chromium logs every 404.


async def test_the_page_of_a_work_that_is_not_public_says_so_to_those_who_wrote_it(
    stranger: Stranger, serve: Callable[..., Service]
) -> None:
    service = serve(check="elsewhere")
    done = await finish(service)
    one = await stranger(service, done.url, **STILL)
    await one.is_in("shown")
    await expect(one.see("work-review")).to_have_text(
        "还未公开：目前只有写它的人能看到这一页。", timeout=LIMIT_MS
    )
    assert await barriers(one.page) == []
    await one.see("poster-open").click()
    await expect(one.see("poster")).to_have_attribute("data-state", "shown", timeout=LIMIT_MS)
    other = await stranger(service, f"/w/{done.work}", **STILL)
    await other.is_in("missing")
    other.troubles.clear()  # Chromium logs every 404.
