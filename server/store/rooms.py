"""What a participant can do in a room; each is one call of the Lua library."""

from __future__ import annotations

import asyncio
from asyncio import Future
from collections.abc import Callable, Collection
from functools import partial

import structlog

from server.relay.room import Rules
from server.relay.transition import Hand, Transition
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
from server.tracing.span import Span

log = structlog.get_logger()

_COMMIT, _LEAVE, _DISCONNECT, _RESUME = (
    function(name) for name in ("commit", "leave", "disconnect", "resume")
)
_INVITE, _READ_ROOM, _EXPIRE = (function(name) for name in ("invite", "read_room", "expire"))

OVERDUE = 200
"""Rooms that one `expire` changes at most."""


Outcome = Transition | RefusedError | StoreError
"""What became of a commit."""


class _Commit(Call):
    """Calls `then` with the outcome, in the event-loop pass in which the answer comes."""

    __slots__ = ("_on_completed", "_on_shortage", "_span", "_then")

    def __init__(
        self,
        base: str,
        arguments: list[Argument],
        ink_bytes: int,
        then: Callable[[Outcome], None],
        on_completed: Callable[[str, list[Hand]], None],
        on_shortage: Callable[[_Commit], None],
        span: Span | None,
    ) -> None:
        super().__init__(_COMMIT, base, arguments, repeatable=True, durable=True)
        self.size += ink_bytes
        self._then = then
        self._on_completed = on_completed
        self._on_shortage = on_shortage
        self._span = span

    def resolve(self, reply: object) -> None:
        assert isinstance(reply, bytes)
        outcome: Outcome
        try:
            outcome = transition = only(read_answer(reply))
        except OutOfSerialsError:
            self._on_shortage(self)
            return
        except RefusedError as refusal:
            outcome = refusal
        else:
            if transition.hands:
                self._on_completed(self.base, transition.hands)
        if self._span is not None:
            self._span.end(str(outcome) if isinstance(outcome, RefusedError) else "")
        self._then(outcome)

    def fail(self, error: StoreError) -> None:
        if self._span is not None:
            self._span.end(str(error))
        self._then(error)


class Rooms:
    """The transitions of rooms. The calls can be repeated, so an outage only delays them.

    Only `expire` fails at once, since it is called again anyway. Each method raises `RefusedError`
    with the protocol's code when the library refuses, and `StoreAwayError` when Redis does not come
    back in time.
    """

    def __init__(self, shards: Shards) -> None:
        """Calls go out over `shards`."""
        self._shards = shards
        self._serials = Serials(shards)

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
        span: Span | None = None,
    ) -> None:
        """Finish character `c` with packed strokes: `committed`, `completed` or `repeated`.

        `then` is called with the outcome. No task is woken for it: that would cost each turn
        another pass of a busy event loop. `span` is that of the commit, if it is traced: the call
        is a part of it, and so is what the archive does with the work.
        """
        arguments: list[Argument] = [*rule_arguments(rules), participant, address, room, c, ink]
        of_call = None
        if span is not None:
            of_call = span.child("FCALL commit")
            arguments.append(of_call.traceparent)
        on_completed = self._shards.saw_serials
        self._shards.submit(
            _Commit(base, arguments, len(ink), then, on_completed, self._fetch_serials, of_call)
        )

    def _fetch_serials(self, commit: _Commit) -> None:
        """The lane needs serials for the hands before the commit can be sent again."""
        fetching = self._serials.fetch(commit.base)
        fetching.add_done_callback(partial(self._serials_fetched, commit))

    def _serials_fetched(self, commit: _Commit, fetching: asyncio.Task[None]) -> None:
        error = StoreAwayError() if fetching.cancelled() else fetching.exception()
        if error is None:
            self._shards.submit(commit)
        elif isinstance(error, StoreError):
            commit.fail(error)
        else:
            log.error("serials could not be fetched", lane=commit.base, exc_info=error)
            commit.fail(StoreError(f"no serials: {error!r}"))

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
        """Give up the seat; `keep` the character for a stranger, or `report` the room."""
        flags = ["1" if flag else "0" for flag in (keep, report)]
        arguments: list[Argument] = [participant, address, room, *flags]
        return await self._transition(_LEAVE, base, rules, arguments)

    async def disconnect(
        self, base: str, rules: Rules, participant: str, address: str, room: str
    ) -> Transition:
        """The connection is lost: `away`. With "" for the room, in the participant's last one.

        Durable, since a worker may end in good order only after its seats are disconnected.
        """
        arguments: list[Argument] = [participant, address, room]
        return await self._transition(_DISCONNECT, base, rules, arguments, low_priority=True)

    async def read(self, base: str, rules: Rules, participant: str, room: str) -> Transition:
        """The room as it is: `seated`."""
        return await self._transition(
            _READ_ROOM, base, rules, [participant, room], low_priority=True
        )

    async def resume(
        self,
        base: str,
        rules: Rules,
        participant: str,
        address: str,
        hello: int,
        wanted: Wanted | None = None,
    ) -> Resumed:
        """Connect a known participant at `address`; read the room and what was missed.

        Refused with `elsewhere` when the participant said `hello` at another address after `hello`
        (ms, by the campaign's clock). Not sent when it is no longer `wanted`.
        """
        arguments: list[Argument] = [*rule_arguments(rules), participant, address, hello]
        # Not of low priority: a join of the same session would go first, and be refused.
        resumed = read_resumed(await self._send(_RESUME, base, arguments, wanted=wanted))
        if resumed.refusal:
            raise RefusedError(resumed.refusal)
        return resumed

    async def invite(self, base: str, participant: str, address: str, room: str, code: str) -> str:
        """Keep strangers out; answers the code for a friend.

        Raises:
            RefusedError: `no_such_room`: the participant holds no open room there.
        """
        reply = await self._send(_INVITE, base, [participant, address, room, code])
        if not reply:
            raise RefusedError("no_such_room")
        return reply.decode()

    async def expire(self, base: str, rules: Rules, locales: Collection[str] = ()) -> Expired:
        """Do what is due in the lane's rooms; answers that, and in which `locales` rooms wait."""
        arguments: list[Argument] = [*rule_arguments(rules), OVERDUE, ALONE_MS, *locales]
        call = AwaitedCall(_EXPIRE, base, arguments, repeatable=False)
        self._shards.send(call)
        return read_expired(await call.future)

    async def _transition(
        self,
        name: str,
        base: str,
        rules: Rules,
        arguments: list[Argument],
        *,
        low_priority: bool = False,
    ) -> Transition:
        everything = [*rule_arguments(rules), *arguments]
        reply = await self._send(name, base, everything, low_priority=low_priority)
        return only(read_answer(reply))

    def _send(
        self,
        name: str,
        base: str,
        arguments: list[Argument],
        *,
        low_priority: bool = False,
        wanted: Wanted | None = None,
    ) -> Future[bytes]:
        call = AwaitedCall(
            name,
            base,
            arguments,
            repeatable=True,
            durable=True,
            low_priority=low_priority,
            wanted=wanted,
        )
        self._shards.submit(call)
        return call.future
