"""A campaign with three relays for the mini-program, and how to wait for its works."""

from __future__ import annotations

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
LISTED = """(work) => fetch("/api/works?campaign=default&limit=20").then((answer) => answer.json())
  .then(({ works }) => works.some(({ id }) => id === work))"""
"""The list may be a second old; the page asks for it once."""
