"""A right-to-left phrase runs from right to left wherever its characters stand side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, expect

from tests.browser.conftest import Core, Stranger
from tests.browser.participant_page import LIMIT_MS, open_room, write
from tests.browser.strokes import CHARACTERS
from tests.finish_work import finish_work
from tests.service import Service

CAMPAIGN = """
[[campaign]]
id = "default"
title = "接龙"
phrases = ["shalom"]

[[phrase]]
id = "shalom"
text = "שלום"
locale = "he"
"""

POSTER = """async () => {
  const { drawPoster } = await import("/static/js/poster/drawing.js");
  const svg = drawPoster({
    id: "x", text: "שלום", locale: "he", title: "", line: "", hands: "", date: "", scan: "",
    seal: "", code: { side: 1, path: "" },
    chars: Array(4).fill([[100, 100, 0, 90, 3000, 3000, 40, 0]]),
  });
  const document = new DOMParser().parseFromString(svg, "image/svg+xml");
  return [...document.querySelectorAll('svg[viewBox="0 0 4096 4096"]')]
    .map((character) => Number(character.getAttribute("x")));
}"""


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """A campaign with one phrase, in Hebrew."""
    file: Path = tmp_path_factory.mktemp("campaign") / "campaigns.toml"
    file.write_text(CAMPAIGN)
    return {"campaigns": file}


async def run_leftwards(cells: Locator, count: int = 4) -> None:
    """Wait for the cells; each one must stand at the left of the one before."""
    await expect(cells).to_have_count(count, timeout=LIMIT_MS)
    boxes: list[Any] = [await cell.bounding_box() for cell in await cells.all()]
    lefts = [round(box["x"]) for box in boxes]
    assert lefts == sorted(set(lefts), reverse=True)


async def test_the_room_the_finished_work_and_the_works_of_the_device(
    stranger: Stranger, shared: Service
) -> None:
    one, two = await stranger(shared, "/?phrase=shalom"), await stranger(shared)
    await one.is_in("idle")
    art = [await cell.bounding_box() for cell in await one.page.locator(".home-art .cell").all()]
    assert art[0]["x"] > art[1]["x"]
    await open_room(one, two)
    await run_leftwards(one.see("char"))
    for c in range(4):
        await write((one, two)[c % 2], *CHARACTERS[c])
    await one.is_in("done")
    await run_leftwards(one.see("work-char"))
    await one.see("home-button").click()
    await run_leftwards(one.see("my-works").locator(".cell"))


async def test_the_page_of_a_work(stranger: Stranger, shared: Service) -> None:
    work = await finish_work(shared, "shalom")
    one = await stranger(shared, f"/w/{work}")
    await run_leftwards(one.see("work-char"))


@pytest.mark.parametrize("page", ["/gallery", "/wall"])
async def test_the_gallery_and_the_wall(stranger: Stranger, shared: Service, page: str) -> None:
    await finish_work(shared, "shalom")
    one = await stranger(shared, page)
    await run_leftwards(one.page.locator(".picture").first.locator(".picture-cell"))


async def test_the_poster(stranger: Stranger, shared: Service) -> None:
    one = await stranger(shared, "/gallery")
    lefts = await one.page.evaluate(POSTER)
    assert len(lefts) == 4
    assert lefts == sorted(set(lefts), reverse=True)


@pytest.mark.parametrize(
    ("text", "direction"),
    [("加油", "ltr"), ("hope", "ltr"), ("שלום", "rtl"), ("سلام", "rtl"), ("𞤢𞤣", "rtl")],
)
async def test_the_direction_comes_from_the_phrase(core: Core, text: str, direction: str) -> None:
    told = await core(
        """async (text) => {
          const { directionOf } = await import("/client/js/direction.js");
          return directionOf({ text });
        }""",
        text,
    )
    assert told == direction
