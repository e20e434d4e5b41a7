"""Events of Stripe as its documentation shows them, and their signatures."""

from __future__ import annotations

import hmac
import json
from hashlib import sha256
from typing import Any

from server.campaign.definition import Stripe

NOW = 1_492_774_577.0
SECRET, NEXT_SECRET = "whsec_sM3gF1xGzkJ6R9eE0aQx", "whsec_8mZb2vT7Qp1LrKd0Xw3c"
ACCOUNT = Stripe(secrets=(SECRET,))
METADATA = {"fund": "angels", "ref": "ref-1"}
INTENT: dict[str, Any] = {
    "id": "pi_3MtwBwLkdIwHu7ix28a3tqPa",
    "object": "payment_intent",
    "amount": 2000,
    "amount_received": 2000,
    "currency": "usd",
    "metadata": METADATA,
    "status": "succeeded",
}


def event(kind: str, content: dict[str, Any], **data: Any) -> bytes:
    """The documented body around an object."""
    return json.dumps(
        {
            "id": "evt_1MqqbKLt4dXK03v5qaIbiNCC",
            "object": "event",
            "api_version": "2023-10-16",
            "created": 1_680_064_028,
            "type": kind,
            "data": {"object": content} | data,
            "livemode": False,
            "pending_webhooks": 1,
            "request": {"id": None, "idempotency_key": None},
        }
    ).encode()


def signature(body: bytes, secret: str = SECRET, at: float = NOW) -> str:
    return hmac.new(secret.encode(), f"{int(at)}.".encode() + body, sha256).hexdigest()
