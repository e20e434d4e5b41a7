"""Waiting for a partner, inviting a friend, reporting, and the works of the device."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.axe import barriers
from tests.browser.conftest import DESK, PHONE, Stranger
from tests.browser.participant_page import LIMIT_MS, ParticipantPage, open_room, write
from tests.browser.strokes import ACROSS, CHARACTERS, DOWN
from tests.service import Service

KEEP_OFFER_MS = 20_000


async def wait_alone(stranger: Stranger, service: Service) -> ParticipantPage:
    """Somebody who has written the first character and waits."""
    one = await stranger(service, "/?phrase=jiayou")
    await one.join()
    await one.is_in("waiting")
    await one.draw(ACROSS)
    await one.commit()
    await one.sees_written(1)
    return one


async def test_who_waits_in_vain_may_leave_the_character_and_is_told_when_it_is_finished(
    stranger: Stranger, service: Service
) -> None:
    one = await wait_alone(stranger, service)
    await expect(one.see("keep-offer")).to_be_hidden()
    await expect(one.see("keep-offer")).to_be_visible(timeout=KEEP_OFFER_MS + 15_000)
    assert await barriers(one.page) == []
    await one.see("keep-go").click()
    await one.is_in("idle")
    await expect(one.see("notice")).to_contain_text("你的字留在纸上了")
    assert one.said("leave")[0]["keep"] is True
    two = await stranger(service)
    await two.join()
    await two.sees_written(1)
    await write(two, DOWN)
    await two.is_in("done")
    await one.page.reload()
    await expect(one.see("finished")).to_be_visible(timeout=LIMIT_MS)
    link = one.see("finished").get_by_role("link")
    await expect(link).to_contain_text("加油")
    await expect(link).to_have_attribute("href", (await two.hears("completed"))["url"])
    assert await barriers(one.page) == []


async def test_who_declines_the_offer_waits_on(stranger: Stranger, service: Service) -> None:
    one = await wait_alone(stranger, service)
    await one.see("keep-stay").click(timeout=KEEP_OFFER_MS + 15_000)
    await expect(one.see("keep-offer")).to_be_hidden()
    await one.is_in("waiting")


@pytest.mark.parametrize("options", [DESK, PHONE], ids=["desk", "phone"])
async def test_a_friend_comes_by_the_link_and_a_stranger_does_not(
    stranger: Stranger, service: Service, options: dict[str, object]
) -> None:
    one = await stranger(service, "/?phrase=jiayou", **options)
    await one.join()
    await one.see("invite").click()
    link = one.see("invite-link")
    await expect(one.see("invite-code").get_by_role("img")).to_be_visible()
    await expect(link).to_have_value(f"{service.url}{(await one.hears('invited'))['url']}")
    assert await barriers(one.page) == []
    await one.see("invite-copy").click()
    await expect(one.see("invite-said")).to_have_text("已复制")
    other = await stranger(service)
    await other.join()
    await other.is_in("waiting")
    friend = await stranger(service, "", **options)
    await friend.page.goto(await link.input_value())
    await friend.is_in("their-turn")
    await one.is_in("my-turn")
    await expect(one.see("invite-dialog")).to_be_hidden()
    assert "invite" not in friend.page.url
    await other.is_in("waiting")


async def test_an_invite_can_be_shared_where_the_browser_shares(
    stranger: Stranger, service: Service
) -> None:
    one = await stranger(service)
    await one.page.add_init_script(
        "navigator.share = async (what) => { document.body.dataset.shared = what.url; }"
    )
    await one.page.goto(f"{service.url}/?phrase=jiayou")
    await one.join()
    await one.see("invite").click()
    await one.see("invite-share").click()
    shared = one.page.locator("body")
    await expect(shared).to_have_attribute(
        "data-shared", await one.see("invite-link").input_value()
    )


async def test_an_invite_that_leads_nowhere_is_explained(
    stranger: Stranger, service: Service
) -> None:
    one = await stranger(service, "/?invite=nosuchcode")
    await one.is_in("idle")
    await expect(one.see("notice")).to_contain_text("这份请柬已经用过", timeout=LIMIT_MS)
    await expect(one.see("join")).to_be_enabled()


@pytest.mark.parametrize("why", ["obscene", "idle", "other"])
async def test_a_partner_can_be_reported(stranger: Stranger, service: Service, why: str) -> None:
    one, two = await stranger(service), await stranger(service)
    await open_room(one, two)
    await one.see("report").click()
    await expect(one.see("report-go")).to_be_disabled()
    assert await barriers(one.page) == []
    await one.see("report-cancel").click()
    await one.is_in("my-turn")
    await one.see("report").click()
    await one.see(f"report-{why}").check()
    await one.see("report-go").click()
    await one.is_in("idle")
    await expect(one.see("notice")).to_contain_text("谢谢你告诉我们")
    assert one.said("report")[0]["why"] == why


async def test_ones_works_are_kept_on_the_first_screen(
    stranger: Stranger, service: Service
) -> None:
    one, two = await stranger(service, "/?phrase=jiayou"), await stranger(service)
    urls = []
    for _ in range(2):
        await open_room(one, two)
        await write(one, *CHARACTERS[0])
        await write(two, *CHARACTERS[1])
        await one.is_in("done")
        await two.is_in("done")
        urls.append(one.heard("completed")[-1]["url"])
        await one.see("home-button").click()
        await two.see("home-button").click()
    await one.page.reload()
    links = one.see("my-works").get_by_role("link")
    await expect(links).to_have_count(2, timeout=LIMIT_MS)
    assert [await link.get_attribute("href") for link in await links.all()] == urls[::-1]
    assert await barriers(one.page) == []
