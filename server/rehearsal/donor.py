"""Gives to the funds of a rehearsal: reports donations as a payment provider does."""

from __future__ import annotations

import asyncio
import random
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from uuid import uuid4

import orjson
from standardwebhooks import Webhook

from server.rehearsal.measured import Measured
from server.relay.campaign import Fund

SECONDS = 10.0
LEAST, MOST = 100, 50_000
"""Of a donation, in the currency's smallest unit."""


class Donor:
    """Everybody who gives."""

    def __init__(
        self, url: str, campaign: str, funds: tuple[Fund, ...], secret: str, measured: Measured
    ) -> None:
        """Give to `funds` of a campaign whose reports are signed with `secret`."""
        self._address = f"{url}api/donations/{campaign}"
        self._funds = funds
        self._webhook = Webhook(secret)
        self._measured = measured

    async def give(self, rng: random.Random) -> None:
        """Give to one of the funds."""
        fund, amount = rng.choice(self._funds), rng.randint(LEAST, MOST)
        donation = f"rehearsal-{uuid4()}"
        data = {"id": donation, "fund": fund.id, "amount": amount, "currency": fund.currency}
        body = orjson.dumps({"type": "donation.succeeded", "data": data}).decode()
        now = datetime.now(UTC)
        headers = {
            "Content-Type": "application/json",
            "webhook-id": donation,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._webhook.sign(donation, now, body),
        }
        began = time.monotonic()
        try:
            await asyncio.to_thread(_post, self._address, body.encode(), headers)
        except OSError as error:
            self._measured.failures[f"donation: {error}"[:120]] += 1
            return
        self._measured.giving.add(time.monotonic() - began)
        self._measured.given[fund.id] += amount


def _post(address: str, body: bytes, headers: dict[str, str]) -> None:
    """Raises OSError unless the report is taken."""
    request = urllib.request.Request(address, body, headers, method="POST")
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:
        answer.read()
