"""The writing cell: grid, tracing guide, stroke order, palms, left-handed layout."""

from __future__ import annotations

from typing import Any

from playwright.async_api import expect

from tests.browser.conftest import DESK, PHONE, Stranger
from tests.browser.participant_page import ParticipantPage, open_room, write
from tests.browser.strokes import ACROSS, CHARACTERS, DOWN
from tests.service import Service

POINTER = """([kind, type, x, y, id]) => {
  const paper = document.querySelector('[data-testid=paper]');
  const box = paper.getBoundingClientRect();
  paper.setPointerCapture = () => {};
  paper.dispatchEvent(new PointerEvent(type, {
    pointerId: id, pointerType: kind, bubbles: true, cancelable: true, button: 0, pressure: 0.5,
    clientX: box.x + x * box.width, clientY: box.y + y * box.height,
  }));
}"""


SETTLED_WIDTH = """async (canvas, ratio) => {
  const wanted = Math.round(canvas.clientWidth * ratio);
  for (let i = 0; i < 100 && canvas.width !== wanted; i += 1)
    await new Promise(requestAnimationFrame);
  return canvas.width;
}"""
"""How many pixels wide a canvas is, once it had time to follow the resolution."""


async def point(
    participant: ParticipantPage, kind: str, *events: tuple[str, float, float], number: int = 7
) -> None:
    """Let a pen or a finger do something on the paper."""
    for what, x, y in events:
        await participant.page.evaluate(POINTER, [kind, f"pointer{what}", x, y, number])


async def begin(stranger: Stranger, service: Service, path: str, **options: Any) -> ParticipantPage:
    one = await stranger(service, path, **options)
    await one.join()
    await one.is_in("waiting")
    return one


async def test_the_diagonals_of_the_grid_can_be_taken_away_and_stay_away(
    stranger: Stranger, service: Service
) -> None:
    one = await begin(stranger, service, "/?phrase=jiayou")
    diagonal = one.see("cell").locator(".grid-diagonal")
    await expect(diagonal).to_be_visible()
    await one.see("settings").click()
    await one.page.get_by_label("田字格").check()
    await one.page.keyboard.press("Escape")
    await expect(diagonal).to_be_hidden()
    await one.page.reload()
    await one.is_in("waiting")
    await expect(diagonal).to_be_hidden()


async def test_the_left_hand_has_its_tools_on_its_own_side(
    stranger: Stranger, service: Service
) -> None:
    one = await begin(stranger, service, "/?phrase=jiayou", **PHONE)

    async def commit_is_left_of_undo() -> bool:
        commit = await one.see("commit").bounding_box()
        undo = await one.see("undo").bounding_box()
        return bool(commit["x"] < undo["x"])

    assert not await commit_is_left_of_undo()
    await one.see("settings").tap()
    await one.page.get_by_label("左手").check()
    await one.page.keyboard.press("Escape")
    assert await commit_is_left_of_undo()


async def test_the_stroke_order_of_a_chinese_character_is_shown_when_asked_for(
    stranger: Stranger, service: Service
) -> None:
    one = await begin(stranger, service, "/?phrase=jiayou")
    await expect(one.see("guide-strokes").locator("path")).to_have_count(1)
    await expect(one.see("guide")).to_be_hidden()
    await one.see("order").click()
    await expect(one.see("stroke-order").locator("text")).to_have_text(list("12345"))
    await expect(one.see("announcer")).to_have_text("「加」的笔顺，共 5 画")
    await one.draw(ACROSS)  # One may write while it plays.
    await expect(one.see("commit")).to_be_enabled()


async def test_stroke_data_that_could_not_be_fetched_is_asked_for_again(
    stranger: Stranger, service: Service
) -> None:
    one = await stranger(service, "/?phrase=jiayou")
    await one.page.route("**/assets/strokes-*/*.json", lambda route: route.abort())
    async with one.page.expect_event("requestfailed"):
        await one.join()
    await expect(one.see("guide")).to_have_text("加")
    await expect(one.see("guide")).to_be_visible()
    await one.page.unroute("**/assets/strokes-*/*.json")
    await one.draw(ACROSS)
    await one.commit()
    await expect(one.see("guide-strokes").locator("path")).to_have_count(1)
    await expect(one.see("guide")).to_be_hidden()
    one.forget_lost_lines()


