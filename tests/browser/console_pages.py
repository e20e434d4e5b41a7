"""The pages of the console, for the test of barriers and for the pictures."""

from __future__ import annotations

from typing import NamedTuple

from playwright.async_api import Page

from tests.integration.console import PASSWORD
from tests.service import Service


class ConsolePage(NamedTuple):
    """One page: its name in the pictures, its path, and what it shows."""

    name: str
    path: str
    words: str


SIGN_IN = ConsolePage("sign-in", "/sign-in", "Signing in to the console")

PAGES = (
    ConsolePage("overview", "/", "The overview"),
    ConsolePage("review", "/review", "A work that waits for a person"),
    ConsolePage("works", "/works", "The works, found by what they are"),
    ConsolePage("participants", "/participants", "Participants who were reported or barred"),
    ConsolePage("workers", "/workers", "The workers"),
    ConsolePage("campaigns", "/campaigns", "The campaigns"),
    ConsolePage("campaign", "/campaigns/default", "One campaign"),
    ConsolePage("funds", "/funds", "Funds and donations"),
    ConsolePage("statements", "/statements", "Statements"),
    ConsolePage("exports", "/exports", "Works and donations, to be saved in files"),
    ConsolePage("audit", "/audit", "The audit log"),
    ConsolePage("accounts", "/accounts", "The accounts"),
    ConsolePage("account", "/accounts/grace", "One account"),
)
"""Those that one sees when one is signed in as an owner."""


WORK = ConsolePage("work", "/works", "One work")
PARTICIPANT = ConsolePage("participant", "/works", "One participant, with reported works")
CONFIRM = ConsolePage("confirm", "/accounts", "Asked once more before an account is removed")

FOLLOWED = (WORK, PARTICIPANT, CONFIRM)
"""Those that one comes to from another page."""


async def follow(page: Page, service: Service, one: ConsolePage) -> None:
    """Go to one of `FOLLOWED`, as people do."""
    await page.goto(f"{service.url}/admin{one.path}")
    if one is CONFIRM:
        await page.locator("form[action$='/mary/remove'] button").click()
        return
    await page.locator("main a[href*='/works/']").first.click()
    if one is PARTICIPANT:
        await page.locator("main a[href*='/participants/']").first.click()


async def sign_in(page: Page, service: Service) -> None:
    """Sign in as the owner of the setting."""
    await page.goto(f"{service.url}/admin/sign-in")
    await page.fill("[name=name]", "admin")
    await page.fill("[name=password]", PASSWORD)
    await page.click("button.main")
    await page.wait_for_url(lambda url: "sign-in" not in url)


async def add_account(page: Page, service: Service, name: str, role: str) -> None:
    """Add an account, by the form of the page."""
    await page.goto(f"{service.url}/admin/accounts")
    await page.fill("[name=name]", name)
    await page.select_option("[name=role]", role)
    await page.fill("[name=password]", "another long password")
    await page.click("button.main")
    await page.wait_for_selector(".notice.good")
