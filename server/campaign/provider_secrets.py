"""The secrets of payment providers: which ones count, and a definition without them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Protocol

import msgspec

from server.campaign.definition import Definition

ACCOUNTS = "webhook", "wechat", "stripe"
"""Attributes of a definition that have secrets."""

TOLERANCE_SECONDS = 300
"""How far the time of a signature may be from now."""


class WithSecrets(Protocol):
    """A part of a definition that has secrets, or names an environment variable with them."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """Those in the definition."""

    @property
    def secrets_from(self) -> str:
        """The variable; they are separated by blanks."""


def secrets_of(account: WithSecrets) -> Sequence[str]:
    """All secrets that are valid now."""
    return [*account.secrets, *os.environ.get(account.secrets_from, "").split()]


def without_secrets(definition: Definition) -> Definition:
    """The definition, for whoever may not see its secrets."""
    bare = {}
    for name in ACCOUNTS:
        account = getattr(definition, name)
        if account is not None:
            empty = msgspec.structs.replace(account, secrets=())
            bare[name] = empty if empty != type(account)() else None
    return msgspec.structs.replace(definition, **bare)
