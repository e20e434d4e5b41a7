"""A relay in which every kind of message passes, recorded in both directions."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Literal

from websockets.asyncio.client import ClientConnection

from server.worker.offers import ALONE_MS
from tests.integration.command import jielong
from tests.integration.protocol_client import (
    JSON,
    LIMIT,
    MSGPACK,
    Message,
    Peer,
    open_peer,
    unpack,
)
from tests.integration.relays import INK, invite, meet, open_room, write
from tests.polling import eventually
from tests.service import Service

Direction = Literal["fromClient", "toClient"]
"""As the operations of the AsyncAPI document are called."""

MORE_THAN_A_BURST = 60


class _Tap:
    """A connection that keeps a copy of what passes."""

    def __init__(self, socket: ClientConnection, recording: Recording) -> None:
        self._socket = socket
        self._recording = recording
        self.close = socket.close

    async def send(self, payload: bytes, *, text: bool) -> None:
        self._recording.add("fromClient", payload.decode() if text else payload)
        await self._socket.send(payload, text=text)

    async def recv(self) -> str | bytes:
        payload = await self._socket.recv()
        self._recording.add("toClient", payload)
        return payload


@dataclass
class Recording:
    """What passed, in the order in which it did."""

    messages: list[tuple[Direction, Message]] = field(default_factory=list)

    def add(self, direction: Direction, payload: str | bytes) -> None:
        self.messages.append((direction, unpack(payload)))

    async def open_session(self, service: Service, wire: str, **hello: object) -> Peer:
        """A recorded connection after `hello` and `welcome`."""
        peer = await open_peer(service, wire)
        peer.socket = _Tap(peer.socket, self)  # type: ignore[assignment]
        await peer.send("hello", **hello)
        await peer.expect("welcome")
        return peer


async def record_relay(service: Service) -> Recording:
    """Play it, and stop the service in the end."""
    recording = Recording()
    await _offer(recording, service)
    await _pledge(recording, service)
    host = await recording.open_session(
        service, JSON, campaign="default", locale="en", client="test"
    )
    guest = await recording.open_session(service, MSGPACK)
    guest = await _write_with_a_friend(recording, service, host, guest)
    host = await _return(recording, service, host, guest)
    await host.send("share", how="poster")
    await _refusals(host)
    await host.expect_counters()
    await meet((host, guest))
    await _challenge(recording, service)
    await guest.send("report", room=guest.room, why="other")
    await _until(host, "partner", state="left")
    await asyncio.gather(asyncio.to_thread(service.stop), _until(host, "bye", why="restart"))
    return recording


async def _offer(recording: Recording, service: Service) -> None:
    """Somebody who waits alone is offered a room in another language."""
    chinese = await recording.open_session(service, MSGPACK)
    await chinese.send("join", locales=["zh"])
    await chinese.expect("waiting")
    english = await recording.open_session(service, MSGPACK)
    await english.send("join", locales=["en"])
    await english.expect("waiting")
    await english.expect("offer", limit=ALONE_MS / 1_000 + LIMIT)
    await asyncio.gather(chinese.quit(), english.quit())


async def _pledge(recording: Recording, service: Service) -> None:
    """Somebody makes a pledge, which the campaign offers from now on."""
    pledges = 'pledge=[{id="tea", text="Tea"}]'
    sets = ("--set", 'relays=["write", "pledge"]', "--set", pledges)
    edit = ("campaign", "edit", "default", *sets, "--data", service.data)
    done = await asyncio.to_thread(jielong, *edit)
    assert done.returncode == 0, done.stderr
    peer = await recording.open_session(service, MSGPACK)

    async def is_pledged() -> bool:
        await peer.send("pledge", pledge="tea")
        answer = await peer.next()
        return answer["t"] == "pledged"

    await eventually(is_pledged)
    await peer.quit()


async def _challenge(recording: Recording, service: Service) -> None:
    """Somebody who joins again and again is asked for work."""
    peer = await recording.open_session(service, MSGPACK)
    while True:
        await peer.send("join")
        answer = await peer.next()
        if answer["t"] == "challenge":
            break
        assert answer["t"] == "waiting"
        await peer.send("leave", room=answer["room"])
    await peer.close()


async def _until(peer: Peer, t: str, **keys: object) -> Message:
    """The next message of this type with these keys; others may come before it."""
    while True:
        message = await peer.next()
        if message | {"t": t} | keys == message:
            return message


async def _write_with_a_friend(
    recording: Recording, service: Service, host: Peer, guest: Peer
) -> Peer:
    """Two characters, between which the friend is lost and comes back."""
    room, code = await invite(host)
    await guest.send("join", invite=code)
    await guest.expect("matched", room=room, seat=1)
    await host.expect("matched", room=room, seat=0)
    await host.send("ink", room=room, c=0, s=0, p=INK[0], end=True)
    await guest.expect("ink")
    await host.send("undo", room=room, c=0, s=0)
    await guest.expect("undo")
    await guest.send("react", room=room, e="clap")
    await host.expect("react")
    await guest.send("commit", room=room, c=0, strokes=INK)
    await guest.expect("error", code="not_your_turn")
    await write((host, guest), 0)
    await guest.close()
    await host.expect("partner", state="away")
    guest = await recording.open_session(service, MSGPACK, token=guest.welcome["token"])
    assert guest.welcome["resume"]["t"] == "matched"
    await _until(host, "partner", state="back")
    await guest.send("commit", room=room, c=1, strokes=INK)
    for peer in (host, guest):
        await _until(peer, "completed")
    return guest


async def _return(recording: Recording, service: Service, host: Peer, guest: Peer) -> Peer:
    """To a room in which one waits, and after a work that was completed meanwhile."""
    token = host.welcome["token"]
    room = await open_room(host)
    await host.close()
    host = await recording.open_session(service, JSON, token=token)
    assert host.welcome["resume"]["t"] == "waiting"
    await guest.send("join")
    await guest.expect("matched", room=room, seat=1)
    await host.expect("matched", room=room, seat=0)
    await write((host, guest), 0)
    await host.send("leave", room=room, keep=True)
    await guest.send("commit", room=room, c=1, strokes=INK)
    await _until(guest, "completed")
    await host.close()
    host = await recording.open_session(service, JSON, token=token)
    assert len(host.welcome["finished"]) == 1
    return host


async def _refusals(peer: Peer) -> None:
    await peer.send("join", phrase="nonsense")
    await peer.expect("error", code="no_such_phrase")
    await peer.send("invite", room="nonsense")
    await peer.expect("error", code="no_such_room")
    for n in range(MORE_THAN_A_BURST):
        await peer.send("ping", n=n)
    told = [await peer.next() for _ in range(MORE_THAN_A_BURST)]
    refused = [message for message in told if message["t"] == "error"]
    assert {message["code"] for message in refused} == {"slow_down"}
    limits = peer.welcome["limits"]
    await asyncio.sleep(limits["message_burst"] / limits["message_rate"])  # as a client has to
