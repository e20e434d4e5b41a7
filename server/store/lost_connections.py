"""Makes redis-py report a connection that the server has closed as lost.

A write to such a connection raises `RuntimeError` under uvloop, and `TypeError` or `AttributeError`
under asyncio of some Pythons. redis-py 8.1 takes none of them for a lost connection, so they would
reach every caller (https://github.com/redis/redis-py/issues/4287).
"""

from __future__ import annotations

from typing import Any

import redis.asyncio
from redis.exceptions import ConnectionError as LostError


class _ReportsLoss:
    """Mixed into a connection class of redis-py."""

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


def _reporting(connection: Any) -> Any:
    if connection not in _classes:
        _classes[connection] = type(connection.__name__, (_ReportsLoss, connection), {})
    return _classes[connection]


def report_lost_connections(client: redis.asyncio.Redis) -> redis.asyncio.Redis:
    """The same client; connections that it opens from now on report their loss."""
    pool = client.connection_pool
    pool.connection_class = _reporting(pool.connection_class)
    return client
