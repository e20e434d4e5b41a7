"""A payment provider stand-in: reports of donations, signed as Standard Webhooks are."""

from __future__ import annotations

import http.client
import itertools
import json
from datetime import UTC, datetime, timedelta

from standardwebhooks import Webhook

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

_numbers = itertools.count()


def given(name: str, amount: int, fund: str = "angels", currency: str = "CNY") -> bytes:
    """The body that reports a donation."""
    data = {"id": name, "fund": fund, "amount": amount, "currency": currency}
    return json.dumps({"type": "donation.succeeded", "data": data}).encode()


def refunded(refund: str, name: str, amount: int, currency: str = "CNY") -> bytes:
    """The body that reports a refund of the donation `name`."""
    data = {"id": name, "refund": refund, "amount": amount, "currency": currency}
    return json.dumps({"type": "donation.refunded", "data": data}).encode()


def new_report_id() -> str:
    """An id that no other report has."""
    return f"msg_{next(_numbers)}"


def signed(
    body: bytes,
    report_id: str,
    *,
    secret: str = SECRET,
    late: timedelta = timedelta(0),
) -> dict[str, str]:
    """The headers of a report that was signed so long ago."""
    at = datetime.now(UTC) - late
    return {
        "webhook-id": report_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(report_id, at, body.decode("latin-1")),
    }


class Caller:
    """One connection to a service, which sends one request after another. It blocks."""

    def __init__(self, port: int) -> None:
        """To 127.0.0.1."""
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def report(self, campaign: str, body: bytes, headers: dict[str, str]) -> int:
        """Send a report; the status of the answer."""
        self._connection.request("POST", f"/api/donations/{campaign}", body, headers)
        answer = self._connection.getresponse()
        answer.read()
        return answer.status

    def get(self, path: str) -> dict[str, object]:
        """The JSON at `path`."""
        self._connection.request("GET", path)
        answer = self._connection.getresponse()
        content = answer.read()
        assert answer.status == 200, content
        found: dict[str, object] = json.loads(content)
        return found

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
