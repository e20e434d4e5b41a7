"""A connection that the server has closed is lost, whatever the event loop says to a write to it.

uvloop answers with `RuntimeError`, asyncio of some Pythons with `TypeError` or `AttributeError`;
redis-py 8.1 takes none of them for a lost connection, so they would end whoever waits for one
(https://github.com/redis/redis-py/issues/4287).
"""

from __future__ import annotations

from typing import Any

import redis.asyncio
from redis.exceptions import ConnectionError as LostError


class _Losing:
    """Goes before a connection class of redis-py."""

    async def send_packed_command(self, *args: Any, **options: Any) -> None:
        """Send a command.

        Raises:
            RedisError: the connection is lost.
        """
        try:
            await super().send_packed_command(*args, **options)  # type: ignore[misc]
        except (RuntimeError, TypeError, AttributeError) as error:
            writer = getattr(self, "_writer", None)
            if writer is not None and not writer.transport.is_closing():
                raise
            await self.disconnect(nowait=True)  # type: ignore[attr-defined]
            raise LostError("the connection was closed") from error


_classes: dict[Any, Any] = {}


def _losing(connection: Any) -> Any:
    if connection not in _classes:
        _classes[connection] = type(connection.__name__, (_Losing, connection), {})
    return _classes[connection]


def losing(client: redis.asyncio.Redis) -> redis.asyncio.Redis:
    """The same client; what it connects with from now on is lost in order."""
    pool = client.connection_pool
    pool.connection_class = _losing(pool.connection_class)
    return client
