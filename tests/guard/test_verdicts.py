"""A network whose hands are scribbles pays more; one whose hands are mostly good pays nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from server.guard.limits import HOUR, Limit
from server.guard.rates import NetworkRate
from server.guard.verdicts import (
    DISTRUSTED,
    GIVEN_UP_SECONDS,
    LEAST_HANDS,
    MOST_RISE,
    MOST_WAITING,
    Verdicts,
)
from server.store.errors import StoreAwayError
from server.transport.peer import ANYBODY, Peer
from tests.manual_clock import ManualClock

HOME, FARM = Peer(b"home"), Peer(b"farm")


class Archive:
    """What the check has found so far, and which works were asked for."""

    def __init__(self) -> None:
        self.found: dict[str, list[bool]] = {}
        self.asked: list[str] = []
        self.away = False

    async def find(self, works: Sequence[str]) -> Mapping[str, Sequence[bool]]:
        if self.away:
            raise StoreAwayError
        self.asked += works
        return {work: self.found[work] for work in works if work in self.found}


@pytest.fixture
def archive() -> Archive:
    return Archive()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(0.0)


@pytest.fixture
def verdicts(archive: Archive, clock: ManualClock) -> Verdicts:
    def at() -> float:
        return 60_000.0

    good, bad = (NetworkRate(Limit(event, 0, HOUR, 0), at) for event in ("good", "bad"))
    return Verdicts(good, bad, archive.find, clock)


async def write(
    verdicts: Verdicts, archive: Archive, peer: Peer, shown: Sequence[bool], seat: int = 0
) -> None:
    """Hands of two characters each; `shown` says whether this seat's was what was asked."""
    for number, good in enumerate(shown):
        work = f"{peer.network.decode()} {number}"
        verdicts.add(peer, work, seat)
        archive.found[work] = [good, not good] if seat == 0 else [not good, good]
    await verdicts.look()


async def test_scribbles_make_a_network_pay_more(verdicts: Verdicts, archive: Archive) -> None:
    await write(verdicts, archive, FARM, [False] * LEAST_HANDS)
    assert verdicts.rise(FARM) == MOST_RISE > DISTRUSTED
    assert verdicts.rise(HOME) == 1


async def test_some_bad_hands_are_usual(verdicts: Verdicts, archive: Archive) -> None:
    await write(verdicts, archive, HOME, [False] + [True] * 4 + [False] + [True] * 4)
    assert verdicts.rise(HOME) == 1


async def test_only_the_own_hand_counts(verdicts: Verdicts, archive: Archive) -> None:
    await write(verdicts, archive, HOME, [True] * LEAST_HANDS, seat=1)
    await write(verdicts, archive, FARM, [False] * LEAST_HANDS, seat=1)
    assert verdicts.rise(HOME) == 1
    assert verdicts.rise(FARM) == MOST_RISE


async def test_what_is_not_judged_yet_is_looked_at_again_for_a_while(
    verdicts: Verdicts, archive: Archive, clock: ManualClock
) -> None:
    verdicts.add(FARM, "work", 0)
    await verdicts.look()
    await verdicts.look()
    clock.now += GIVEN_UP_SECONDS
    await verdicts.look()
    await verdicts.look()
    assert archive.asked == ["work"] * 3


async def test_an_outage_of_the_archive_loses_nothing(verdicts: Verdicts, archive: Archive) -> None:
    archive.away = True
    with pytest.raises(StoreAwayError):
        await write(verdicts, archive, FARM, [False] * LEAST_HANDS)
    archive.away = False
    await verdicts.look()
    assert verdicts.rise(FARM) == MOST_RISE


async def test_what_is_followed_is_bounded(verdicts: Verdicts, archive: Archive) -> None:
    for number in range(MOST_WAITING + 10):
        verdicts.add(FARM, str(number), 0)
    verdicts.add(ANYBODY, "nobody's", 0)
    for _ in range(MOST_WAITING // 100 + 2):
        await verdicts.look()
    assert set(archive.asked) == {str(number) for number in range(MOST_WAITING)}
