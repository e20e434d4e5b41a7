"""Takes a picture of every state of the page, on a desk and on a phone, some of them by night, and
writes an index of them.

`python -m tests.browser.screens OUTDIR [VIEW ...]`
"""

from __future__ import annotations

import asyncio
import random
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Browser, async_playwright, expect

from tests.browser import screens_campaigns, screens_elsewhere
from tests.browser.handwriting import Handwriting
from tests.browser.launch import launch
from tests.browser.network import Network
from tests.browser.participant_page import LIMIT_MS, open_room
from tests.browser.screens_album import VIEWS, Album, Set, leave
from tests.browser.screens_states import NIGHT, STATES
from tests.finish_work import finish_work
from tests.service import start_service

ALONE_MS = 30_000
"""By then one who waits has been offered to leave the character behind."""

GALLERY = [
    "xinnian-kuaile", "ni-zui-bang", "chunnuan-huakai", "xiexie-ni", "yongwang-zhiqian",
    "zhijing-tianshi", "chongci", "pingan-jiankang", "bihai-lantian", "chengfeng-polang",
    "yibu-yige-jiaoyin", "kaijuan-youyi", "jiayou", "wanjia-denghuo",
]  # fmt: skip


async def alone(stage: Set) -> None:
    """The first screen, and what one sees while nobody has come."""
    take = stage.album.take
    one = await stage.person("/?phrase=jiayou")
    await one.is_in("idle")
    await take(one, "home")
    await one.see("settings").click()
    await take(one, "settings")
    await one.see("delete-open").click()
    await take(one, "delete")
    await one.page.keyboard.press("Escape")
    await one.join()
    await one.is_in("waiting")
    await expect(one.see("guide-strokes").locator("path")).to_have_count(1)
    await take(one, "waiting")
    await one.see("order").click()
    await expect(one.see("stroke-order").locator("text")).to_have_count(5)
    await take(one, "stroke-order")
    await one.see("invite").click()
    await one.see("invite-code").get_by_role("img").wait_for()
    await take(one, "invite")
    await leave(one)
    two = await stage.person("/?phrase=jiayou")
    await two.join()
    await two.is_in("waiting")
    await stage.write(two, "加")
    await two.see("leave").click()
    await take(two, "leave")
    await two.see("leave-stay").click()
    await two.commit()
    await two.sees_written(1)
    await take(two, "waiting-written")
    if "night" not in stage.album.view:
        await expect(two.see("keep-offer")).to_be_visible(timeout=ALONE_MS)
        await take(two, "keep-offer")
    three = await stage.person()
    await three.join()
    await three.is_in("my-turn")
    await two.page.goto("about:blank")
    await stage.finish(three, "油")
    await three.is_in("done")
    await two.page.goto(stage.service.url)
    await two.see("finished").locator("canvas").first.wait_for()
    await take(two, "home-news")
    await leave(two, three)


async def together(stage: Set) -> None:
    """One relay of 加油 from the first stroke to the poster."""
    take = stage.album.take
    one, two = await stage.person("/?phrase=xinnian-kuaile"), await stage.person()
    await open_room(one, two)
    await stage.write(one, "新", strokes=9)
    await two.sees_ink()
    await take(one, "my-turn")
    await take(two, "their-turn")
    await two.see("react-heart").click()
    await one.see("float").wait_for()
    await asyncio.sleep(0.5)  # It is on its way.
    await take(one, "reaction", settled=False)
    await two.see("report").click()
    await take(two, "report")
    await two.see("report-cancel").click()
    await one.page.goto("about:blank")
    await two.sees_partner("away")
    await take(two, "partner-away")
    await one.page.goto(stage.service.url)
    await one.is_in("my-turn")
    await one.see("clear").click()
    for participant, char in ((one, "新"), (two, "年"), (one, "快"), (two, "乐")):
        await stage.finish(participant, char)
    await one.is_in("done")
    await expect(one.see("done")).to_have_attribute("data-replay", "ended", timeout=LIMIT_MS)
    await take(one, "done-long")
    await leave(one, two)


async def to_the_poster(stage: Set) -> None:
    """One relay of 加油, its end, its poster and its page."""
    take = stage.album.take
    one, two = await stage.person("/?phrase=jiayou"), await stage.person()
    await open_room(one, two)
    await stage.finish(one, "加")
    await stage.finish(two, "油")
    await one.is_in("done")
    await expect(one.see("done")).to_have_attribute("data-replay", "ended", timeout=LIMIT_MS)
    await take(one, "done")
    await one.see("poster-open").click()
    await expect(one.see("poster")).to_have_attribute("data-state", "shown", timeout=LIMIT_MS)
    await take(one, "poster")
    await one.see("poster-close").click()
    await one.see("home-button").click()
    await one.page.reload()
    await one.see("my-works").locator("canvas").first.wait_for()
    await take(one, "home-works")
    await two.see("work-link").click()
    await expect(two.see("player")).to_have_attribute("data-replay", "playing")
    await two.see("player-button").click()
    await two.see("player-place").evaluate(
        "(place) => { place.value = 0.62 * place.max; place.dispatchEvent(new Event('input')); }"
    )
    await take(two, "work")
    await leave(one, two)


