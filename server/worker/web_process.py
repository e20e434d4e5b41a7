"""The web process as its worker sees it: where requests go that the worker does not answer.

It draws pictures, reads SQL and writes JSON, none of which may hold the loop that carries ink. A
connection is handed over for one request and comes back after the answer.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress

import structlog

from server.transport.handover import ConnectionReceiver, channel, hand_over
from server.worker.web_keeper import ServeWeb, fork_keeper

log = structlog.get_logger()

START_SECONDS = 15.0
STOP_SECONDS = 2.0
"""The keeper kills a web process that takes longer."""


class WebProcessError(Exception):
    """The web process does not serve, and will not by itself."""


class WebProcess:
    """The web process of one worker.

    Attributes:
        pid: its process id; 0 while it does not serve.
        requests: requests that were handed to it.
        refused: requests that it could not take, because too many waited or it did not serve.
        restarts: how often it ended and was started again.
    """

    def __init__(self, serve: ServeWeb) -> None:
        """Fork its keeper; do this before an event loop or a thread runs."""
        self.pid = self.requests = self.refused = self.restarts = 0
        self._control, control = socket.socketpair()
        self._channel, end = channel()
        self._writer: asyncio.StreamWriter | None = None
        self._receiver: ConnectionReceiver | None = None
        self._stopping = False
        self._up, self._gone = asyncio.Event(), asyncio.Event()

        def keep_to_itself() -> None:
            self._control.close()
            self._channel.close()

        fork_keeper(control, end, serve, keep_to_itself)
        control.close()
        end.close()

    async def run(self, redis_url: str) -> None:
        """Start it, and notice when it ends, until `stop` is called.

        Raises:
            WebProcessError: it will not be started again.
        """
        reader, self._writer = await asyncio.open_unix_connection(sock=self._control)
        self._writer.write(f"{redis_url}\n".encode())
        with suppress(ConnectionError):
            while line := await reader.readline():
                self._heard(*line.decode().split())
        self.pid = 0
        self._gone.set()
        if not self._stopping:
            raise WebProcessError("the keeper of the web process has ended")

    async def ready(self) -> None:
        """Wait until it serves.

        Raises:
            WebProcessError: it does not in time.
        """
        try:
            async with asyncio.timeout(START_SECONDS):
                await self._up.wait()
        except TimeoutError as error:
            raise WebProcessError(
                f"the web process did not serve within {START_SECONDS:.0f} s; see the log"
            ) from error

    def take(self, descriptor: int, data: bytes) -> bool:
        """Hand a connection over; see `accept.OtherRequests`."""
        serves = self.pid != 0 and not self._stopping
        taken = serves and hand_over(self._channel, descriptor, data)
        self.requests += taken
        self.refused += not taken
        return taken

    def take_back(self, take: Callable[[int, bytes], None]) -> None:
        """Give the connections that come back after their answer to `take`; see `handover`."""
        self._receiver = ConnectionReceiver(self._channel, take)
        self._receiver.resume()

    async def stop(self) -> None:
        """End the process once its answers are out. A second call does nothing."""
        if self._stopping:
            return
        self._stopping = True
        if self._receiver is not None:
            self._receiver.pause()
        self._channel.close()
        if self._writer is None:
            self._control.close()
            return
        self._writer.write_eof()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self._gone.wait()
        except TimeoutError:
            log.warning("the web process did not end in time", web=self.pid)
        self._writer.close()

    def _heard(self, what: str, *more: str) -> None:
        """A line from the web process or its keeper; see `web_keeper`."""
        if what == "up":
            self.pid = int(more[0])
            self._up.set()
            return
        status, pause = more
        self.pid = 0
        self.restarts += 1
        log.error("the web process ended", status=int(status), again_in=float(pause))