async def test_a_script_without_stroke_data_shows_the_fonts_glyph(
    stranger: Stranger, service: Service
) -> None:
    one = await begin(stranger, service, "/?phrase=en-hope")
    await expect(one.see("guide")).to_have_text("H")
    await expect(one.see("guide")).to_be_visible()
    await expect(one.see("order")).to_be_hidden()


async def test_a_palm_beside_the_pen_writes_nothing(stranger: Stranger, service: Service) -> None:
    one = await begin(stranger, service, "/?phrase=jiayou")
    await point(one, "pen", ("down", 0.3, 0.3), ("move", 0.5, 0.5))
    await point(one, "touch", ("down", 0.8, 0.9), ("move", 0.9, 0.9), number=8)
    await point(one, "pen", ("move", 0.6, 0.6), ("up", 0.6, 0.6))
    await point(one, "touch", ("up", 0.9, 0.9), number=8)
    await point(one, "touch", ("down", 0.8, 0.9), ("move", 0.9, 0.9), ("up", 0.9, 0.9), number=9)
    await one.commit()
    await one.sees_written(1)
    assert len(one.commits[0]) == 1


async def test_a_palm_that_came_before_the_pen_is_taken_back(
    stranger: Stranger, service: Service
) -> None:
    one = await begin(stranger, service, "/?phrase=jiayou")
    await point(one, "touch", ("down", 0.8, 0.9), ("move", 0.9, 0.9), number=8)
    await point(one, "pen", ("down", 0.1, 0.1), ("move", 0.5, 0.1), ("up", 0.5, 0.1))
    await one.commit()
    await one.sees_written(1)
    assert len(one.commits[0]) == 1
    assert one.commits[0][0][0] < 1000


async def test_everything_drawn_follows_the_resolution_of_the_screen(
    stranger: Stranger, service: Service
) -> None:
    one = await begin(stranger, service, "/?phrase=jiayou", **DESK)
    await one.draw(ACROSS)
    screen = await one.page.context.new_cdp_session(one.page)

    async def resolution(ratio: int) -> list[int]:
        # Chromium's emulation evaluates media queries only when the size changes as well: by a
        # pixel, which leaves the size of the paper.
        width = DESK["viewport"]["width"] + ratio
        await screen.send(
            "Emulation.setDeviceMetricsOverride",
            {**DESK["viewport"], "width": width, "deviceScaleFactor": ratio, "mobile": False},
        )
        return [await paper.evaluate(SETTLED_WIDTH, ratio) for paper in papers]

    papers = [one.see("paper"), one.see("char").first.locator("canvas")]
    single = await resolution(1)
    assert await resolution(2) == [2 * width for width in single]
    await one.sees_ink()
    assert await resolution(1) == single
    await one.sees_ink()


async def test_ctrl_z_takes_a_stroke_back(stranger: Stranger, service: Service) -> None:
    one = await begin(stranger, service, "/?phrase=jiayou")
    await one.draw(ACROSS, DOWN)
    await one.page.keyboard.press("Control+z")
    assert one.said("undo")[-1]["s"] == 1
    await one.page.keyboard.press("Control+z")
    await expect(one.see("undo")).to_be_disabled()


async def test_a_finished_character_settles_without_a_flash(
    stranger: Stranger, service: Service
) -> None:
    one, two = await stranger(service, "/?phrase=jiayou"), await stranger(service)
    await open_room(one, two)
    await two.page.evaluate(
        """() => {
          const fading = document.querySelector('[data-testid=fading-ink]');
          new MutationObserver(() => (document.body.dataset.settled = 'yes'))
            .observe(fading, { attributeFilter: ['data-fading'] });
        }"""
    )
    await write(one, *CHARACTERS[0])
    await two.is_in("my-turn")
    await expect(two.page.locator("body")).to_have_attribute("data-settled", "yes")
    await two.sees_blank_paper()


async def test_only_keys_lead_from_the_door_to_a_seat_and_out_again(
    stranger: Stranger, service: Service
) -> None:
    one = await stranger(service, "/?phrase=jiayou")
    await one.is_in("idle")
    await one.see("join").focus()
    await one.page.keyboard.press("Enter")
    await one.is_in("waiting")
    await expect(one.see("turn-title")).to_be_focused()
    await one.see("leave").focus()
    await one.page.keyboard.press("Enter")
    await expect(one.see("leave-stay")).to_be_focused()
    await one.page.keyboard.press("Tab")
    await one.page.keyboard.press("Enter")
    await one.is_in("idle")
