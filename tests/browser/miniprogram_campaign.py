"""A campaign with three relays for the mini-program, and how to wait for its works."""

from __future__ import annotations

from playwright.async_api import Page

from tests.browser.participant_page import LIMIT_MS

CAMPAIGNS = """
[[campaign]]
id = "default"
title = "清明"
relays = ["write", "pledge", "give"]
organiser = { name = "Green Hills", link = "https://hills.example.org" }
pledge = [
  { id = "game", text = { zh-Hans = "承诺拒吃野味", en = "I will not eat wild animals" } },
  { id = "tea", text = { zh-Hans = "喝茶", en = "Drink tea" } },
]
[[campaign.fund]]
id = "angels"
title = { zh-Hans = "守护天使", en = "Guard the angels" }
currency = "CNY"
goal = 100_000_000
url = "https://pay.example.org/give?fund={fund}&ref={ref}"
"""
PULL_UNTIL_SHOWN = """async ([work, limit]) => {
  const end = performance.now() + limit;
  while (!page.data.works.some(({ id }) => id === work)) {
    if (performance.now() > end) throw new Error(JSON.stringify(page.data.works));
    await page.onPullDownRefresh();
    await new Promise(requestAnimationFrame);
  }
}"""


async def pull_until_shown(phone: Page, work: str) -> None:
    """Pull the page down until it shows a work: each web process may have an older list."""
    await phone.evaluate(PULL_UNTIL_SHOWN, [work, LIMIT_MS])
