"""The editor's fields of those who may report donations: secrets are added, and never shown."""

from __future__ import annotations

from server.console.campaign_parts import LONG, Group, free
from server.console.forms import Field
from server.console.texts import text

ACCOUNTS = ("webhook", "wechat", "stripe")
ADD, FORGET = "add", "forget"
"""A new secret of an account, and whether the saved ones are removed. Secrets are never shown."""


def _account(name: str, *more: Field) -> list[Field]:
    return [
        *more,
        free(
            f"{name}.{ADD}",
            text("New secret"),
            "password",
            text("It is added to those that are saved, and not shown again."),
            512,
        ),
        free(f"{name}.{FORGET}", text("Remove the secrets that are saved"), "tick"),
        free(
            f"{name}.secrets_from",
            text("Environment variable with secrets"),
            hint=text("For the operator, who may keep the secrets there in place of here."),
        ),
    ]


_FUND = text("The id of one of the funds.")
ACCOUNT_GROUPS = (
    Group(
        text("Reports of your payment page"),
        _account("webhook"),
        text("It tells each donation and refund to this address, signed with the secret."),
    ),
    Group(
        text("WeChat Pay"),
        _account(
            "wechat",
            free("wechat.merchant", text("Merchant number")),
            free("wechat.keys", text("Public keys or certificates (PEM)"), "area", most=LONG),
            free("wechat.fund", text("Fund of orders that name none"), hint=_FUND),
        ),
        text("Its notifications go to this address. The secret is the APIv3 key."),
    ),
    Group(
        text("Stripe"),
        _account(
            "stripe", free("stripe.fund", text("Fund of payments that name none"), hint=_FUND)
        ),
        text("Its events go to this address. The secret is the signing secret of the endpoint."),
    ),
)
