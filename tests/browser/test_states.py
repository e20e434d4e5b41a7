"""Every state of the page, on a desktop and on a phone: its texts and its accessibility."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.axe import barriers
from tests.browser.conftest import DESK, PHONE, Stranger
from tests.browser.network import Network
from tests.browser.participant_page import LIMIT_MS, ParticipantPage, open_room
from tests.browser.participant_page import Path as Stroke
from tests.browser.strokes import ACROSS, CHARACTERS, DOWN
from tests.integration.protocol_client import JSON, open_session
from tests.polling import eventually
from tests.service import Service

LONG = "/?phrase=tiantian-xiangshang"

View = Callable[..., Awaitable[ParticipantPage]]


@pytest.fixture(params=["desk", "phone"])
def arrive(request: pytest.FixtureRequest, stranger: Stranger) -> View:
    """Opens the page on a desk or on a phone."""
    options = PHONE if request.param == "phone" else DESK

    async def view(service: Service, path: str = LONG, **more: Any) -> ParticipantPage:
        return await stranger(service, path, **options, **more)

    return view


async def draw(participant: ParticipantPage, *paths: Stroke) -> None:
    """With a finger where there is a touch screen, else with the mouse."""
    if await participant.page.evaluate("navigator.maxTouchPoints > 0"):
        await participant.touch(*paths)
    else:
        await participant.draw(*paths)


async def write(participant: ParticipantPage, *paths: Stroke) -> None:
    await draw(participant, *paths)
    await participant.commit()


async def is_well(participant: ParticipantPage) -> None:
    """Nothing keeps anybody out, nothing sticks out sideways."""
    assert await barriers(participant.page) == []
    assert await participant.page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )


async def says(participant: ParticipantPage, name: str, words: str) -> None:
    await expect(participant.see(name)).to_contain_text(words, timeout=LIMIT_MS)


async def pair(arrive: View, service: Service) -> tuple[ParticipantPage, ParticipantPage]:
    one, two = await arrive(service), await arrive(service)
    await open_room(one, two)
    return one, two


async def test_idle(arrive: View, service: Service) -> None:
    one = await arrive(service)
    await one.is_in("idle")
    await expect(one.see("join")).to_be_enabled()
    await is_well(one)


async def test_by_night(arrive: View, service: Service) -> None:
    one = await arrive(service, color_scheme="dark")
    await one.is_in("idle")
    await is_well(one)
    await one.join()
    await one.is_in("waiting")
    await is_well(one)
    await draw(one, ACROSS)
    await is_well(one)
    await one.see("settings").click()
    await is_well(one)


async def test_waiting(arrive: View, service: Service) -> None:
    one = await arrive(service)
    await one.join()
    await one.is_in("waiting")
    await says(one, "partner-alias", "寻找同伴中")
    await says(one, "turn-title", "先写第一个字")
    await is_well(one)
    await write(one, ACROSS)
    await says(one, "turn-title", "正在等一位同伴接写「天」")
    await is_well(one)


async def test_matched_my_turn_and_their_turn(arrive: View, service: Service) -> None:
    one, two = await pair(arrive, service)
    await says(one, "turn-title", "轮到你写「天」")
    await says(two, "turn-title", "对方正在写「天」")
    await expect(one.see("timer")).to_be_visible()
    await is_well(two)
    await draw(one, *CHARACTERS[0])
    await two.sees_ink()
    await is_well(one)
    await one.commit()
    await two.is_in("my-turn")


async def test_partner_away_and_back(arrive: View, service: Service) -> None:
    one, two = await pair(arrive, service)
    await draw(one, ACROSS)
    await two.sees_ink()
    await one.page.goto("about:blank")
    await two.sees_partner("away")
    await says(two, "partner-state", "暂时离线")
    await expect(two.see("timer")).to_have_attribute("data-visible", "false")
    await is_well(two)
    await one.page.goto(service.url)
    await two.sees_partner("here")
    await one.is_in("my-turn")
    await two.sees_ink()


async def test_partner_left_and_replaced(arrive: View, service: Service) -> None:
    one, two = await pair(arrive, service)
    await write(one, ACROSS)
    await two.is_in("my-turn")
    await two.see("leave").click()
    await two.see("leave-go").click()
    await two.is_in("idle")
    await one.sees_partner("left")
    await says(one, "partner-state", "已离开")
    await is_well(one)
    three = await arrive(service)
    await three.join()
    await three.is_in("my-turn")
    await one.sees_partner("here")


async def test_network_lost_in_the_middle_of_a_character(arrive: View, service: Service) -> None:
    one, two = await pair(arrive, service)
    await draw(one, ACROSS)
    await two.sees_ink()
    network = Network()
    await one.page.route_web_socket("**/ws", network.route)
    await one.page.reload()  # From here on its line can be cut.
    await one.is_in("my-turn")
    await network.cut()
    await one.is_in("offline")
    await says(one, "turn-more", "你写的笔画都还在")
    await draw(one, DOWN)
    await is_well(one)
    network.restore()
    await one.is_in("my-turn")
    await one.commit()
    await two.is_in("my-turn")
    assert len((await two.hears("committed"))["strokes"]) == 2
    one.forget_lost_lines()


async def test_refresh(arrive: View, service: Service) -> None:
    one, two = await pair(arrive, service)
    await draw(one, ACROSS)
    await one.page.reload()
    await one.is_in("my-turn")
    await one.sees_ink()
    await expect(one.see("undo")).to_be_enabled()
    await two.sees_ink()
    await is_well(one)


async def test_second_tab(arrive: View, service: Service) -> None:
    one, _ = await pair(arrive, service)
    tab = ParticipantPage(await one.page.context.new_page())
    await tab.page.goto(service.url)
    await tab.is_in("my-turn")
    await one.is_in("elsewhere")
    await one.page.bring_to_front()
    await says(one, "message-title", "已在别处打开")
    await is_well(one)
    await one.see("message-button").click()
    await one.is_in("my-turn")


async def test_turn_run_out(arrive: View, serve: Callable[..., Service]) -> None:
    one, two = await pair(arrive, serve(turn_seconds=6))
    await one.is_in("idle")
    await says(one, "notice", "席位已经让给别人")
    await is_well(one)
    await two.sees_partner("left")


def campaigns(folder: Path, closes: datetime) -> Path:
    """A file with one campaign that is shut and one that closes at this moment."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "campaigns.toml"
    file.write_text(
        '[[campaign]]\nid = "default"\ntitle = "加油接龙"\nopen = false\nlocale = "zh-Hans"\n'
        '[[campaign]]\nid = "short"\ntitle = "短短的接龙"\nopen = true\nlocale = "zh-Hans"\n'
        f"closes = {closes.isoformat(timespec='seconds')}\n"
    )
    return file


