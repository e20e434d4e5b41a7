"""A campaign from its first field to its export: owner, writers, a pledge, a donor, a moderator."""

from __future__ import annotations

import json
from collections.abc import Callable

from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import DESK, Stranger
from tests.browser.console_pages import sign_in
from tests.browser.donations import SECRET, give
from tests.browser.journey import CHARACTERS
from tests.browser.participant_page import LIMIT_MS, open_room, write
from tests.finish_work import Scribbler, finish
from tests.integration.command import jielong
from tests.integration.console import PASSWORD
from tests.integration.http import ask, get_json
from tests.polling import eventually
from tests.service import Service

CAMPAIGN = "spring"
ADDRESS = f"/api/campaigns/{CAMPAIGN}"
FIELDS = {
    "title.zh-Hans": "春天的加油",
    "title.en": "Cheer for spring",
    "cause.zh-Hans": "为乡村学校的图书角写一句加油。",
    "organiser.name.zh-Hans": "清溪公益基金会",
    "theme.light.accent": "#2c6a4b",
    "phrases": "加油",
    "pledge.0.id": "read",
    "pledge.0.text.zh-Hans": "每天读书",
    "fund.0.id": "books",
    "fund.0.title.zh-Hans": "图书角",
    "fund.0.currency": "CNY",
    "fund.0.goal": "1000",
    "fund.0.url": "https://pay.example.org/give?ref={ref}",
    "webhook.add": SECRET,
}
SEEN_MS = 2_000
"""The overview promises one second; the other one is for a machine that runs other tests, too."""


async def make_and_open(page: Page, service: Service) -> None:
    """The owner makes the campaign, themes it and opens it."""
    await page.goto(f"{service.url}/admin/campaigns")
    await page.fill("[name=id]", CAMPAIGN)
    await page.select_option("[name=locale]", "zh-Hans")
    await page.get_by_role("button", name="Add").click()
    await expect(page.locator("form[data-preview]")).to_be_visible(timeout=LIMIT_MS)
    await page.fill("[name='language.add']", "en")
    await page.get_by_role("button", name="Add the language").click()
    await expect(page.locator("[name='title.en']")).to_be_visible(timeout=LIMIT_MS)
    await page.evaluate("document.querySelectorAll('details').forEach((it) => { it.open = true; })")
    for name, value in FIELDS.items():
        await page.fill(f"[name='{name}']", value)
    for relay in ("write", "pledge", "give"):
        await page.set_checked(f"[name='relays.{relay}']", True)
    await page.select_option("[name=moderation]", "before")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator(".notice.good")).to_be_visible()
    await press(page, service, "open")
    await expect(page.locator(".notice.good")).to_be_visible()


async def press(page: Page, service: Service, what: str) -> None:
    """Press the button of the campaign in the list."""
    await page.goto(f"{service.url}/admin/campaigns")
    await page.locator(f"form[action$='/campaigns/{CAMPAIGN}/{what}'] button").click()


async def is_open(service: Service) -> bool:
    return bool((await get_json(service, ADDRESS))["open"])


async def is_closed(service: Service) -> bool:
    return not await is_open(service)


async def write_pledge_and_give(service: Service, stranger: Stranger) -> None:
    """Two strangers write a work; one of them makes a pledge, and somebody gives."""
    one, two = [await stranger(service, f"/c/{CAMPAIGN}") for _ in range(2)]
    await open_room(one, two)
    for hand, character in zip((one, two), CHARACTERS, strict=False):
        await write(hand, *character)
    await two.is_in("done")
    await one.page.goto(f"{service.url}/c/{CAMPAIGN}")
    await one.see("pledge-go").click()
    await expect(one.see("pledge-see")).to_contain_text("1", timeout=LIMIT_MS)
    await give(service, CAMPAIGN, "books", "first", 12_345)


async def review(owner: Page, service: Service, scribble: str) -> None:
    """Pass the older work that waits, and refuse the scribble."""
    await owner.goto(f"{service.url}/admin/review?campaign={CAMPAIGN}")
    await expect(owner.locator("#review")).not_to_have_attribute("aria-busy", "true")
    await owner.keyboard.press("p")
    await expect(owner.locator(".review-link")).to_have_attribute(
        "href", f"/admin/works/{scribble}"
    )
    await owner.keyboard.press("x")
    await expect(owner.get_by_text("Nothing waits for you.")).to_be_visible()


async def public_works(service: Service) -> list[str]:
    found = await get_json(service, f"/api/works?campaign={CAMPAIGN}")
    return [work["id"] for work in found["works"]]


async def test_an_owner_runs_a_campaign_from_beginning_to_end(
    serve: Callable[..., Service], stranger: Stranger, browser: Browser
) -> None:
    service = serve(admin_password=PASSWORD)
    owner = await (await browser.new_context(**DESK, locale="en-GB")).new_page()
    await sign_in(owner, service)
    await make_and_open(owner, service)

    async def is_known() -> bool:
        return (await ask(service, ADDRESS)).status == 200

    await eventually(is_known)
    await eventually(lambda: is_open(service))
    await write_pledge_and_give(service, stranger)

    await owner.goto(f"{service.url}/admin/?campaign={CAMPAIGN}")
    for name, value in (("Works finished", "1"), ("Pledges", "1"), ("Raised", "123.45")):
        tile = owner.locator(".tiles div").filter(has_text=name).locator("dd")
        await expect(tile).to_contain_text(value, timeout=SEEN_MS)

    scribble = (await finish(service, hand=Scribbler, campaign=CAMPAIGN)).work
    await review(owner, service, scribble)

    async def is_public() -> bool:
        return bool(await public_works(service))

    await eventually(is_public)
    public = await public_works(service)
    assert len(public) == 1
    assert scribble not in public

    await press(owner, service, "close")
    await owner.locator("button.danger").click()
    await expect(owner.locator(".notice.good")).to_be_visible()
    await owner.context.close()
    await eventually(lambda: is_closed(service))
    await has_exported_what_was_told(service)


async def has_exported_what_was_told(service: Service) -> None:
    """The export of all works, and the totals, say the same."""
    told = await get_json(service, ADDRESS)
    options = ("--campaign", CAMPAIGN, "--review", "all", "--data", str(service.data))
    lines = jielong("works", "export", *options).stdout.splitlines()
    works = [json.loads(line) for line in lines]
    assert len(works) == told["counters"]["relays"] == 2
    assert sum(len(work["hands"]) for work in works) == told["counters"]["participants"]
    assert told["pledges"][0]["count"] == 1
    assert (told["funds"][0]["raised"], told["funds"][0]["donations"]) == (12_345, 1)
