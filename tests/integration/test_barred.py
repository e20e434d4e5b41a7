"""A barred participant can neither join nor write, until the bar is lifted."""

from __future__ import annotations

from tests.integration.command import jielong
from tests.integration.conftest import Connect
from tests.integration.protocol_client import Message, Peer
from tests.integration.relays import INK, finish, sit_down
from tests.polling import eventually
from tests.service import Service


def participants(service: Service, *words: str) -> list[str]:
    """Run `jielong participants`; the lines that it says."""
    done = jielong("participants", *words, "--data", service.data)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


async def answered_barred(peer: Peer, t: str, **keys: object) -> None:
    """Send this until it is refused as barred."""

    async def is_barred() -> bool:
        await peer.send(t, **keys)
        answer: Message = await peer.next()
        while answer["t"] != "error":
            answer = await peer.next()
        return bool(answer["code"] == "barred")

    await eventually(is_barred)


async def test_a_barred_participant_can_neither_write_nor_join(
    connect: Connect, shared: Service
) -> None:
    seats = await sit_down(connect)
    first, second = (peer.welcome["participant"] for peer in seats)
    assert participants(shared, "bar", first, first) == [f"{first} barred"] * 2
    await answered_barred(seats[0], "commit", room=seats[0].room, c=9, strokes=INK)
    await answered_barred(seats[0], "join")
    assert [line.split()[0] for line in participants(shared, "list")] == [first]
    participants(shared, "unbar", first)
    assert participants(shared, "list") == []
    assert second not in jielong("participants", "unbar", second, "--data", shared.data).stdout


async def test_the_writers_of_a_work_are_listed_in_their_order(
    connect: Connect, shared: Service
) -> None:
    seats = await sit_down(connect)
    told = await finish(seats, 0, 2)

    async def are_listed() -> bool:
        done = jielong("participants", "of", told[0]["work"], "--data", shared.data)
        return done.stdout.split() == [peer.welcome["participant"] for peer in seats]

    await eventually(are_listed)
