"""A TCP proxy that can cut, freeze and slow connections."""

from __future__ import annotations

import asyncio
import contextlib
from random import Random
from typing import cast


class Proxy:
    """Passes every connection to its port on to a port of 127.0.0.1."""

    def __init__(self, target: int, random: Random) -> None:
        """To port `target`; `random` picks the connections that a fault hits."""
        self._target = target
        self._random = random
        self._server: asyncio.Server | None = None
        self._links: set[Link] = set()
        self._closed_to_all = False
        self.port = 0

    async def start(self) -> None:
        """Listen on a free port, `port`."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._new_link, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        """Close everything."""
        assert self._server is not None
        self._server.close()
        self.cut(1)

    def cut(self, share: float) -> None:
        """Reset a share of the connections."""
        for link in self._some(share):
            link.cut()

    async def freeze(self, share: float, seconds: float) -> None:
        """Hold all bytes of a share of the connections; if the share is 1, of new ones, too."""
        links = self._some(share)
        self._closed_to_all = share >= 1
        for link in links:
            link.hold()
        await asyncio.sleep(seconds)
        self._closed_to_all = False
        for link in [link for link in self._links if link.held] if share >= 1 else links:
            link.release()

    def silence(self, share: float) -> None:
        """A share of the connections is dead from now on, and neither end is told."""
        for link in self._some(share):
            link.silence()

    async def slow(self, share: float, rate: int, seconds: float) -> None:
        """Limit a share of the connections to `rate` bytes a second each way."""
        links = self._some(share)
        for link in links:
            link.rate = rate
        await asyncio.sleep(seconds)
        for link in links:
            link.rate = None

    def _some(self, share: float) -> list[Link]:
        links = list(self._links)
        return links if share >= 1 else [link for link in links if self._random.random() < share]

    def _new_link(self) -> End:
        link = Link(self._target, self._links)
        if self._closed_to_all:
            link.hold()
        return link.near


class Link:
    """One connection: the near end, which was accepted, and the far end, which was opened."""

    def __init__(self, target: int, links: set[Link]) -> None:
        self.near, self.far = End(self), End(self)
        self.near.other, self.far.other = self.far, self.near
        self.rate: int | None = None
        self.held = False
        self.silent = False
        self._target = target
        self._links = links
        links.add(self)

    async def open_far_end(self) -> None:
        """Connect to the target; without it the near end is reset."""
        try:
            loop = asyncio.get_running_loop()
            await loop.create_connection(lambda: self.far, "127.0.0.1", self._target)
        except OSError:
            self.cut()

    def cut(self) -> None:
        """Reset both ends."""
        for end in (self.near, self.far):
            end.abort()

    def hold(self) -> None:
        """Read nothing from either end."""
        self.held = True
        for end in (self.near, self.far):
            end.update()

    def silence(self) -> None:
        """Read nothing any more, so that neither end learns that the other one has closed."""
        self.silent = True
        self.hold()

    def release(self) -> None:
        """End `hold`; a silent link stays silent."""
        self.held = self.silent
        for end in (self.near, self.far):
            end.update()

    def over(self) -> None:
        """One end has closed; close the other one."""
        self._links.discard(self)


class End(asyncio.Protocol):
    """One end of a link; it reads only while the other end can write."""

    other: End

    def __init__(self, link: Link) -> None:
        self._link = link
        self._transport: asyncio.Transport | None = None
        self._reading = True
        self._other_full = False
        self._owing = False
        self._early = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        transport.write(bytes(self._early))  # type: ignore[attr-defined]
        if self is self._link.near:
            self._far_end = asyncio.ensure_future(self._link.open_far_end())
        self.update()
        self.other.update()

    def data_received(self, data: bytes) -> None:
        self.other.write(data)
        if self._link.rate is not None:
            self._owing = True
            self.update()
            asyncio.get_running_loop().call_later(len(data) / self._link.rate, self._paid)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._link.over()
        if exc is None:
            self.other.close()
        else:
            self.other.abort()

    def pause_writing(self) -> None:
        self.other.set_other_full(True)

    def resume_writing(self) -> None:
        self.other.set_other_full(False)

    def set_other_full(self, full: bool) -> None:
        self._other_full = full
        self.update()

    def write(self, data: bytes) -> None:
        """Send bytes, or keep them until the connection is made."""
        if self._transport is not None:
            self._transport.write(data)
        else:
            self._early += data

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def update(self) -> None:
        """Start or stop reading, depending on the other end and on faults."""
        if self._transport is None or self._transport.is_closing():
            return
        open_through = self.other._transport is not None
        wanted = open_through and not (self._link.held or self._other_full or self._owing)
        if wanted != self._reading:
            self._reading = wanted
            with contextlib.suppress(RuntimeError):
                (self._transport.resume_reading if wanted else self._transport.pause_reading)()

    def _paid(self) -> None:
        self._owing = False
        self.update()
