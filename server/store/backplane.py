"""Between workers: one channel each, and everything of one event-loop pass in one message.

Live ink that meets an outage is lost. Everything else is kept for the other worker, within a
bound, and sent again; a session that missed a transition all the same sees it by the room's
version and looks the room up.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable
from time import monotonic
from typing import Any, NamedTuple

import hiredis
import msgspec
import structlog

from server.relay.transition import Transition
from server.store import keys
from server.store.deployment import CALL_SECONDS, Deployment
from server.store.errors import StoreAwayError
from server.store.raw_connection import Argument
from server.store.reconnect import ReconnectingConnection

log = structlog.get_logger()

BACKLOG = 10_000
"""Parcels kept for one channel; what comes beyond it is dropped."""

IN_FLIGHT_BYTES = 8 * 1024 * 1024
"""Sent to one node and not answered; about so much at most, the rest waits its turn."""

WATCH_SECONDS = 0.5

PULSE_SECONDS = 1.0
"""How often a subscription shows that it is alive."""

QUIET_SECONDS = 60.0
"""The way to a node that carried nothing for so long is closed until it is needed again."""


class TransitionNotice(msgspec.Struct, array_like=True, tag="n", frozen=True):
    """A transition for one session."""

    session: int
    base: str
    seat: int
    transition: Transition


class LiveMessage(msgspec.Struct, array_like=True, tag="l", frozen=True):
    """What the partner of one session sent to be seen at once, packed as the protocol has it."""

    session: int
    room: str
    packed: bytes


class Disconnect(msgspec.Struct, array_like=True, tag="k", frozen=True):
    """The session's participant is connected elsewhere now."""

    session: int


class TakeOver(msgspec.Struct, array_like=True, tag="c", frozen=True):
    """To everybody: `participant` is connected at `address` now; an unknown session must go."""

    participant: str
    address: str


Envelope = TransitionNotice | LiveMessage | Disconnect | TakeOver

_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(list[Envelope]).decode


class _Bundle(NamedTuple):
    """Parcels of one channel on their way."""

    channel: str
    parcels: list[Envelope]
    size: int
    sent_at: float


