"""What the archive does beyond storing works, on both databases."""

from __future__ import annotations

import asyncio
from itertools import count
from pathlib import Path
from typing import Any

import msgspec

from server.archive.barred import Barred
from server.archive.database import Database
from server.archive.decisions import UNDO_MS, Decision, Decisions
from server.archive.deletion import Deletion
from server.archive.pledges import PledgeStorage
from server.archive.retention import Retention
from server.archive.review import Review
from server.archive.review_queue import LEASE_SECONDS, ReviewQueue
from server.archive.review_state import ReviewState
from server.archive.search import Wanted, WorkSearch
from server.archive.waiting import Shown
from server.archive.works import Cursor, Works
from server.relay.pledges import MadePledge, PledgeTotals
from server.relay.transition import Hand
from server.store.works import FinishedWork
from tests.integration.finished_works import make_work
from tests.manual_clock import ManualClock


def by(participant: str, number: int) -> FinishedWork:
    """A work with this participant's hand."""
    work = make_work(number)
    return msgspec.structs.replace(work, hands=[Hand(participant, 5), *work.hands[1:]])


# Deletion -----------------------------------------------------------------------------------------


async def test_a_participant_is_deleted_from_works_reports_and_pledges(database: Database) -> None:
    works, pledges, numbers = Works(database), PledgeStorage(database), count()
    stored = [by("ann", number) for number in range(3)]
    await works.store("a", [*stored, make_work(9)], ReviewState.PUBLIC)
    await works.report(stored[0].id, "ann", "other")
    made = MadePledge("certificate-1", "tea", "ann", 7, 1_700_000_000_000)
    await pledges.store("a", [made])
    deletion = Deletion(database, lambda: f"nobody-{next(numbers)}")
    assert await deletion.campaigns() == ["a"]
    deleted = await deletion.delete("a", "ann", keep_works=True)
    assert (deleted.works, deleted.pledges) == ([], ["tea"])
    barred = Barred(database)
    first = [(await barred.hands_of(work.id))[0] for work in stored]
    assert len({*first}) == 3, "nothing links the works"
    assert all(name.startswith("nobody-") for name in first)
    assert (await works.states([stored[0].id]))[stored[0].id] is ReviewState.WAITING
    assert await pledges.find("certificate-1") is None
    again = msgspec.structs.replace(made, certificate="certificate-2", number=8)
    assert (await pledges.store("a", [again]))["tea"] == PledgeTotals(1, 8), "counted once"
    found = await pledges.of_participant("a", "ann", "tea")
    assert found is not None
    assert found.number == 7
    assert await deletion.delete("a", "ann", keep_works=True) == ([], [])


async def test_works_are_removed_with_everything_and_stay_counted(database: Database) -> None:
    works = Works(database)
    stored = [by("ann", number) for number in range(3)]
    await works.store("a", [*stored, make_work(9)], ReviewState.PUBLIC)
    await works.report(stored[0].id, "p0-1", "other")
    deleted = await Deletion(database, str).delete("a", "ann", keep_works=False)
    assert {*deleted.works} == {work.id for work in stored}
    assert [work.id for work in await works.newest("a", 9)] == [make_work(9).id]
    assert await works.states([stored[0].id]) == {}
    assert (await works.compare("a", 0, [], [])).relays == 4


# The queue of works that wait ---------------------------------------------------------------------


NOW = 1_800_000_000_000
"""Milliseconds since 1970."""


async def fill_queue(database: Database) -> list[str]:
    """Five works that wait for four reasons; their ids, oldest first."""
    works = Works(database)
    stored = [make_work(2 * number) for number in range(8)]
    held = msgspec.structs.replace(stored[1], held=1)
    await works.store("a", [held, stored[3], *stored[5:]], ReviewState.PUBLIC)
    await works.store("b", [stored[0], stored[2]], ReviewState.WAITING)
    await works.store("b", [stored[4]], ReviewState.PRIVATE)
    await works.report(stored[3].id, stored[3].hands[0].participant, "obscene")
    await works.report(stored[4].id, stored[4].hands[0].participant, "other")
    return [work.id for work in stored[:5]]


async def test_moderators_do_not_meet_the_same_work(database: Database) -> None:
    waiting, clock = await fill_queue(database), ManualClock(NOW)
    queue = ReviewQueue(database, clock)
    assert await Review(database).waiting() == 5
    assert [work.id for work in await Review(database).held(9)] == waiting
    assert await queue.take("ann", 2) == waiting[:2]
    assert await queue.take("bob", 2) == waiting[2:4]
    assert await queue.take("ann", 2) == waiting[:2], "a page that is loaded again"
    assert await queue.take("cid", 9) == waiting[4:]
    assert await queue.take("dan", 9) == []
    await queue.give_back("ann", waiting[:1])
    await queue.give_back("ann", waiting[3:])
    assert await queue.take("dan", 9) == waiting[:1]
    clock.now += LEASE_SECONDS * 1_000
    assert await queue.take("eve", 9, "b") == [waiting[0], waiting[2], waiting[4]]
    await queue.put_off(waiting[1], 3_600)
    assert await queue.take("fay", 9) == [waiting[3]]
    assert not await queue.lease("bob", waiting[3])
    clock.now += 3_600_000
    assert await queue.take("fay", 9) == waiting


