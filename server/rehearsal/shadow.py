"""The shadow of a campaign: the same in all that people see, with counts and works of its own."""

from __future__ import annotations

import secrets
from base64 import b64encode

import msgspec

from server.campaign.definition import Definition, Webhook
from server.relay.texts import Texts

SUFFIX = "-rehearsal"
SECRET_BYTES = 32
MARK = " · 彩排 rehearsal"


def shadow_of(definition: Definition) -> Definition:
    """An open campaign for rehearsals of this one; the campaign itself if it is one.

    Its donations are signed with a secret of its own, its works are never public, and the page's
    limits of time, goals and networks are left out.
    """
    secret = f"whsec_{b64encode(secrets.token_bytes(SECRET_BYTES)).decode()}"
    if definition.rehearsal:
        return msgspec.structs.replace(definition, open=True, webhook=Webhook(secrets=(secret,)))
    return msgspec.structs.replace(
        definition,
        id=f"{definition.id}{SUFFIX}",
        title=_marked(definition.title or definition.id),
        rehearsal=True,
        open=True,
        opens=None,
        closes=None,
        moderation="before",
        network=(),
        embed=(),
        webhook=Webhook(secrets=(secret,)),
        wechat=None,
        stripe=None,
    )


def _marked(title: Texts) -> Texts:
    if isinstance(title, dict):
        return {locale: text + MARK for locale, text in title.items()}
    return title + MARK
