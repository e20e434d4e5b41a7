"""What a service tells of the campaign that is measured."""

from __future__ import annotations

from typing import Any
from urllib.request import urlopen

import msgspec

CAMPAIGN = "default"


def campaign(http: str) -> dict[str, Any]:
    """The campaign as the API of the service at `http` tells it: its counters, its phrases."""
    with urlopen(f"{http}/api/campaigns/{CAMPAIGN}", timeout=10) as answer:
        found: dict[str, Any] = msgspec.json.decode(answer.read())
        return found


def short_phrase(http: str) -> str:
    """The id of a phrase of two characters, as the original campaign's were."""
    phrases = campaign(http)["phrases"]
    return next(str(phrase["id"]) for phrase in phrases if len(phrase["chars"]) == 2)
