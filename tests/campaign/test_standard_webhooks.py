"""Which reports a secret of the campaign has signed, within 5 minutes."""

from __future__ import annotations

import base64
import hmac
import json
import time

import pytest

from server.campaign.definition import Webhook
from server.campaign.reports import BadSignatureError, SignedReport
from server.campaign.standard_webhooks import read_signed

KEY = bytes(range(32))
SECRET = f"whsec_{base64.b64encode(KEY).decode()}"
BODY = json.dumps(
    {
        "type": "donation.succeeded",
        "data": {"id": "d1", "fund": "angels", "amount": 1, "currency": "CNY"},
    }
).encode()


def read(told: str, signed: str, account: Webhook) -> SignedReport:
    """A report that tells one time, with a signature for another."""
    made = hmac.digest(KEY, f"m1.{signed}.".encode() + BODY, "sha256")
    headers = {
        "webhook-id": "m1",
        "webhook-timestamp": told,
        "webhook-signature": f"v1,{base64.b64encode(made).decode()}",
    }
    return read_signed(BODY, headers, account)


@pytest.mark.parametrize("wrong", ["", "whsec_", "whsec_!", "nothing"])
def test_a_secret_that_is_none_does_not_stop_a_good_one(wrong: str) -> None:
    now = f"{time.time():.0f}"
    assert read(now, now, Webhook(secrets=(wrong, SECRET))).id == "m1"
    with pytest.raises(BadSignatureError):
        read(now, now, Webhook(secrets=(wrong,)))


@pytest.mark.parametrize("form", ["{}.5", "{}.0", "+{}", "0{}", " {}", "{}e0", "{}_0", "", "nan"])
def test_a_time_is_whole_seconds_as_they_were_signed(form: str) -> None:
    now = f"{time.time():.0f}"
    told = form.format(now)
    for signed in (now, told):
        with pytest.raises(BadSignatureError):
            read(told, signed, Webhook(secrets=(SECRET,)))