async def test_of_many_who_take_at_once_each_gets_others(database: Database) -> None:
    waiting = await fill_queue(database)
    queue = ReviewQueue(database)
    taken = await asyncio.gather(*(queue.take(f"m{number}", 2) for number in range(4)))
    found = [work for works in taken for work in works]
    assert len(found) == len({*found})
    left = [await queue.take(f"later{number}", 1) for number in range(5)]
    assert sorted([*found, *(work for works in left for work in works)]) == sorted(waiting)


# Decisions ----------------------------------------------------------------------------------------


async def review_of(database: Database, work: str) -> ReviewState:
    found = await Works(database).find(work)
    assert found is not None
    return found.review


async def test_a_decision_is_undone_with_the_reports_before_it(database: Database) -> None:
    waiting, clock = await fill_queue(database), ManualClock(NOW)
    decisions, work = Decisions(database, clock), waiting[3]
    made = await decisions.decide(work, Decision.REMOVE, "ann")
    assert made is not None
    assert await review_of(database, work) is ReviewState.REMOVED
    assert await Review(database).waiting() == 4
    assert await decisions.undo(made.number, "bob") is None
    assert await decisions.undo(made.number, "ann") == work
    assert await decisions.undo(made.number, "ann") is None
    assert await review_of(database, work) is ReviewState.WAITING
    (held,) = await Review(database).look([work])
    assert held.reasons == ["obscene"]
    passed = await decisions.decide(work, Decision.RELEASE, "ann")
    refused = await decisions.decide(work, Decision.REFUSE, "bob")
    assert passed is not None
    assert refused is not None
    assert await decisions.undo(passed.number, "ann") is None, "another one decided later"
    assert await decisions.undo(refused.number, "bob") == work
    assert await decisions.undo(passed.number, "ann") == work
    assert [it.undone for it in await decisions.on(work)] == [True] * 3
    assert await decisions.decide("unknown", Decision.HOLD, "ann") is None
    clock.now += UNDO_MS + 1
    late = await Decisions(database, ManualClock(NOW)).decide(work, Decision.HOLD, "ann")
    assert late is not None
    assert await decisions.undo(late.number, "ann") is None


async def test_removed_works_are_gone_for_good_after_a_day(
    database: Database, tmp_path: Path
) -> None:
    waiting = await fill_queue(database)
    clock = ManualClock(1_000)
    await Decisions(database, clock).decide(waiting[0], Decision.REMOVE, "ann")
    await Decisions(database).decide(waiting[1], Decision.REMOVE, "ann")
    assert await Retention(database, tmp_path).finish_decisions() == 1
    assert await Works(database).find(waiting[0]) is None
    assert await review_of(database, waiting[1]) is ReviewState.REMOVED
    assert await Retention(database, tmp_path).remove_old("a", 1) == 5
    assert (await Works(database).compare("a", 0, [], [])).relays == 5, "counted as ever"


# Search -------------------------------------------------------------------------------------------


async def found(database: Database, limit: int = 50, **wanted: Any) -> list[str]:
    return [it.work.id for it in await WorkSearch(database).page(Wanted(**wanted), limit)]


async def test_works_are_found_by_what_they_are(database: Database) -> None:
    waiting, works = await fill_queue(database), Works(database)
    other = make_work(40, "早安")
    await works.store("b", [other], ReviewState.PUBLIC)
    public = [make_work(2 * number).id for number in range(7, 4, -1)]
    newest = [other.id, *public, *reversed(waiting)]
    assert await found(database) == newest
    assert await found(database, campaign="a") == [
        it for it in newest if it in {*public, waiting[1], waiting[3]}
    ]
    assert await found(database, shown=Shown.WAITING) == waiting[::-1]
    assert await found(database, shown=Shown.PUBLIC) == [other.id, *public]
    assert await found(database, shown=Shown.PRIVATE) == []
    assert await found(database, text="早") == [other.id]
    assert await found(database, text="加", campaign="a", limit=2) == public[:2]
    assert await found(database, id=other.id) == [other.id]
    assert await found(database, serial=other.hands[1].serial) == [other.id]
    assert await found(database, since=other.completed_at) == [other.id]
    assert await found(database, until=make_work(4).completed_at) == [waiting[1], waiting[0]]
    search = WorkSearch(database)
    assert await search.count(Wanted()) == 9
    assert await search.count(Wanted(text="加")) == 8
    assert [it.work.id async for it in search.all(Wanted())] == newest
    first = await search.page(Wanted(text="加"), 3)
    place = Cursor(first[-1].work.completed_at, first[-1].work.id)
    assert [it.work.id for it in await search.page(Wanted(text="加"), 50, place)] == waiting[::-1]
    await Decisions(database).decide(other.id, Decision.REMOVE, "ann")
    assert other.id not in await found(database)
    assert await found(database, shown=Shown.REMOVED) == [other.id]
