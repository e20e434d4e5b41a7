"""A whole relay of two participants in two browsers."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from playwright.async_api import Locator, expect

from tests.browser.conftest import Stranger
from tests.browser.participant_page import LIMIT_MS, ParticipantPage, open_room, phrase_of, write
from tests.browser.strokes import CHARACTERS
from tests.service import Service

CLEARLY = 64
"""Of 255; less is the edge of a stroke, smoothed in another size."""

ALIKE = 0.01
"""The share of a canvas' pixels in which two drawings of one character may differ."""

SMALL = """(canvas) => {
  const context = new OffscreenCanvas(256, 256).getContext('2d');
  context.drawImage(canvas, 0, 0, 256, 256);
  return Array.from(context.getImageData(0, 0, 256, 256).data.filter((_, i) => i % 4 === 3));
}"""
"""The ink of a canvas, whatever its size, as 256 x 256 opacities."""


async def small(canvas: Locator) -> list[int]:
    """A canvas in the size in which all are compared."""
    pixels: list[int] = await canvas.evaluate(SMALL)
    return pixels


def inked(pixels: list[int]) -> float:
    """The share of pixels that have ink."""
    return sum(value > 0 for value in pixels) / len(pixels)


def difference(one: list[int], other: list[int]) -> float:
    """The share of pixels that are clearly darker in one of them."""
    pairs = zip(one, other, strict=True)
    return sum(abs(a - b) > CLEARLY for a, b in pairs) / len(one)


async def sees_what_is_written(watcher: ParticipantPage, writer: ParticipantPage) -> list[int]:
    """Wait until both papers look alike, and return what they show: the last ink takes its time.

    Raises:
        AssertionError: they do not in time; it says what came and what is seen.
    """
    deadline = asyncio.get_running_loop().time() + LIMIT_MS / 1_000
    while True:
        written, seen = await small(writer.see("paper")), await small(watcher.see("paper"))
        said, heard = writer.said("ink"), watcher.heard("ink")
        if len(said) == len(heard) and inked(written) > 0.02 and difference(written, seen) < ALIKE:
            return written
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError(inked(written), inked(seen), said, heard)


async def finish(one: ParticipantPage, two: ParticipantPage, length: int) -> None:
    """Write the phrase in turns; the watcher must see the ink before it is committed."""
    for c in range(length):
        writer, watcher = (one, two) if c % 2 == 0 else (two, one)
        await writer.is_in("my-turn")
        await watcher.is_in("their-turn")
        await watcher.sees_blank_paper()
        await writer.draw(*CHARACTERS[c])
        await watcher.sees_ink()
        assert len(watcher.heard("committed")) == c
        await writer.commit()
    await one.is_in("done")
    await two.is_in("done")


async def read_back(participant: ParticipantPage) -> dict[str, Any]:
    """Follow the link to the finished work; what the page shows is what the API answers."""
    async with participant.page.expect_response(
        lambda answer: "/api/works/" in answer.url and answer.ok
    ) as response:
        await participant.see("work-link").click()
    await participant.is_in("shown")
    work: dict[str, Any] = await (await response.value).json()
    return work


async def relay(
    one: ParticipantPage, two: ParticipantPage, service: Service, length: int
) -> dict[str, Any]:
    """One whole relay of a phrase of this length; its work as the API tells it."""
    for participant in (one, two):
        participant.sent.clear()
        participant.received.clear()
        await participant.page.goto(
            f"{service.url}/?phrase={await phrase_of(participant, service, length)}"
        )
    await open_room(one, two)
    await finish(one, two, length)
    return await read_back(one)


@pytest.mark.timeout(180)
async def test_two_strangers_finish_a_short_and_a_long_phrase(
    stranger: Stranger, service: Service
) -> None:
    one, two = await stranger(service), await stranger(service)
    for number, length in enumerate((2, 4), start=1):
        work = await relay(one, two, service, length)
        await two.sees_counters(number, 2 * number)
        for c, char in enumerate(work["chars"]):
            writer = (one, two)[c % 2]
            assert char["strokes"] == writer.commits[c // 2]
            assert len(char["strokes"]) == len(CHARACTERS[c])
            assert char["seat"] == c % 2
        serials = [hand["serial"] for hand in work["hands"]]
        assert serials == [
            participant.heard("completed")[0]["serial"] for participant in (one, two)
        ]


async def test_writer_watcher_and_reader_see_the_same_ink(
    stranger: Stranger, service: Service
) -> None:
    one, two = await stranger(service, "/?phrase=jiayou"), await stranger(service)
    await open_room(one, two)
    await one.draw(*CHARACTERS[3])
    written = await sees_what_is_written(two, one)
    await one.commit()
    await write(two, *CHARACTERS[1])
    work = (await one.hears("completed"))["url"]
    reader = await stranger(service, work)
    await expect(reader.see("player")).to_have_attribute("data-replay", "ended", timeout=LIMIT_MS)
    assert difference(written, await small(reader.see("work-char").first)) < ALIKE


async def test_the_first_character_may_be_written_before_anybody_comes(
    stranger: Stranger, service: Service
) -> None:
    one = await stranger(service)
    await one.join()
    await one.is_in("waiting")
    await one.draw(*CHARACTERS[0])
    two = await stranger(service)
    await two.join()
    await two.is_in("their-turn")
    await two.sees_ink()
    assert two.heard("committed") == []
    await one.commit()
    await two.is_in("my-turn")
    await two.sees_written(1)


async def test_what_is_taken_back_vanishes_from_the_partners_paper(
    stranger: Stranger, service: Service
) -> None:
    one, two = await stranger(service), await stranger(service)
    await open_room(one, two)
    await one.draw(*CHARACTERS[0])
    await two.sees_ink()
    await one.see("undo").click()
    await one.see("clear").click()
    await two.sees_blank_paper()
    assert await one.see("commit").is_disabled()
    assert [message["s"] for message in one.said("undo")] == [1, 0]


async def test_a_reaction_floats_up_on_the_partners_page(
    stranger: Stranger, service: Service
) -> None:
    one, two = await stranger(service), await stranger(service)
    await open_room(one, two)
    await two.see("react-fire").click()
    await one.page.locator("[data-testid=float][data-e=fire]").wait_for()


async def test_after_one_work_another_can_be_begun(stranger: Stranger, service: Service) -> None:
    one, two = await stranger(service, "/?phrase=jiayou"), await stranger(service)
    await open_room(one, two)
    await finish(one, two, 2)
    await one.see("again").click()
    await one.is_in("waiting")
    await two.see("again").click()
    await one.is_in("my-turn")
    await one.sees_blank_paper()


async def test_a_character_left_behind_is_finished_by_a_later_stranger_and_told(
    stranger: Stranger, service: Service
) -> None:
    one = await stranger(service, "/?phrase=jiayou")
    await one.join()
    await one.is_in("waiting")
    await one.draw(*CHARACTERS[0])
    await one.commit()
    await one.sees_written(1)
    await one.see("leave").click()
    await one.see("leave-go").click()
    await one.is_in("idle")
    two = await stranger(service)
    await two.join()
    await write(two, *CHARACTERS[1])
    await two.is_in("done")
    await one.page.reload()
    await one.see("finished").get_by_role("link").click()
    await one.is_in("shown")
    assert await one.page.title() == "加油 · 接龙"
