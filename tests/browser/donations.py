"""The payment provider's part in the browser tests and pictures: it reports donations."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from datetime import UTC, datetime

from standardwebhooks import Webhook

from tests.service import Service

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
"""Of all campaigns in campaigns.toml."""


async def give(service: Service, campaign: str, fund: str, name: str, amount: int) -> None:
    """Report a donation of this name, in the smallest unit of CNY."""
    await asyncio.to_thread(_report, service, campaign, fund, name, amount)


def _report(service: Service, campaign: str, fund: str, name: str, amount: int) -> None:
    data = {"id": name, "fund": fund, "amount": amount, "currency": "CNY"}
    body = json.dumps({"type": "donation.succeeded", "data": data})
    now = datetime.now(UTC)
    headers = {
        "webhook-id": f"msg_{name}",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(SECRET).sign(f"msg_{name}", now, body),
    }
    address = f"{service.url}/api/donations/{campaign}"
    with urllib.request.urlopen(urllib.request.Request(address, body.encode(), headers)) as answer:
        assert answer.status == 204
