"""A raw connection to one Redis node, for the two hot paths: calls and envelopes.

redis-py connects (TLS, credentials, Sentinel and all); then this module takes the socket over.
hiredis packs commands, as many in one write as the owner has gathered, and replies are passed to a
callback. That costs about a tenth of a redis-py pipeline; `bench/relays.py` measures it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

import hiredis
import redis.asyncio

Argument = bytes | str | int

SEND_BUFFER_BYTES = 64 * 1024 * 1024
"""With more unsent bytes the connection counts as stuck and is cut."""


class RawConnection(asyncio.Protocol):
    """One connection. Replies come in the order of the commands."""

    def __init__(
        self, on_reply: Callable[[Any], None], on_lost: Callable[[Exception | None], None]
    ) -> None:
        """`on_reply` gets every reply, errors as `hiredis.ReplyError`; `on_lost` the end."""
        self._on_reply = on_reply
        self._on_lost = on_lost
        self._reader = hiredis.Reader()
        self._transport: asyncio.Transport | None = None
        self._former_owners: object = None

    @classmethod
    async def open(
        cls,
        client: redis.asyncio.Redis,
        on_reply: Callable[[Any], None],
        on_lost: Callable[[Exception | None], None],
    ) -> RawConnection:
        """Connect as `client` would.

        Raises:
            RedisError, OSError: it cannot connect; `on_lost` is not called then.
        """
        opened = client.connection_pool.make_connection()  # type: ignore[no-untyped-call]
        await opened.connect()
        connection = cls(on_reply, on_lost)
        # redis-py has no public way to hand the socket over; its version is pinned by range.
        # Both objects are kept, since each closes the socket when it is garbage-collected.
        connection._former_owners = (opened, opened._writer)
        transport = cast(asyncio.Transport, opened._writer.transport)
        transport.set_protocol(connection)
        connection.connection_made(transport)
        return connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the socket over."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Pass on the replies that are complete."""
        self._reader.feed(data)
        while (reply := self._reader.gets()) is not False:
            self._on_reply(reply)

    def connection_lost(self, error: Exception | None) -> None:
        """The connection is gone, closed by either side."""
        self._transport = self._former_owners = None
        self._on_lost(error)

    def write(self, *commands: tuple[Argument, ...]) -> None:
        """Send commands in one write.

        Not in the next pass of the event loop: a pass of a busy worker takes a millisecond or
        more, and every turn would wait for it.
        """
        if self._transport is None:
            return
        self._transport.write(b"".join(map(hiredis.pack_command, commands)))  # type: ignore[arg-type]
        if self._transport.get_write_buffer_size() > SEND_BUFFER_BYTES:
            self.close()

    def close(self) -> None:
        """Cut the connection; `on_lost` is called."""
        if self._transport is not None:
            self._transport.abort()