class _Outlet:
    """The way to one node that channels are on."""

    def __init__(self, deployment: Deployment, key: str) -> None:
        self._tether = ReconnectingConnection(deployment, key, self._on_reply)
        self._tether.on_up = self._up
        self._tether.on_down = self._down
        self._lost = False
        self._parcels: defaultdict[str, list[Envelope]] = defaultdict(list)
        self._in_flight: deque[_Bundle] = deque()
        self._bytes_in_flight = 0
        self._replied_at = 0.0
        self._used_at = monotonic()
        self._flushing = False
        self._running: asyncio.Task[None] | None = None
        self.dropped = 0

    @property
    def quiet(self) -> bool:
        """Whether it carried nothing for a while."""
        since = monotonic() - QUIET_SECONDS
        return not self._parcels and not self._in_flight and self._used_at < since

    def start(self, group: asyncio.TaskGroup) -> None:
        self._running = group.create_task(self._run())

    def end(self) -> None:
        if self._running is not None:
            self._running.cancel()

    def send(self, channel: str, parcel: Envelope) -> None:
        if self._lost and isinstance(parcel, LiveMessage):
            self.dropped += 1
            return
        parcels = self._parcels[channel]
        if len(parcels) >= BACKLOG:
            self.dropped += 1
            return
        parcels.append(parcel)
        self._flush_soon()

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._tether.run())
            group.create_task(self._watch())

    def _flush_soon(self) -> None:
        if not self._flushing:
            self._flushing = True
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        self._flushing = False
        link = self._tether.link
        if link is None:
            return
        now = self._used_at = monotonic()
        out: list[tuple[Argument, ...]] = []
        while self._parcels and self._bytes_in_flight < IN_FLIGHT_BYTES:
            channel = next(iter(self._parcels))
            parcels = self._parcels.pop(channel)
            packed = _pack(parcels)
            publish = "PUBLISH" if channel == keys.EVERYBODY else "SPUBLISH"
            out.append((publish, channel, packed))
            self._in_flight.append(_Bundle(channel, parcels, len(packed), now))
            self._bytes_in_flight += len(packed)
        if out:
            link.write(*out)

    def _on_reply(self, reply: Any) -> None:
        bundle = self._in_flight.popleft()
        self._bytes_in_flight -= bundle.size
        self._replied_at = monotonic()
        if isinstance(reply, hiredis.ReplyError):
            log.warning("parcels were not taken", channel=bundle.channel, error=str(reply))
            self._put_back(bundle)
            self._tether.cut()
        elif self._parcels:
            self._flush_soon()

    def _up(self) -> None:
        self._lost = False
        self._flush_soon()

    def _down(self) -> None:
        """It is not known which parcels arrived; a repeat does no harm."""
        self._lost = True
        for bundle in reversed(self._in_flight):
            self._put_back(bundle)
        self._in_flight.clear()
        self._bytes_in_flight = 0

    def _put_back(self, bundle: _Bundle) -> None:
        lasting = [parcel for parcel in bundle.parcels if not isinstance(parcel, LiveMessage)]
        self.dropped += len(bundle.parcels) - len(lasting)
        if lasting:
            self._parcels[bundle.channel][:0] = lasting

    async def _watch(self) -> None:
        """Cut a link on which the next answer is overdue."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            if not self._in_flight:
                continue
            if monotonic() - max(self._in_flight[0].sent_at, self._replied_at) > CALL_SECONDS:
                log.warning("redis does not answer in time", of="parcels")
                self._tether.cut()


class _Inlet:
    """The subscription of this worker."""

    def __init__(
        self, deployment: Deployment, worker: str, receive: Callable[[Envelope], None]
    ) -> None:
        self._receive = receive
        self._worker = worker
        self._tether = ReconnectingConnection(deployment, keys.worker(worker), self._on_reply)
        self._tether.on_up = self._subscribe
        self._tether.on_down = self._cut_off
        self._heard_at = 0.0
        self.was_cut_off = False
        self.ready = asyncio.Event()
        self.on_reconnect: list[Callable[[], None]] = []

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._tether.run())
            group.create_task(self._watch())

    def _subscribe(self) -> None:
        assert self._tether.link is not None
        self._heard_at = monotonic()
        own = keys.worker(self._worker)
        self._tether.link.write(("SUBSCRIBE", keys.EVERYBODY), ("SSUBSCRIBE", own))

    def _cut_off(self) -> None:
        self.ready.clear()
        self.was_cut_off = True
        log.warning("cut off from other workers")

    def _on_reply(self, reply: Any) -> None:
        self._heard_at = monotonic()
        if isinstance(reply, hiredis.ReplyError):
            log.warning("the subscription was not taken", error=str(reply))
            self._tether.cut()
            return
        kind = reply[0]
        if kind in {b"smessage", b"message"}:
            self._hand_over(reply[2])
        elif kind == b"ssubscribe":
            self._subscribed()
        elif kind == b"sunsubscribe":
            self._tether.cut()  # the slot has moved to another node

    def _subscribed(self) -> None:
        self.ready.set()
        if self.was_cut_off:
            self.was_cut_off = False
            for told in self.on_reconnect:
                told()

    def _hand_over(self, bundle: bytes) -> None:
        try:
            parcels = _unpack(bundle)
        except msgspec.DecodeError as error:
            log.error("a bundle from another worker cannot be read", error=str(error))
            return
        for parcel in parcels:
            self._receive(parcel)

    async def _watch(self) -> None:
        """Ask for a sign of life, and cut a subscription that gives none."""
        while True:
            await asyncio.sleep(PULSE_SECONDS)
            if self._tether.link is None:
                continue
            if monotonic() - self._heard_at > PULSE_SECONDS + CALL_SECONDS:
                log.warning("the subscription gives no sign of life")
                self._tether.cut()
            else:
                self._tether.link.write(("PING",))


class Backplane:
    """Carries parcels to other workers and hands over those that come."""

    def __init__(
        self, deployment: Deployment, worker: str, receive: Callable[[Envelope], None]
    ) -> None:
        """`receive` is called for every parcel that comes for this worker."""
        self._deployment = deployment
        self._receive = receive
        self._outlets: dict[str, _Outlet] = {}
        self._dropped = 0
        self._inlet = _Inlet(deployment, worker, receive)
        self._inlet_task: asyncio.Task[None] | None = None
        self._group: asyncio.TaskGroup | None = None

    @property
    def ready(self) -> asyncio.Event:
        """Set while parcels for this worker arrive."""
        return self._inlet.ready

    @property
    def dropped(self) -> int:
        """Parcels to others that were lost."""
        return self._dropped + sum(outlet.dropped for outlet in self._outlets.values())

    def on_reconnect(self, told: Callable[[], None]) -> None:
        """Have `told` called when parcels arrive again after a time in which they did not."""
        self._inlet.on_reconnect.append(told)

    def send(self, worker: str, parcel: Envelope) -> None:
        """Send a parcel to a worker with everything else of this event-loop pass."""
        channel = keys.worker(worker)
        self._outlet(channel).send(channel, parcel)

    def send_to_all(self, parcel: Envelope) -> None:
        """Send a parcel to every worker, this one included."""
        self._outlet(keys.EVERYBODY).send(keys.EVERYBODY, parcel)

    async def run(self) -> None:
        """Carry parcels, for as long as the worker lives."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            self._inlet_task = group.create_task(self._inlet.run())
            for outlet in self._outlets.values():
                outlet.start(group)
            group.create_task(self._end_quiet_outlets())

    async def move(self, worker: str) -> None:
        """Listen as another worker from now on; returns when its channel is subscribed.

        Raises:
            StoreAwayError: it is not in time. It is tried further; then `on_reconnect` is told.
        """
        assert self._group is not None and self._inlet_task is not None
        told = self._inlet.on_reconnect
        self._inlet_task.cancel()
        self._inlet = _Inlet(self._deployment, worker, self._receive)
        self._inlet.on_reconnect = told
        self._inlet_task = self._group.create_task(self._inlet.run())
        try:
            async with asyncio.timeout(CALL_SECONDS):
                await self._inlet.ready.wait()
        except TimeoutError as error:
            self._inlet.was_cut_off = True
            raise StoreAwayError from error

    async def _end_quiet_outlets(self) -> None:
        """Workers come and go; on a Cluster the way to each is another one."""
        while True:
            await asyncio.sleep(QUIET_SECONDS / 2)
            for place, outlet in list(self._outlets.items()):
                if outlet.quiet:
                    del self._outlets[place]
                    self._dropped += outlet.dropped
                    outlet.end()

    def _outlet(self, channel: str) -> _Outlet:
        """One for all channels, or on a Cluster one for each."""
        place = channel if self._deployment.spread else ""
        outlet = self._outlets.get(place)
        if outlet is None:
            outlet = self._outlets[place] = _Outlet(self._deployment, place)
            if self._group is not None:
                outlet.start(self._group)
        return outlet
