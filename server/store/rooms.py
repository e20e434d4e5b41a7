"""What a seated participant can do to a room, one call of the library each."""

from __future__ import annotations

import asyncio
from asyncio import Future
from collections.abc import Callable, Collection
from functools import partial

import structlog

from server.relay.room import Rules
from server.relay.transition import Transition
from server.store.answers import (
    Expired,
    OutOfSerialsError,
    RefusedError,
    Resumed,
    only,
    read_answer,
    read_expired,
    read_resumed,
    rule_arguments,
)
from server.store.call import AwaitedCall, Call, Wanted
from server.store.errors import StoreAwayError, StoreError
from server.store.lanes import ALONE_MS
from server.store.library import function
from server.store.raw_connection import Argument
from server.store.serials import Serials
from server.store.shards import Shards

log = structlog.get_logger()

_COMMIT, _LEAVE, _DROP, _RESUME, _INVITE, _LOOK, _EXPIRE = (
    function(name) for name in ("commit", "leave", "drop", "resume", "invite", "look", "expire")
)

OVERDUE = 200
"""Rooms that one `expire` changes at most."""


Outcome = Transition | RefusedError | StoreError
"""What became of a commit."""


class _Commit(Call):
    """Answered by a call of `then`, in the pass of the event loop in which the answer comes."""

    __slots__ = ("_on_shortage", "_then")

    def __init__(
        self,
        base: str,
        arguments: list[Argument],
        ink_bytes: int,
        then: Callable[[Outcome], None],
        on_shortage: Callable[[_Commit], None],
    ) -> None:
        super().__init__(_COMMIT, base, arguments, repeatable=True, durable=True)
        self.size += ink_bytes
        self._then = then
        self._on_shortage = on_shortage

    def resolve(self, reply: object) -> None:
        assert isinstance(reply, bytes)
        try:
            outcome: Outcome = only(read_answer(reply))
        except OutOfSerialsError:
            self._on_shortage(self)
            return
        except RefusedError as refusal:
            outcome = refusal
        self._then(outcome)

    def fail(self, error: StoreError) -> None:
        self._then(error)


class Rooms:
    """The transitions of rooms. Calls are safe to repeat, so an outage only delays them.

    `expire` alone fails at once: it is asked for again anyway. Each raises `RefusedError` with the
    protocol's code when the library refuses, and `StoreAwayError` when Redis does not come back in
    time.
    """

    def __init__(self, connections: Shards) -> None:
        """Calls go out over `connections`."""
        self._connections = connections
        self._serials = Serials(connections)

    def commit(
        self,
        base: str,
        rules: Rules,
        participant: str,
        address: str,
        room: str,
        c: int,
        ink: bytes,
        then: Callable[[Outcome], None],
    ) -> None:
        """Finish character `c` with packed strokes: `committed`, `completed` or `repeated`.

        `then` is told, and nobody is woken for it first: a turn waits for no pass of a busy event
        loop that it need not wait for.
        """
        arguments: list[Argument] = [*rule_arguments(rules), participant, address, room, c, ink]
        self._connections.submit(_Commit(base, arguments, len(ink), then, self._supply))

    def _supply(self, commit: _Commit) -> None:
        """The lane must have numbers for the hands first."""
        self._serials.supply(commit.base).add_done_callback(partial(self._supplied, commit))

    def _supplied(self, commit: _Commit, supply: asyncio.Task[None]) -> None:
        error = StoreAwayError() if supply.cancelled() else supply.exception()
        if error is None:
            self._connections.submit(commit)
        elif isinstance(error, StoreError):
            commit.fail(error)
        else:
            log.error("serial numbers could not be fetched", exc_info=error)
            commit.fail(StoreError(f"no serial numbers: {error!r}"))

    async def leave(
        self,
        base: str,
        rules: Rules,
        participant: str,
        address: str,
        room: str,
        *,
        keep: bool = False,
        report: bool = False,
    ) -> Transition:
        """Give up the seat; `keep` one's character for a stranger, or `report` the room."""
        flags = ["1" if flag else "0" for flag in (keep, report)]
        arguments: list[Argument] = [participant, address, room, *flags]
        return await self._transition(_LEAVE, base, rules, arguments)

    async def disconnect(
        self, base: str, rules: Rules, participant: str, address: str, room: str
    ) -> Transition:
        """The connection is lost: `away`; without a room, in that which the lane knows.

        Durable, since a worker may not end in good order before its seats are seen to.
        """
        arguments: list[Argument] = [participant, address, room]
        return await self._transition(_DROP, base, rules, arguments, patient=True)

    async def read(self, base: str, rules: Rules, participant: str, room: str) -> Transition:
        """The room as it is: `seated`."""
        return await self._transition(_LOOK, base, rules, [participant, room], patient=True)

    async def resume(
        self,
        base: str,
        rules: Rules,
        participant: str,
        address: str,
        hello: int,
        wanted: Wanted | None = None,
    ) -> Resumed:
        """Connect a known participant and find its room and what it missed.

        Refused with `elsewhere` when the participant said `hello` in another place later than at
        `hello` (ms, by the campaign's clock). Not done when it is no longer `wanted`.
        """
        arguments: list[Argument] = [*rule_arguments(rules), participant, address, hello]
        # Not patient: a join of the same session would go first, and be refused with `elsewhere`.
        resumed = read_resumed(await self._send(_RESUME, base, arguments, wanted=wanted))
        if resumed.refusal:
            raise RefusedError(resumed.refusal)
        return resumed

    async def invite(self, base: str, participant: str, address: str, room: str, code: str) -> str:
        """Keep strangers out and answer the code for a friend.

        Raises:
            RefusedError: with `no_such_room`, when no open room is held there.
        """
        reply = await self._send(_INVITE, base, [participant, address, room, code])
        if not reply:
            raise RefusedError("no_such_room")
        return reply.decode()

    async def expire(self, base: str, rules: Rules, locales: Collection[str] = ()) -> Expired:
        """Do what the clock asks, and see who waits: for `ALONE_MS`, and in which locales."""
        arguments: list[Argument] = [*rule_arguments(rules), OVERDUE, ALONE_MS, *locales]
        call = AwaitedCall(_EXPIRE, base, arguments, repeatable=False)
        self._connections.send(call)
        return read_expired(await call.future)

    async def _transition(
        self,
        name: str,
        base: str,
        rules: Rules,
        arguments: list[Argument],
        *,
        patient: bool = False,
    ) -> Transition:
        everything = [*rule_arguments(rules), *arguments]
        reply = await self._send(name, base, everything, patient=patient)
        return only(read_answer(reply))

    def _send(
        self,
        name: str,
        base: str,
        arguments: list[Argument],
        *,
        patient: bool = False,
        wanted: Wanted | None = None,
    ) -> Future[bytes]:
        call = AwaitedCall(
            name,
            base,
            arguments,
            repeatable=True,
            durable=True,
            patient=patient,
            wanted=wanted,
        )
        self._connections.submit(call)
        return call.future
