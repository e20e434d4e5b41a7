"""The poster of a work: shown, saved as files, shared."""

from __future__ import annotations

import io
import struct
from typing import Any
from xml.etree import ElementTree

import pytest
from PIL import Image
from playwright.async_api import expect

from tests.browser.axe import barriers
from tests.browser.conftest import Stranger
from tests.browser.participant_page import LIMIT_MS
from tests.browser.poster import OPEN_POSTER, STILL, is_shown, saved
from tests.finish_work import finish_work
from tests.service import Service

SVG = "{http://www.w3.org/2000/svg}"
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 640}, "has_touch": True}

MADE_UP = """async (count) => {
  const {drawPoster} = await import('/static/js/poster/drawing.js');
  return drawPoster({id: 'x', text: `<b a="'">&`, locale: 'zh-Hans', title: '<script>',
    chars: Array(count).fill([[100, 100, 0, 90, 3000, 3000, 40, 0]]), line: '', hands: '',
    date: '', scan: '', seal: '', code: {side: 1, path: ''}});
}"""
"""A poster of so many characters, with words that a careless one would take for markup."""


async def test_the_poster_is_saved_as_a_drawing_and_as_a_picture(
    stranger: Stranger, service: Service
) -> None:
    one = await stranger(service, f"/w/{await finish_work(service)}", **STILL)
    await one.see("poster-open").click()
    await is_shown(one)

    name, content = await saved(one, "poster-svg")
    drawing = ElementTree.fromstring(content)
    words = [text.text for text in drawing.iter(f"{SVG}text")]
    assert name == "jielong-加油-1-2.svg"
    assert (drawing.get("width"), drawing.get("height")) == ("1080", "1440")
    assert {"加油接龙", "加油", "第 1 位与第 2 位合写"} <= set(words)
    assert any(word and word.startswith("20") for word in words)
    assert not [e for e in drawing.iter() if any("href" in key for key in e.attrib)]
    assert not list(drawing.iter(f"{SVG}script"))

    name, content = await saved(one, "poster-png")
    assert name == "jielong-加油-1-2.png"
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", content[16:24]) == (1080, 1440)
    assert len(content) > 50_000


async def test_the_work_is_saved_as_an_animation(stranger: Stranger, shared: Service) -> None:
    one = await stranger(shared, f"/w/{await finish_work(shared)}", **STILL)
    await one.see("poster-open").click()
    await is_shown(one)
    name, content = await saved(one, "poster-animation")
    assert name.endswith(".gif")
    with Image.open(io.BytesIO(content)) as animation:
        assert (animation.size, animation.is_animated) == ((600, 315), True)


async def test_an_address_can_lead_to_the_poster(stranger: Stranger, shared: Service) -> None:
    work = await finish_work(shared)
    one = await stranger(shared, f"/w/{work}#poster")
    await is_shown(one)
    await one.see("poster-close").click()
    await expect(one.see("poster")).to_have_count(0)
    assert one.page.url == f"{shared.url}/w/{work}"


async def test_any_page_can_open_the_poster_of_a_work(stranger: Stranger, shared: Service) -> None:
    work = await finish_work(shared)
    one = await stranger(shared, "/")
    await one.page.evaluate(OPEN_POSTER, work)
    await is_shown(one)
    await one.page.keyboard.press("Escape")
    await expect(one.see("poster")).to_have_count(0)


async def test_the_poster_of_a_missing_work_says_so(stranger: Stranger, shared: Service) -> None:
    one = await stranger(shared, "/")
    await one.page.evaluate(
        OPEN_POSTER,
        "none",
    )
    await expect(one.see("poster")).to_have_attribute("data-state", "failed", timeout=LIMIT_MS)
    await expect(one.page.get_by_text("海报没能做成")).to_be_visible()
    one.troubles.clear()  # Chromium logs every 404.


async def test_the_picture_is_handed_on_where_the_system_can(
    stranger: Stranger, service: Service
) -> None:
    work = await finish_work(service)
    one = await stranger(service, "/")
    await one.page.add_init_script("""
      navigator.canShare = ({files}) => files.length === 1;
      navigator.share = async (what) => { window.handedOn = what; };
    """)
    await one.page.goto(f"{service.url}/w/{work}#poster")
    await is_shown(one)
    await one.see("poster-share").click()
    told = await one.page.evaluate(
        "({title: handedOn.title, name: handedOn.files[0].name, type: handedOn.files[0].type})"
    )
    assert told == {"title": "加油", "name": "jielong-加油-1-2.png", "type": "image/png"}


async def test_words_with_markup_stay_words_and_every_length_has_a_place(
    stranger: Stranger, shared: Service
) -> None:
    one = await stranger(shared, "/gallery")
    for count in range(1, 9):
        drawing = ElementTree.fromstring(await one.page.evaluate(MADE_UP, count))
        assert {"<script>", '<b a="\'">&'} <= {text.text for text in drawing.iter(f"{SVG}text")}
        cells = [s for s in drawing.findall(f"{SVG}svg") if s.get("viewBox") == "0 0 4096 4096"]
        assert len(cells) == count
        for cell in cells:
            x, y, side = (float(cell.get(key) or "nan") for key in ("x", "y", "width"))
            assert 108 <= x <= x + side <= 972.1
            assert 140 <= y <= y + side <= 1100


@pytest.mark.parametrize("options", [{}, PHONE])
async def test_nothing_keeps_people_out_of_the_poster(
    stranger: Stranger, shared: Service, options: dict[str, Any]
) -> None:
    one = await stranger(shared, f"/w/{await finish_work(shared)}#poster", **STILL, **options)
    await is_shown(one)
    assert await barriers(one.page) == []
    for name in ("poster-png", "poster-svg", "poster-close"):
        await expect(one.see(name)).to_be_in_viewport(ratio=1)