async def in_trouble(stage: Set) -> None:
    """Lines break, people leave, a second tab opens, a service restarts."""
    take = stage.album.take
    one, two = await stage.person("/?phrase=tiantian-xiangshang"), await stage.person()
    await open_room(one, two)
    network = Network()
    await one.page.route_web_socket("**/ws", network.route)
    await one.page.reload()
    await one.is_in("my-turn")
    await stage.write(one, "天", strokes=3)
    await network.cut()
    await one.is_in("offline")
    await take(one, "offline")
    network.restore()
    await one.is_in("my-turn")
    await stage.write(one, "天", strokes=1)
    await one.commit()
    await two.is_in("my-turn")
    tab = await two.page.context.new_page()
    await tab.goto(stage.service.url)
    await two.is_in("elsewhere")
    await two.page.bring_to_front()
    await take(two, "elsewhere")
    await tab.close()
    await two.see("message-button").click()
    await two.is_in("my-turn")
    await two.see("leave").click()
    await two.see("leave-go").click()
    await one.sees_partner("left")
    await take(one, "partner-left")
    await one.see("leave").click()
    await one.see("leave-go").click()
    await leave(one, two)


async def at_closed_doors(stage: Set) -> None:
    """Campaigns that are over, browsers too old, works that are not there, time that is up."""
    take = stage.album.take
    one = await stage.person("/?campaign=autumn")
    await one.is_in("closed")
    await take(one, "closed")
    await one.page.goto(f"{stage.service.url}/w/nosuchwork")
    await one.is_in("missing")
    await take(one, "work-missing")
    await one.page.add_init_script("delete window.ResizeObserver")
    await one.page.goto(stage.service.url)
    await one.is_in("too-old")
    await take(one, "too-old")
    await leave(one)


async def while_it_restarts(stage: Set) -> None:
    """The service goes, and a turn runs out on another one."""
    take = stage.album.take
    one, two = await stage.person("/?phrase=jiayou"), await stage.person()
    await open_room(one, two)
    await one.is_in("idle")
    await take(one, "turn-lost")
    await two.see("leave").click()
    await two.see("leave-go").click()
    await two.is_in("idle")
    await asyncio.to_thread(stage.service.stop)
    await two.is_in("offline")
    await take(two, "restart")
    await leave(one, two)


async def in_every_language(stage: Set) -> None:
    """The first screen in the other languages."""
    for language in ("en", "ja", "zh-TW"):
        one = await stage.person("/", locale=language)
        await one.is_in("idle")
        await stage.album.take(one, f"home-{language}")
        await leave(one)


async def on_the_walls(stage: Set) -> None:
    """The gallery and the wall, with works of many participants."""
    one = await stage.person("/gallery", reduced_motion="reduce")
    await one.page.locator(".picture").nth(3).wait_for()
    await stage.album.take(one, "gallery")
    await one.page.goto(f"{stage.service.url}/wall")
    await one.page.locator(".sheet [data-written], .sheet svg").first.wait_for()
    await one.see("wall-relays").locator(".strip").first.wait_for()
    await stage.album.take(one, "wall")
    await leave(one)


SHUT = """[[campaign]]
id = "default"
title = { zh-Hans = "加油接龙", zh-Hant = "加油接龍", ja = "加油接龍", en = "Jielong" }
open = true
locale = "zh-Hans"

[[campaign]]
id = "autumn"
title = "秋天的接龙"
open = false
locale = "zh-Hans"
"""


async def tour(browser: Browser, folder: Path, view: str) -> None:
    """Every picture of one view, from services of its own."""
    album = Album(folder, view, NIGHT)
    handwriting = Handwriting(random.Random(4))
    with tempfile.TemporaryDirectory() as data:
        campaigns = Path(data) / "campaigns.toml"
        campaigns.write_text(SHUT)
        whole = await asyncio.to_thread(
            start_service, Path(data) / "campaigns", campaigns=screens_campaigns.CAMPAIGNS
        )
        try:
            await screens_campaigns.fill(whole)
            await screens_campaigns.campaign_pages(Set(browser, whole, album, handwriting))
        finally:
            await asyncio.to_thread(whole.stop)
        service = await asyncio.to_thread(start_service, Path(data) / "one", campaigns=campaigns)
        stage = Set(browser, service, album, handwriting)
        try:
            for i, phrase in enumerate(GALLERY):
                await finish_work(service, phrase, seed=10 * i, hand=Handwriting)
            await alone(stage)
            await together(stage)
            await to_the_poster(stage)
            await on_the_walls(stage)
            if "night" in view:
                return
            await in_every_language(stage)
            await in_trouble(stage)
            await at_closed_doors(stage)
        finally:
            await asyncio.to_thread(service.stop)
        await screens_elsewhere.elsewhere(Set(browser, service, album, handwriting), Path(data))
        short = await asyncio.to_thread(start_service, Path(data) / "two", turn_seconds=4)
        try:
            await while_it_restarts(Set(browser, short, album, handwriting))
        finally:
            await asyncio.to_thread(short.stop)


def write_index(folder: Path) -> None:
    """A page that shows them all."""
    lines = [
        "# The page, state by state",
        "",
        "`make screens` takes these pictures in Chromium from a running service.",
        "",
    ]
    for name, words in STATES.items():
        pictures = [view for view in VIEWS if (folder / f"{view}-{name}.webp").exists()]
        if not pictures:
            continue
        lines += [f"## {words}", ""]
        for view in pictures:
            seen = f"{words}, {view.replace('-', ' by ')}"
            lines.append(f'<img src="{view}-{name}.webp" alt="{seen}" height="360">')
        lines.append("")
    (folder / "README.md").write_text("\n".join(lines).rstrip() + "\n")


async def main(folder: Path, views: list[str]) -> None:
    """Take all pictures, or those of some views."""
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        for view in views or VIEWS:
            await tour(browser, folder, view)
        await browser.close()
    write_index(folder)


if __name__ == "__main__":
    Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2:]))
