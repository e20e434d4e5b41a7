"""The handshake: subprotocols and origins."""

from __future__ import annotations

from websockets.exceptions import InvalidStatus

from ..codec import Codec
from .check import Family
from .exceptions import BrokenPromiseError, require
from .server import Server

FAMILY = Family("handshake")


@FAMILY.check("The subprotocol jielong.v1.msgpack is agreed on; messages are binary frames.")
async def subprotocol_msgpack(server: Server) -> None:
    await _speaks(server, [Codec("msgpack").subprotocol], Codec("msgpack"))


@FAMILY.check("The subprotocol jielong.v1.json is agreed on; messages are text frames.")
async def subprotocol_json(server: Server) -> None:
    await _speaks(server, [Codec("json").subprotocol], Codec("json"))


@FAMILY.check("Without a subprotocol messages are JSON, and none is agreed on.")
async def subprotocol_none(server: Server) -> None:
    await _speaks(server, [], Codec("json"))


@FAMILY.check("Another subprotocol is refused with HTTP 400.")
async def subprotocol_unknown(server: Server) -> None:
    await _refused(server, 400, offered=["jielong.v0.json"])


@FAMILY.check("A page of another origin is refused with HTTP 403.")
async def foreign_origin(server: Server) -> None:
    await _refused(server, 403, origin="https://conformance.invalid")


async def _speaks(server: Server, offered: list[str], codec: Codec) -> None:
    peer = await server.open(offered, codec)
    agreed = offered[0] if offered else None
    require(peer.subprotocol == agreed, f"the server agreed on {peer.subprotocol}, not {agreed}")
    await peer.ask("hello", "welcome")


async def _refused(
    server: Server, status: int, offered: list[str] | None = None, origin: str | None = None
) -> None:
    try:
        await server.open(offered or [], Codec("json"), origin)
    except InvalidStatus as refusal:
        found = refusal.response.status_code
        require(found == status, f"refused with HTTP {found}, not {status}")
    else:
        raise BrokenPromiseError("the server opened the connection")
