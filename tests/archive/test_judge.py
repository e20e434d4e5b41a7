"""Works wait for the check, and it catches up with them."""

from __future__ import annotations

import msgspec
import pytest

from server.archive.database import Database
from server.archive.judge import BATCH, WorkJudge
from server.archive.moderation import Policy
from server.archive.review import Review
from server.archive.review_state import ReviewState
from server.archive.works import Works
from server.plausible.judge import Judge
from tests.archive.written_works import work_of
from tests.integration.finished_works import make_work


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge()


async def test_after_an_outage_all_works_are_judged(database: Database, judge: Judge) -> None:
    works = [work_of(number, "加", "油") for number in range(BATCH + 10)]
    await Works(database).store("default", works, ReviewState.UNJUDGED)
    assert await Works(database).newest("default", 100) == []
    assert await Review(database).unjudged() == len(works)
    checking = WorkJudge(database, judge, Policy(lambda _: None, check=True))
    while await checking.judge_some():
        pass
    assert checking.judged == len(works)
    assert await Review(database).unjudged() == 0
    assert len(await Works(database).newest("default", 100)) >= len(works) - 2


async def test_one_wrong_character_keeps_a_work_private(database: Database, judge: Judge) -> None:
    await Works(database).store("default", [work_of(1, "加", "家")], ReviewState.UNJUDGED)
    await WorkJudge(database, judge, Policy(lambda _: None, check=True)).judge_some()
    found = await Works(database).find(make_work(1).id)
    assert found is not None
    assert found.review is ReviewState.PRIVATE


async def test_what_a_person_decided_stays(database: Database, judge: Judge) -> None:
    work = work_of(1, "家", "家")
    await Works(database).store("default", [work], ReviewState.UNJUDGED)
    assert await Review(database).release([work.id]) == [work.id]
    assert not await WorkJudge(database, judge, Policy(lambda _: None, check=True)).judge_some()
    assert await Works(database).newest("default", 100) == [work]


async def test_a_work_that_cannot_be_judged_waits_for_a_person(
    database: Database, judge: Judge
) -> None:
    strange = msgspec.structs.replace(make_work(1), ink=[msgspec.Raw(b"\x90")] * 3)
    await Works(database).store("default", [strange, work_of(2, "加", "油")], ReviewState.UNJUDGED)
    await WorkJudge(database, judge, Policy(lambda _: None, check=True)).judge_some()
    assert [work.id for work in await Review(database).held(10)] == [strange.id]
    assert [work.id for work in await Works(database).newest("default", 10)] == [make_work(2).id]
