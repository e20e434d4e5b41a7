"""What tests of raw sockets say and hear first."""

from __future__ import annotations

from tests.integration.protocol_client import BINARY, JSON, TEXT, RawSocket, frame, pack

FRIEND = "https://friend.example"
"""An origin that may connect, beside the service's own."""


async def say_hello(raw: RawSocket, wire: str) -> None:
    """Greet on a raw socket and see `welcome` in a frame of the right kind."""
    opcode = TEXT if wire == JSON else BINARY
    await raw.send(frame(pack({"t": "hello"}, wire), opcode))
    found = await raw.next_frame()
    assert found is not None
    assert found[0] == opcode
    assert b"welcome" in found[1]


async def expect_pong(raw: RawSocket, n: int) -> None:
    """A `ping` was understood: its `pong` is the next message."""
    assert await raw.next_message() == {"t": "pong", "n": n}
