"""The screen of a completed work: replay, poster and links."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.axe import barriers
from tests.browser.conftest import DESK, PHONE, Stranger
from tests.browser.participant_page import LIMIT_MS, ParticipantPage, open_room, write
from tests.browser.strokes import CHARACTERS
from tests.service import Service

POSTER = re.compile(r"/poster(?:-[0-9a-f]+)?\.js$")

INK = """() => [...document.querySelectorAll('[data-testid=work-char]')].map((canvas) => {
  const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return data.filter((value, i) => i % 4 === 3 && value > 0).length;
})"""
"""How many pixels of each character have ink."""


async def relay(
    stranger: Stranger, service: Service, **options: Any
) -> tuple[ParticipantPage, ParticipantPage]:
    """Two strangers who have just finished 加油."""
    one = await stranger(service, "/?phrase=jiayou", **options)
    two = await stranger(service, **options)
    await open_room(one, two)
    await write(one, *CHARACTERS[0])
    await write(two, *CHARACTERS[1])
    await one.is_in("done")
    return one, two


async def replays(participant: ParticipantPage, state: str) -> None:
    """Wait until the work is `playing` or has `ended`."""
    await expect(participant.see("done")).to_have_attribute("data-replay", state, timeout=LIMIT_MS)


async def test_both_hands_are_written_once_more(stranger: Stranger, service: Service) -> None:
    one, _ = await relay(stranger, service)
    await replays(one, "playing")
    begun = await one.page.evaluate(INK)
    await replays(one, "ended")
    whole = await one.page.evaluate(INK)
    assert begun[1] == 0
    assert all(whole)
    await one.see("done-replay").click()
    await replays(one, "playing")
    await replays(one, "ended")
    assert await one.page.evaluate(INK) == whole


async def test_who_wants_less_motion_sees_the_finished_work_at_once(
    stranger: Stranger, service: Service
) -> None:
    one, _ = await relay(stranger, service, reduced_motion="reduce")
    assert all(await one.page.evaluate(INK))
    await expect(one.see("done")).not_to_have_attribute("data-replay", "playing")


@pytest.mark.parametrize("options", [DESK, PHONE], ids=["desk", "phone"])
async def test_the_poster_is_made_saved_and_handed_on_from_the_last_screen(
    stranger: Stranger, service: Service, options: dict[str, Any]
) -> None:
    one, two = await relay(stranger, service, **options)
    await one.page.evaluate("""() => {
      navigator.canShare = ({files}) => files.length === 1;
      navigator.share = async ({files}) => { document.body.dataset.handedOn = files[0].name; };
    }""")
    await one.see("poster-open").click()
    await expect(one.see("poster")).to_have_attribute("data-state", "shown", timeout=LIMIT_MS)
    assert await barriers(one.page) == []
    serials = "-".join(
        str(participant.heard("completed")[0]["serial"]) for participant in (one, two)
    )
    for kind, begins in (("svg", b"<svg"), ("png", b"\x89PNG")):
        async with one.page.expect_download() as download:
            await one.see(f"poster-{kind}").click()
        file = await download.value
        assert file.suggested_filename == f"jielong-加油-{serials}.{kind}"
        content = await asyncio.to_thread(Path(await file.path()).read_bytes)
        assert content.startswith(begins)
    await one.see("poster-share").click()
    handed_on = f"jielong-加油-{serials}.png"
    await expect(one.page.locator("body")).to_have_attribute("data-handed-on", handed_on)
    await one.see("poster-close").click()
    await expect(one.see("poster")).to_have_count(0)
    await expect(one.see("poster-open")).to_be_focused()
    await one.is_in("done")


async def test_a_poster_that_cannot_be_fetched_can_be_asked_for_again(
    stranger: Stranger, service: Service
) -> None:
    one, _ = await relay(stranger, service)
    await one.page.route(POSTER, lambda route: route.abort())
    async with one.page.expect_event("requestfailed"):
        await one.see("poster-open").click()
    await one.page.unroute(POSTER)
    await one.see("poster-open").click()
    await expect(one.see("poster")).to_have_attribute("data-state", "shown", timeout=LIMIT_MS)
    one.troubles.clear()  # Chromium logs what could not be fetched.


async def test_from_the_last_screen_one_goes_on_to_the_work_the_gallery_and_home(
    stranger: Stranger, service: Service
) -> None:
    one, two = await relay(stranger, service)
    await one.see("done-gallery").click()
    await expect(one.see("card")).to_have_count(1, timeout=LIMIT_MS)
    await one.see("gallery-write").click()
    await one.is_in("idle")
    await two.see("work-link").click()
    await two.is_in("shown")
    await two.see("work-gallery").click()
    await two.see("card").click()
    await two.is_in("shown")
    await two.see("work-join").click()
    await two.is_in("idle")
