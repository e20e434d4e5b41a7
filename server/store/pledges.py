"""Pledges in Redis: made once, counted and numbered by the Lua library."""

from __future__ import annotations

import asyncio
from typing import Any, NamedTuple

import msgspec

from server.relay.pledges import MadePledge, PledgeTotals
from server.store.call import AwaitedCall
from server.store.errors import StoreAwayError
from server.store.library import function
from server.store.raw_connection import Argument
from server.store.shards import Shards

ANSWER_SECONDS = 5.0
"""Longest wait for an answer; a pledge that was made meanwhile is answered at the next try."""

_PLEDGE, _TOTALS = function("pledge"), function("pledge_totals")


class _Answer(msgspec.Struct, array_like=True, frozen=True):
    """The answer of `pledge`."""

    certificate: str
    pledge: str
    participant: str
    number: int
    pledged_at: int
    new: int


class Made(NamedTuple):
    """A pledge, and whether this call made it."""

    pledge: MadePledge
    is_new: bool


read_answer = msgspec.msgpack.Decoder(_Answer).decode


class Pledges:
    """The pledges of every campaign, each by lane 0 of its campaign."""

    def __init__(self, shards: Shards) -> None:
        """Calls go out over `shards`."""
        self._shards = shards

    async def pledge(
        self, base: str, participant: str, pledge: str, certificate: str, *, is_open: bool
    ) -> Made | None:
        """Make a pledge, durably; a repeat is answered with the first one.

        None when there is none and the campaign is not open. The caller has looked into the
        archive before.

        Raises:
            StoreError: it may or may not have been made; a repeat will tell.
        """
        arguments: list[Argument] = [0, participant, pledge, certificate, int(is_open)]
        call = AwaitedCall(_PLEDGE, base, arguments, repeatable=True, durable=True)
        answer = read_answer(await self._send(call))
        if not answer.certificate:
            return None
        made = MadePledge(
            answer.certificate,
            answer.pledge,
            answer.participant,
            answer.number,
            answer.pledged_at,
        )
        self._shards.saw_pledge(base, made)
        return Made(made, bool(answer.new))

    async def counts(self, base: str) -> dict[str, int]:
        """How many have made each pledge of a campaign.

        Raises:
            StoreError: they cannot be read now.
        """
        call = AwaitedCall(_TOTALS, base, [], repeatable=True, durable=True)
        totals = read_totals(await self._send(call))
        return {pledge: it.count for pledge, it in totals.items()}

    async def _send(self, call: AwaitedCall) -> Any:
        self._shards.send(call)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await call.future
        except TimeoutError as error:
            raise StoreAwayError from error


def read_totals(hash_: list[bytes]) -> dict[str, PledgeTotals]:
    """The totals of each pledge in the fields and values of lane 0's hash."""
    found: dict[str, dict[str, int]] = {}
    for name, value in zip(hash_[::2], hash_[1::2], strict=True):
        kind, _, pledge = name.decode().partition(":")
        found.setdefault(pledge, {})[kind] = int(value)
    return {pledge: PledgeTotals(**totals) for pledge, totals in found.items()}
