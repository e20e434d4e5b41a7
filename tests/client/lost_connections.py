"""Scripts of a server for a participant whose connection is lost, and resumed."""

from __future__ import annotations

from tests.client.scripted_server import COMMITTED, DOT, MATCHED, TURN, WELCOME, Peer

RESUMED = WELCOME | {"resume": MATCHED}
THEIR_TURN = {"t": "turn", "room": "r"} | TURN | {"c": 1, "seat": 1}
BYE = {"t": "bye", "why": "restart", "retry_ms": 10}
STROKES = [list(stroke) for stroke in DOT]


async def seat_and_stay(peer: Peer) -> None:
    """Seat the participant, and wait until their connection ends."""
    await peer.seat(MATCHED)
    await peer.socket.wait_closed()


async def lose_the_commit(peer: Peer) -> None:
    """Vanish when the commit has come, without an answer."""
    await peer.seat(MATCHED)
    await peer.hear("commit")
    peer.socket.transport.abort()


async def resume(peer: Peer) -> None:
    """Welcome the participant back."""
    assert (await peer.hear("hello"))["token"] == "secret"
    await peer.say(RESUMED)


async def resume_and_commit(peer: Peer) -> None:
    """Welcome the participant back, and store their commit."""
    await resume(peer)
    assert (await peer.hear("commit"))["strokes"] == STROKES
    await peer.say(COMMITTED, THEIR_TURN)
