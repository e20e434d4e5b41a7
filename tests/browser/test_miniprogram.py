"""The mini-program at the real service."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
import pytest_asyncio
from jielong import Participant, Pen
from jielong.messages import PartnerState
from playwright.async_api import Browser, Page

from tests.browser.participant_page import LIMIT_MS
from tests.browser.phone import WRITE, copy_program, open_page, phone_at, shows
from tests.service import Service

LOOK = """async ([address, boxes]) => {
  const picture = new Image();
  picture.src = address;
  await picture.decode();
  const { width, height } = picture;
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d");
  context.drawImage(picture, 0, 0);
  const inked = (box) => {
    const { data } = context.getImageData(...box);
    let count = 0;
    for (let i = 0; i < data.length; i += 4)
      if (data[i + 3] > 200 && data[i] + data[i + 1] + data[i + 2] < 200) count += 1;
    return count;
  };
  return { size: [width, height], inked: boxes.map(inked) };
}"""

INKED = """async (limit) => {
  const end = performance.now() + limit;
  const dark = () => {
    const { data } = paper.getContext("2d").getImageData(0, 0, paper.width, paper.height);
    return data.filter((value, i) => i % 4 === 3 && value > 200).length;
  };
  while (dark() < 200) {
    if (performance.now() > end) throw new Error("no ink");
    await new Promise(requestAnimationFrame);
  }
}"""

CANCELLED = """([from, to]) => {
  let t = performance.now();
  for (let i = 0; i <= 20; i += 1) {
    const [x, y] = [0, 1].map((axis) => from[axis] + (to[axis] - from[axis]) * i / 20);
    t += 20;
    page[i ? "move" : "down"]({ touches: [{ x, y, force: 0 }], timeStamp: t });
  }
  page.cancel();
}"""


@pytest_asyncio.fixture(loop_scope="session")
async def phone(browser: Browser, service: Service, tmp_path: Path) -> AsyncIterator[Page]:
    """A phone that has the mini-program."""
    program = await copy_program(tmp_path)
    async with phone_at(await browser.new_context(), service, program) as page:
        yield page


async def join(page: Page, phrase: str) -> None:
    """Choose a phrase and take a seat."""
    chosen = await page.evaluate("(phrase) => shown.phrases.indexOf(phrase)", phrase)
    await page.evaluate("(value) => page.choose({ detail: { value: String(value) } })", chosen)
    await page.evaluate("page.join()")


async def test_a_finger_writes_a_work_together_with_a_stranger(
    phone: Page, service: Service
) -> None:
    assert await open_page(phone, service) == [["jielong.v1.json"]]
    async with await Participant.connect(service.ws_url) as other:
        await other.join(phrase="jiayou")
        await phone.evaluate("page.join()")
        await shows(phone, "screen", "their-turn")
        writing = asyncio.create_task(
            other.write_relay(Pen(random.Random(7)), pace=1.0, timeout=30.0)
        )
        await phone.evaluate(INKED, LIMIT_MS)
        await shows(phone, "screen", "my-turn")
        await shows(phone, "guide", "油")
        await phone.evaluate(WRITE)
        await shows(phone, "inked", True)
        await phone.evaluate("page.undo()")
        await phone.evaluate(WRITE)
        await phone.evaluate(INKED, LIMIT_MS)
        await phone.evaluate("page.commit()")
        done = await writing
        await shows(phone, "screen", "done")
        assert await phone.evaluate("shown.more") == f"你是第 {3 - done.serial} 位落笔的人"
    await phone.evaluate("() => new Promise(requestAnimationFrame)")
    left, right = [0, 0, 300, 600], [300, 0, 300, 600]
    sheet = await phone.evaluate(LOOK, [await phone.evaluate("paper.toDataURL()"), [left, right]])
    assert min(sheet["inked"]) > 500
    await shows(phone, "poster", True)
    await phone.evaluate("page.keep()")
    above, below = [108, 172, 864, 460], [108, 632, 864, 460]
    poster = await phone.evaluate(LOOK, [await phone.evaluate("kept"), [above, below]])
    assert poster["size"] == [1080, 1440]
    assert min(poster["inked"]) > 2_000


async def test_a_friend_is_invited_by_sharing_the_page(phone: Page, service: Service) -> None:
    await open_page(phone, service)
    await phone.evaluate("page.join()")
    await shows(phone, "screen", "waiting")
    await phone.evaluate("page.invite()")
    await shows(phone, "invited", True)
    page, _, query = (await phone.evaluate("page.onShareAppMessage().path")).partition("?")
    assert page == "/pages/relay/relay"
    shared = dict(parse_qsl(query))
    async with await Participant.connect(service.ws_url, campaign=shared["campaign"]) as friend:
        await friend.join(invite=shared["invite"])
        await shows(phone, "hasPartner", True)
        await phone.evaluate("page.leave()")
        await shows(phone, "screen", "idle")


async def test_a_page_opened_again_finds_its_seat_and_its_unfinished_ink(
    phone: Page, service: Service
) -> None:
    await open_page(phone, service)
    await phone.evaluate("page.join()")
    await shows(phone, "screen", "waiting")
    await phone.evaluate(WRITE)
    await phone.evaluate("page.onUnload()")
    await phone.evaluate("page.onLoad({})")
    await shows(phone, "screen", "waiting")
    await shows(phone, "inked", True)


async def test_it_comes_back_at_once_when_the_network_does(phone: Page, service: Service) -> None:
    await open_page(phone, service)
    await phone.evaluate("() => { Math.random = () => 0.99; socket.close(); }")
    await shows(phone, "screen", "offline")
    await phone.evaluate("network({ isConnected: false })")
    assert await phone.evaluate("dialled.length") == 1
    await phone.evaluate("network({ isConnected: true })")
    assert await phone.evaluate("dialled.length") == 2
    await shows(phone, "screen", "idle")


@pytest.mark.parametrize(
    "signal", ["network({ isConnected: true })", "page.onShow()", "page.commit()"]
)
async def test_a_half_open_connection_is_replaced(
    phone: Page, service: Service, signal: str
) -> None:
    await open_page(phone, service)
    async with await Participant.connect(service.ws_url) as other:
        await join(phone, "加油")
        await shows(phone, "screen", "waiting")
        await other.join()
        await shows(phone, "screen", "my-turn")
        await phone.evaluate("() => { socket.silent = true; }")
        await phone.evaluate(WRITE)
        await phone.evaluate(signal)
        await phone.wait_for_function("() => dialled.length === 2", timeout=LIMIT_MS)
        if "commit" not in signal:
            await shows(phone, "screen", "my-turn")
            await phone.evaluate("page.commit()")
        await shows(phone, "screen", "their-turn")


async def test_a_phone_that_stores_nothing_keeps_the_seat_when_the_connection_is_lost(
    phone: Page, service: Service
) -> None:
    await phone.evaluate("() => { window.full = true; }")
    await open_page(phone, service)
    await join(phone, "加油")
    await shows(phone, "screen", "waiting")
    await phone.evaluate(WRITE)
    await phone.evaluate("page.commit()")
    await shows(phone, "title", "正在等一位同伴接写「油」")
    await phone.evaluate("socket.close()")
    await shows(phone, "screen", "offline")
    await phone.evaluate("network({ isConnected: true })")
    await shows(phone, "title", "正在等一位同伴接写「油」")


@pytest.mark.parametrize(
    ("path", "kept"),
    [([[60, 150], [240, 140]], True), ([[150, 150], [156, 152]], False)],
    ids=["writing", "a palm"],
)
async def test_a_cancelled_touch_is_kept_when_it_is_writing(
    phone: Page, service: Service, path: list[list[int]], kept: bool
) -> None:
    await open_page(phone, service)
    await phone.evaluate("page.join()")
    await shows(phone, "screen", "waiting")
    await phone.evaluate(CANCELLED, path)
    await shows(phone, "inked", kept)


async def test_the_paper_follows_the_resolution_of_the_screen(
    phone: Page, service: Service
) -> None:
    await open_page(phone, service)
    await phone.evaluate("page.join()")
    await shows(phone, "screen", "waiting")
    await phone.evaluate(WRITE)
    await phone.evaluate(INKED, LIMIT_MS)
    await phone.evaluate("() => { window.ratio = 3; page.onResize(); }")
    assert await phone.evaluate("paper.width") == 900
    await phone.evaluate(INKED, LIMIT_MS)


async def test_a_partner_whose_connection_is_lost_is_said_to_be_away(
    phone: Page, service: Service
) -> None:
    await open_page(phone, service)
    async with await Participant.connect(service.ws_url) as other:
        await other.join(phrase="jiayou")
        await phone.evaluate("page.join()")
        await shows(phone, "screen", "their-turn")
        alias = await phone.evaluate("shown.more")
    await phone.wait_for_function(
        "(alias) => shown.more.startsWith(`${alias} · 暂时离线，等候 `)",
        arg=alias,
        timeout=LIMIT_MS,
    )
    assert await phone.evaluate("shown.time") == ""


async def test_a_partner_is_reported_for_a_reason(phone: Page, service: Service) -> None:
    await open_page(phone, service)
    async with await Participant.connect(service.ws_url) as other:
        await other.join(phrase="jiayou")
        await phone.evaluate("page.join()")
        await shows(phone, "screen", "their-turn")
        await phone.evaluate("() => { window.picked = '写画不雅'; page.report(); }")
        await shows(phone, "screen", "idle")
        await shows(phone, "notice", "谢谢你告诉我们。这一局对你已经结束。")
        left = await other.next(PartnerState)
        assert left.state == "left"


async def test_the_phrase_that_was_chosen_is_written(phone: Page, service: Service) -> None:
    await open_page(phone, service)
    assert await phone.evaluate("shown.phrases[shown.chosen]") == "随缘"
    await join(phone, "致敬天使")
    await shows(phone, "screen", "waiting")
    assert await phone.evaluate("shown.chars.map(({ char }) => char).join('')") == "致敬天使"


async def test_one_who_went_on_elsewhere_may_come_back(phone: Page, service: Service) -> None:
    await open_page(phone, service)
    await phone.evaluate("page.join()")
    await shows(phone, "screen", "waiting")
    token = await phone.evaluate("wx.getStorageSync('jielong.token')")
    async with await Participant.connect(service.ws_url, token=token):
        await shows(phone, "screen", "elsewhere")
        await shows(phone, "inRoom", False)
        await phone.evaluate("page.join()")
        await shows(phone, "screen", "waiting")


async def test_one_hears_of_a_work_that_a_stranger_finished_meanwhile(
    phone: Page, service: Service
) -> None:
    await open_page(phone, service)
    await join(phone, "加油")
    await shows(phone, "screen", "waiting")
    await phone.evaluate(WRITE)
    await phone.evaluate("page.commit()")
    await shows(phone, "title", "正在等一位同伴接写「油」")
    await phone.evaluate("page.leave()")
    await shows(phone, "notice", "你的字留在纸上了。有人接着写成，下次来时告诉你。")
    await phone.evaluate("page.onUnload()")
    async with await Participant.connect(service.ws_url) as other:
        await other.join()
        done = await other.write_relay(Pen(random.Random(7)), pace=0.1, timeout=30.0)
    await phone.evaluate("page.onLoad({})")
    await shows(phone, "title", "你不在时写完的")
    assert await phone.evaluate("shown.more") == f"你是第 {3 - done.serial} 位落笔的人"
