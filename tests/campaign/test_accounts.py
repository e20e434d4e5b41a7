"""The settings of payment providers: what is wrong is named, and secrets stay where they are."""

from __future__ import annotations

from typing import Any

import pytest

from server.campaign.file import write_toml
from server.campaign.problems import CampaignError
from server.campaign.provider_secrets import without_secrets
from server.campaign.reading import read_definition
from server.catalogue import load_library
from tests.campaign.wechat_keys import certificate, public_pem

FUND = {"id": "angels", "title": "Angels", "currency": "CNY", "url": "https://pay.example.org"}
WECHAT = {"merchant": "1230000109", "secrets": ["0123456789abcdef0123456789abcdef"]}
LIBRARY = load_library()


def read(**accounts: Any) -> Any:
    return read_definition({"id": "spring", "fund": [FUND]} | accounts, LIBRARY)


def test_accounts_that_are_right_are_taken() -> None:
    keys = [public_pem(0), certificate(1)]
    found = read(
        wechat=WECHAT | {"keys": keys, "fund": "angels"},
        stripe={"secrets": ["whsec_sM3gF1xGzkJ6R9eE0aQx"], "secrets_from": "MORE"},
    )
    assert found.wechat.keys == tuple(keys)


@pytest.mark.parametrize(
    ("accounts", "field"),
    [
        ({"wechat": WECHAT | {"keys": []}}, "wechat.keys"),
        ({"wechat": WECHAT | {"keys": ["nonsense"]}}, "wechat.keys[0]"),
        ({"wechat": WECHAT | {"merchant": "x", "keys": [public_pem(0)]}}, "wechat.merchant"),
        ({"wechat": WECHAT | {"secrets": ["short"], "keys": [public_pem(0)]}}, "wechat.secrets[0]"),
        ({"wechat": WECHAT | {"fund": "tigers", "keys": [public_pem(0)]}}, "wechat.fund"),
        ({"stripe": {"secrets": ["sk_live_x"]}}, "stripe.secrets[0]"),
        ({"stripe": {"fund": "tigers"}}, "stripe.fund"),
        ({"stripe": {"secrets_from": "not a name"}}, "stripe.secrets_from"),
        ({"webhook": {"secrets": ["whsec_short"]}}, "webhook.secrets[0]"),
    ],
)
def test_what_is_wrong_is_named_without_the_secret(accounts: dict[str, Any], field: str) -> None:
    with pytest.raises(CampaignError) as error:
        read(**accounts)
    assert [problem.field for problem in error.value.problems] == [field]
    assert "sk_live" not in str(error.value)


def test_an_export_has_no_secrets() -> None:
    found = read(
        wechat=WECHAT | {"keys": [public_pem(0)]},
        stripe={"secrets": ["whsec_sM3gF1xGzkJ6R9eE0aQx"]},
        webhook={"secrets_from": "HOOK"},
    )
    written = write_toml([without_secrets(found)])
    assert "0123456789abcdef" not in written
    assert "whsec_" not in written
    assert "merchant" in written
    assert "HOOK" in written
    assert "stripe" not in written
