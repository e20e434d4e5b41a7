"""A raw connection to one Redis node, for the two hot paths: calls and parcels.

redis-py connects (TLS, credentials, Sentinel and all); then the socket is ours: commands are
packed by hiredis and written as many together as their owner has gathered, replies are handed over
by callback. That costs about a tenth of a pipeline of redis-py's; `bench/relays.py` measures it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

import hiredis
import redis.asyncio

Argument = bytes | str | int

SEND_BUFFER_BYTES = 64 * 1024 * 1024
"""Unsent bytes above which the link counts as stuck and is cut."""


class Link(asyncio.Protocol):
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
    ) -> Link:
        """Connect as `client` would.

        Raises:
            RedisError, OSError: it cannot; `on_lost` is not called then.
        """
        connection = client.connection_pool.make_connection()  # type: ignore[no-untyped-call]
        await connection.connect()
        link = cls(on_reply, on_lost)
        # redis-py has no public way to hand the socket over; its version is pinned by range.
        # Both objects are kept, since each closes the socket when it is forgotten.
        link._former_owners = (connection, connection._writer)
        transport = cast(asyncio.Transport, connection._writer.transport)
        transport.set_protocol(link)
        link.connection_made(transport)
        return link

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is ours."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Replies, or parts of them."""
        self._reader.feed(data)
        while (reply := self._reader.gets()) is not False:
            self._on_reply(reply)

    def connection_lost(self, error: Exception | None) -> None:
        """The connection is gone, by either side's doing."""
        self._transport = self._former_owners = None
        self._on_lost(error)

    def write(self, *commands: tuple[Argument, ...]) -> None:
        """Send commands in one piece.

        Not with the next pass of the event loop: a pass of a busy worker takes a millisecond or
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
