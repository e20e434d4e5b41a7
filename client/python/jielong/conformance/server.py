"""The server under test, and the guests that a check has there."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.typing import Subprotocol

from ..address import socket_url
from ..codec import Codec, Format
from ..deadline import within
from ..exceptions import CannotConnect, TimedOut
from .exceptions import BrokenPromiseError, NotTestableError
from .http import HttpApi
from .peer import ANSWER_SECONDS, Message, Peer

_ROOMS = 3
"""Rooms of strangers that a guest leaves again before it gives up to find an empty one."""


class Server:
    """One server, by its address; every peer that it opens belongs to the check at hand."""

    def __init__(self, url: str, campaign: str | None) -> None:
        """At `url`, of the socket or of the service; `campaign` is the default one when None."""
        self._url = socket_url(url)
        self.http = HttpApi(self._url)
        self._hello = {} if campaign is None else {"campaign": campaign}
        self._peers: list[Peer] = []

    async def open(self, offered: Sequence[str], codec: Codec, origin: str | None = None) -> Peer:
        """Open a connection, and send nothing.

        Args:
            offered: the subprotocols to offer.
            codec: the encoding to speak.
            origin: the `Origin` to claim.

        Raises:
            InvalidStatus: the server refuses the handshake.
            CannotConnect: nobody answers, or it is no WebSocket.
        """
        try:
            async with within(ANSWER_SECONDS, "handshake"):
                socket = await connect(
                    self._url,
                    subprotocols=[Subprotocol(name) for name in offered] or None,
                    additional_headers={"Origin": origin} if origin else None,
                    compression=None,
                    open_timeout=None,
                    ping_interval=None,
                    proxy=None,
                )
        except InvalidStatus:
            raise
        except (WebSocketException, OSError, TimedOut) as error:
            raise CannotConnect(self._url, str(error)) from error
        peer = Peer(socket, codec)
        self._peers.append(peer)
        return peer

    async def connection(self, format: Format = "msgpack") -> Peer:  # noqa: A002 - as in the SDK
        """A connection before `hello`."""
        codec = Codec(format)
        return await self.open([codec.subprotocol], codec)

    async def guest(self, format: Format = "msgpack", **hello: object) -> Peer:  # noqa: A002
        """A connection after `hello` and `welcome`."""
        peer = await self.connection(format)
        await peer.ask("hello", "welcome", **self._hello, **hello)
        return peer

    async def opened_room(self) -> tuple[Peer, Message]:
        """A guest who waits alone, with the shortest phrase; and the `waiting` message.

        Raises:
            NotTestableError: the campaign is closed, or strangers' rooms are always open.
        """
        host = await self.guest()
        if not host.welcome["campaign"]["open"]:
            raise NotTestableError("the campaign is closed")
        phrase = shortest(host.welcome["phrases"])
        for _ in range(_ROOMS):
            answer = await host.ask("join", "waiting", "matched", phrase=phrase["id"])
            if answer["t"] == "waiting":
                return host, answer
            await host.leave()
        raise NotTestableError("strangers wait on this server all the time")

    async def invitation(self) -> tuple[Peer, str]:
        """A guest whose room waits for a friend, and the code for the friend."""
        host, _ = await self.opened_room()
        answer = await host.ask("invite", "invited", "matched", "error", room=host.room)
        if answer["t"] != "invited":
            raise NotTestableError("a stranger took the seat before the invitation")
        return host, str(answer["code"])

    async def pair(self) -> tuple[Peer, Peer]:
        """Two guests in one new room, in the order of their seats; nobody has written yet."""
        host, code = await self.invitation()
        friend = await self.guest("json")
        await friend.ask("join", "matched", invite=code)
        await host.expect("matched", room=host.room)
        return host, friend

    async def close(self) -> None:
        """Leave every room, and close every connection of the check."""
        for peer in self._peers:
            with suppress(BrokenPromiseError, ConnectionClosed, TimedOut):
                await peer.leave()
            await peer.close()
        self._peers.clear()


def shortest(phrases: list[dict[str, Any]]) -> dict[str, Any]:
    """The phrase with the fewest characters."""
    return min(phrases, key=lambda phrase: len(phrase["chars"]))
