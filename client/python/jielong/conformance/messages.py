"""Messages in general: unknown types and keys, bad messages, frames that are none, and pings."""

from __future__ import annotations

from ..codec import MAX_FRAME
from .check import Family
from .peer import Peer
from .server import Server

FAMILY = Family("messages")

_BAD_MESSAGES = 10


@FAMILY.check("An unknown type is refused with `unknown_type`; the connection stays open.")
async def unknown_type(server: Server) -> None:
    peer = await server.guest()
    await peer.send("nonsense")
    await peer.expect_error("unknown_type", "nonsense")
    await peer.expect_silence()


@FAMILY.check("Unknown keys are ignored.")
async def unknown_keys(server: Server) -> None:
    peer = await server.guest()
    await peer.send("ping", n=7, colour="vermilion", deep={"list": [1, None]})
    await peer.expect("pong", n=7)


@FAMILY.check("A missing key is refused with `bad_message`; the connection stays open.")
async def missing_key(server: Server) -> None:
    peer = await server.guest("json")
    await peer.send("react", room="room")
    await peer.expect_error("bad_message", "react")
    await peer.expect_silence()


@FAMILY.check("An ill-typed key is refused with `bad_message`; the connection stays open.")
async def ill_typed_key(server: Server) -> None:
    peer = await server.guest()
    await peer.send("commit", room="room", c="0", strokes=[])
    await peer.expect_error("bad_message", "commit")
    await peer.expect_silence()


@FAMILY.check("Ten bad messages close the connection with 1008; nine do not.")
async def ten_bad_messages(server: Server) -> None:
    peer = await server.guest()
    for _ in range(_BAD_MESSAGES - 1):
        await peer.send("nonsense")
        await peer.expect_error("unknown_type", "nonsense")
    await peer.expect_silence()
    await peer.send("nonsense")
    await peer.expect_error("unknown_type", "nonsense")
    await peer.expect_close(1008)


@FAMILY.check("A frame of 64 KiB is taken.")
async def largest_frame(server: Server) -> None:
    peer = await server.guest("json")
    await peer.send_payload(_padded_ping(peer, MAX_FRAME))
    await peer.expect("pong", n=1)


@FAMILY.check("A frame over 64 KiB closes the connection with 1009.")
async def frame_too_large(server: Server) -> None:
    peer = await server.guest("json")
    await peer.send_payload(_padded_ping(peer, MAX_FRAME + 1))
    await peer.expect_close(1009)


@FAMILY.check("A text frame that is no JSON closes the connection with 1007.")
async def ill_formed_json(server: Server) -> None:
    peer = await server.guest("json")
    await peer.send_payload(b'{"t":"ping"')
    await peer.expect_close(1007)


@FAMILY.check("A text frame that is no UTF-8 closes the connection with 1007.")
async def bad_utf_8(server: Server) -> None:
    peer = await server.guest("json")
    await peer.send_payload(b'{"t":"ping","x":"\xff"}')
    await peer.expect_close(1007)


@FAMILY.check("A binary frame that is no MessagePack closes the connection with 1007.")
async def ill_formed_msgpack(server: Server) -> None:
    peer = await server.guest()
    await peer.send_payload(b"\x82\xa1t\xa4ping")
    await peer.expect_close(1007)


@FAMILY.check("`ping` is answered by `pong` with the same `n`, or with none.")
async def ping(server: Server) -> None:
    peer = await server.guest()
    for n in (0, -5, 2**53 - 1):
        await peer.send("ping", n=n)
        await peer.expect("pong", n=n)
    await peer.send("ping")
    await peer.expect("pong", n=None)


@FAMILY.check("A WebSocket ping is answered by a WebSocket pong.")
async def websocket_ping(server: Server) -> None:
    await (await server.guest()).websocket_ping()


def _padded_ping(peer: Peer, size: int) -> bytes:
    """A `ping` of so many bytes of JSON."""
    assert peer.codec.format == "json", "the padding is counted in JSON"
    head, tail = b'{"t":"ping","n":1,"pad":"', b'"}'
    return head + b"x" * (size - len(head) - len(tail)) + tail
