"""People who write, wait, pledge and give, so that the console has something to show."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime

import httpx
from standardwebhooks import Webhook

from tests.browser.handwriting import Handwriting
from tests.finish_work import finish_work
from tests.integration.command import jielong
from tests.integration.protocol_client import Peer, open_session
from tests.service import Service

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

CAMPAIGNS = f"""
[[campaign]]
id = "default"
title = {{ zh-Hans = "接龙", en = "Jielong" }}
relays = ["write", "pledge", "give"]
[[campaign.pledge]]
id = "tea"
text = {{ zh-Hans = "给邻居送一杯茶", en = "I will bring my neighbour a cup of tea" }}
[[campaign.fund]]
id = "angels"
title = {{ zh-Hans = "守护天使", en = "Guardian angels" }}
currency = "CNY"
url = "https://pay.example.org/give?ref={{ref}}"
[campaign.webhook]
secrets = ["{SECRET}"]
"""
"""A campaign with all three relays."""

ROUNDS = 6
PAUSE_SECONDS = 2.0


async def have_visitors(service: Service) -> list[Peer]:
    """Works, pledges and donations, and people who look or wait, until they close."""
    works = []
    async with httpx.AsyncClient(base_url=service.url) as http:
        for number in range(ROUNDS):
            works.append(await finish_work(service, seed=10 * number, hand=Handwriting))
            for each in range(number):
                await _pledge(http)
                await _give(http, f"{number}-{each}", 1_000 * (number + 5 * each + 1))
            await asyncio.sleep(PAUSE_SECONDS)
    await asyncio.to_thread(jielong, "works", "hold", *works[:2], "--data", service.data)
    visitors = [await open_session(service) for _ in range(6)]
    await visitors[0].send("join", phrase=visitors[0].welcome["phrases"][3]["id"])
    await asyncio.sleep(PAUSE_SECONDS * 3)
    return visitors


async def _pledge(http: httpx.AsyncClient) -> None:
    made = await http.post("/api/participants", json={"campaign": "default"})
    headers = {"Authorization": f"Bearer {made.json()['token']}"}
    done = await http.post("/api/campaigns/default/pledges/tea", headers=headers)
    assert done.status_code == 201, done.text


async def _give(http: httpx.AsyncClient, name: str, amount: int) -> None:
    data = {"id": name, "fund": "angels", "amount": amount, "currency": "CNY"}
    body = json.dumps({"type": "donation.succeeded", "data": data})
    now = datetime.now(UTC)
    headers = {
        "webhook-id": name,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(SECRET).sign(name, now, body),
    }
    done = await http.post("/api/donations/default", content=body, headers=headers)
    assert done.status_code == 204, done.text