async def test_campaign_closed_and_campaign_over(
    arrive: View, serve: Callable[..., Service], tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    service = serve(campaigns=campaigns(tmp_path / "files", now + timedelta(hours=1)))
    shut = await arrive(service, "/")
    await shut.is_in("closed")
    await says(shut, "phase-title", "这场接龙现在没有开放")
    await is_well(shut)
    late = await arrive(service, "/?campaign=short")
    await late.is_in("idle")
    campaigns(tmp_path / "files", now)

    async def is_over() -> bool:
        peer = await open_session(service, JSON, campaign="short")
        await peer.quit()
        return not peer.welcome["campaign"]["open"]

    await eventually(is_over)
    await late.join()
    await late.is_in("closed")
    await late.page.reload()
    await late.is_in("closed")
    await says(late, "phase-title", "这场接龙已经结束")
    await is_well(late)


async def test_server_restarting(arrive: View, serve: Callable[..., Service]) -> None:
    service = serve(grace_seconds=60)
    one, two = await pair(arrive, service)
    await draw(one, ACROSS)
    await two.sees_ink()
    await asyncio.to_thread(service.stop)
    await one.is_in("offline")
    await says(one, "connection", "服务正在更新")
    await draw(one, DOWN)
    await is_well(one)
    await asyncio.to_thread(serve, port=service.port, grace_seconds=60)
    await one.is_in("my-turn")
    await one.commit()
    await two.is_in("my-turn")
    assert len((await one.hears("committed"))["strokes"]) == 2
    for participant in (one, two):
        participant.forget_lost_lines()


async def test_browser_too_old(arrive: View, service: Service) -> None:
    one = await arrive(service)
    await one.page.add_init_script("delete window.ResizeObserver")
    await one.page.reload()
    await one.is_in("too-old")
    await says(one, "message-title", "浏览器太旧了")
    await is_well(one)


async def test_done(arrive: View, service: Service) -> None:
    one, two = await arrive(service, "/?phrase=jiayou"), await arrive(service)
    await open_room(one, two)
    await write(one, *CHARACTERS[0])
    await two.is_in("my-turn")
    await write(two, *CHARACTERS[1])
    await one.is_in("done")
    await expect(one.see("serial")).to_be_visible()
    await is_well(one)


async def test_campaign_unknown(arrive: View, service: Service) -> None:
    one = await arrive(service, "/?campaign=nosuch")
    await one.is_in("missing")
    await says(one, "work-title", "页面不存在")
    await expect(one.see("work-join")).to_have_attribute("href", "/")
    await is_well(one)
    one.troubles.clear()  # The answer 404 is logged.


async def test_partner_left_before_anything_was_written(arrive: View, service: Service) -> None:
    one, two = await pair(arrive, service)
    await one.see("leave").click()
    await one.see("leave-go").click()
    await two.sees_partner("left")
    await expect(two.see("turn-more")).to_have_text("另一位正在赶来，下一个字是你的。")


async def test_a_reload_does_not_lengthen_what_is_left_of_the_turn(
    arrive: View, serve: Callable[..., Service]
) -> None:
    whole = 20
    one, _ = await pair(arrive, serve(turn_seconds=whole))
    await says(one, "timer-words", "14")
    await one.page.reload()
    await one.is_in("my-turn")
    await expect(one.see("timer")).to_have_attribute("data-visible", "true")
    seconds, share = await one.see("timer").evaluate(
        """(timer) => [
          parseInt(timer.textContent.match(/\\d+/)),
          parseFloat(timer.querySelector("[data-testid=timer-bar]").style.transform.slice(7)),
        ]"""
    )
    assert share == pytest.approx(seconds / whole, abs=0.1)


async def test_nothing_is_said_of_the_partner_without_a_line(
    arrive: View, service: Service
) -> None:
    one, _ = await pair(arrive, service)
    network = Network()
    await one.page.route_web_socket("**/ws", network.route)
    await one.page.reload()
    await one.is_in("my-turn")
    await says(one, "partner-state", "在线")
    await network.cut()
    await one.is_in("offline")
    await expect(one.see("partner-state")).to_be_empty()
    one.forget_lost_lines()


async def test_what_is_mine_is_deleted(arrive: View, service: Service) -> None:
    one, two = await pair(arrive, service)
    await write(one, *CHARACTERS[0])
    token = await one.page.evaluate("localStorage['jielong.token']")
    await one.see("settings").click()
    await one.see("delete-open").click()
    await is_well(one)
    await expect(one.see("delete-stay")).to_be_focused()
    await one.see("delete-go").click()
    await says(one, "delete-text", "已经全部删除")
    assert await one.page.evaluate("localStorage['jielong.token']") is None
    await says(two, "partner-state", "已离开")
    await one.see("delete-stay").click()
    await one.is_in("idle")
    await one.page.wait_for_function(
        "(old) => ![undefined, old].includes(localStorage['jielong.token'])", arg=token
    )
