"""A report that a person confirms keeps its participant apart from the others, and three bar."""

from __future__ import annotations

from server.archive.barred import BARRED_FROM, Barred
from server.archive.confirmed_reports import REPLAY
from server.archive.database import Database
from server.archive.judge import WorkJudge
from server.archive.moderation import Policy
from server.archive.review import Review
from server.archive.review_state import ReviewState
from server.archive.works import Works
from server.plausible.judge import Judge
from server.store.works import FinishedWork
from tests.archive.written_works import work_of


def hands(work: FinishedWork) -> list[str]:
    return [hand.participant for hand in work.hands]


async def reported(
    database: Database, number: int, *written: str, why: str = "obscene"
) -> FinishedWork:
    """A judged work whose first writer reports it."""
    work = work_of(number, *written)
    await Works(database).store("default", [work], ReviewState.UNJUDGED)
    await WorkJudge(database, Judge(), Policy(lambda _: None, check=True)).judge_some()
    await Works(database).report(work.id, hands(work)[0], why)
    return work


async def apart(database: Database) -> set[str]:
    barred = Barred(database)
    await barred.read()
    everybody = {one.participant for one in await barred.all() if not one.barred}
    assert all(map(barred.keeps_apart, everybody))
    return everybody


async def test_a_refused_work_is_about_those_who_did_not_report_it(database: Database) -> None:
    work = await reported(database, 2, "加", "油")
    await Review(database).refuse([work.id])
    assert await apart(database) == {hands(work)[1]}
    await Review(database).release([work.id])
    assert await apart(database) == set()


async def test_only_those_who_wrote_something_else_are_meant(database: Database) -> None:
    work = work_of(2, "家", "油")
    await Works(database).store("default", [work], ReviewState.UNJUDGED)
    await WorkJudge(database, Judge(), Policy(lambda _: None, check=True)).judge_some()
    await Works(database).report(work.id, "who left before", "obscene")
    await Review(database).remove([work.id])
    assert await apart(database) == {hands(work)[0]}


async def test_a_replay_is_about_whom_it_names(database: Database) -> None:
    work = await reported(database, 2, "加", "油", why=REPLAY)
    await Review(database).refuse([work.id])
    assert await apart(database) == {hands(work)[0]}


async def test_a_work_without_a_report_confirms_nothing(database: Database) -> None:
    work = work_of(2, "加", "油")
    await Works(database).store("default", [work], ReviewState.WAITING)
    await Review(database).refuse([work.id])
    assert await apart(database) == set()


async def test_three_confirmed_reports_bar_and_unbar_forgets_them(database: Database) -> None:
    barred = Barred(database)
    who = hands(work_of(2, "加", "油"))[0]
    for number in range(BARRED_FROM):
        assert who not in barred
        work = f"replay {number}"
        await Works(database).report(work, who, REPLAY)
        await Review(database).refuse([work])
        await barred.read()
    assert who in barred
    assert not barred.keeps_apart(who)
    assert [(one.reports, one.barred) for one in await barred.all()] == [(BARRED_FROM, True)]
    assert await barred.unbar([who]) == [who]
    assert await barred.all() == []


async def test_a_later_reading_sees_who_took_another_one_s_place(database: Database) -> None:
    barred = Barred(database)
    await barred.bar(["one"])
    await barred.read()
    assert "one" in barred
    await barred.unbar(["one"])
    await barred.bar(["other"])
    await barred.read()
    assert "one" not in barred
    assert "other" in barred
