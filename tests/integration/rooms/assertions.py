"""Assertions on the messages that partners get when one comes, goes, or is late."""

from __future__ import annotations

from tests.integration.conftest import Connect
from tests.integration.protocol_client import MSGPACK, Message, Peer
from tests.integration.relays import INK

TURN_MS, GRACE_MS, IDLE_MS = 2_000, 1_000, 300_000
SLACK_MS = 500
"""Most time between the reading of a clock and a test's request."""


async def come_back(connect: Connect, peer: Peer, wire: str = MSGPACK) -> Peer:
    """Connect the same participant again."""
    again = await connect(wire, token=peer.welcome["token"])
    assert again.welcome["participant"] == peer.welcome["participant"]
    return again


async def expect_idle(peer: Peer) -> None:
    """The turn ran out: the writer gets `bye idle` and may come back."""
    bye = await peer.expect("bye", why="idle")
    assert 0 < bye["retry_ms"] <= 10_000
    assert await peer.closed() == 1000


async def expect_left(partner: Peer, c: int) -> Message:
    """The other seat was given up; return the `turn` that follows."""
    await partner.expect("partner", room=partner.room, state="left")
    return await partner.expect("turn", room=partner.room, c=c, seat=c % 2)


async def expect_replaced(newcomer: Peer, partner: Peer, seat: int, committed: int) -> None:
    """The newcomer takes the open seat of the partner's room and sees what is written."""
    await newcomer.send("join")
    ink = [INK] * committed
    matched = await newcomer.expect("matched", room=partner.room, seat=seat, committed=ink)
    assert matched["partner"]["here"] is True
    assert 0 < matched["turn"]["ms"] <= TURN_MS
    await partner.expect("matched", room=partner.room, seat=1 - seat, committed=ink)


async def expect_away(partner: Peer, *, writer: bool = True) -> None:
    """The partner's connection was lost a moment ago; a writer has the grace on top of the turn."""
    away = await partner.expect("partner", room=partner.room, state="away")
    assert GRACE_MS - SLACK_MS <= away["ms"] <= GRACE_MS
    if writer:
        turn = await partner.expect("turn", room=partner.room)
        assert GRACE_MS < turn["ms"] <= TURN_MS + GRACE_MS


async def expect_back(partner: Peer, *, writer: bool = True) -> None:
    """The partner is there again; a writer has what was left of the turn."""
    await partner.expect("partner", room=partner.room, state="back")
    if writer:
        turn = await partner.expect("turn", room=partner.room)
        assert 0 < turn["ms"] <= TURN_MS


def serials(*told: Message) -> list[int]:
    return [message["serial"] for message in told]
