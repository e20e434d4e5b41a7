"""What the JSON API takes and answers, as types; the OpenAPI document is generated from them."""

from __future__ import annotations

from typing import Annotated

import msgspec

from server.archive.publishing import PublicWork
from server.archive.works import CURSOR
from server.catalogue import DEFAULT
from server.relay.phrase import Phrase
from server.relay.to_client import CounterValues

MAX_PAGE = 100
DEFAULT_PAGE = 20


class CampaignAnswer(msgspec.Struct, frozen=True):
    """A campaign with its counters at this moment."""

    id: str
    title: str
    open: bool
    counters: CounterValues
    phrases: list[Phrase]


class WorksQuery(msgspec.Struct, frozen=True):
    """Which works are listed."""

    campaign: Annotated[str, msgspec.Meta(description="The id of a campaign.")] = DEFAULT
    phrase: Annotated[str, msgspec.Meta(description="The id of a phrase.")] | None = None
    cursor: (
        Annotated[str, msgspec.Meta(pattern=CURSOR, description="`next` of the page before.")]
        | None
    ) = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=MAX_PAGE, description="Works of a page.")] = (
        DEFAULT_PAGE
    )


class WorksAnswer(msgspec.Struct, frozen=True):
    """A page of works, newest first; `next` is the cursor of the page behind it."""

    works: list[PublicWork]
    next: str | None


class ErrorContent(msgspec.Struct, frozen=True):
    """What went wrong: a code for programs, a message for people."""

    code: str
    message: str


class ErrorAnswer(msgspec.Struct, frozen=True):
    """The one shape of all errors."""

    error: ErrorContent


class ReadyAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whether the worker takes joiners, and if not, why."""

    ready: bool
    why: str | None = None
