"""Answers about works are made once for many, and never shown once a work is taken back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.archive.database import Database
from server.archive.reader import WorkReader
from server.archive.review import Review
from server.archive.review_state import ReviewState
from server.archive.works import Works
from server.prepared.response import prepare
from server.web import recent_answers
from server.web.recent_answers import AboutWorks, RecentAnswers
from tests.integration.finished_works import make_work

LIMIT = 20.0
WORK, OTHER = make_work(1), make_work(2)


class NotShownError(Exception):
    """The work may not be shown."""


class Archive:
    """A real archive with works in it, and what is made of them."""

    def __init__(self, database: Database) -> None:
        self.works = Works(database)
        self.review = Review(database)
        self.reader = WorkReader(self.works, {}, lambda _: ReviewState.PUBLIC)
        self.answers = RecentAnswers(self.reader)
        self.made = 0

    async def make(self, work_id: str = WORK.id) -> AboutWorks:
        self.made += 1
        found = await self.reader.find(work_id)
        if found is None or found.review is not ReviewState.PUBLIC:
            raise NotShownError
        body = f"{work_id}, {self.made}".encode()
        return AboutWorks(prepare("", body, "text/plain", ""), frozenset([work_id]))

    async def get(self, work_id: str = WORK.id) -> bytes:
        response = await self.answers.get(work_id, lambda: self.make(work_id))
        return response.bodies["identity"]

    async def report(self) -> None:
        assert await self.reader.hold(WORK.id, WORK.hands[0].participant, "obscene")


@pytest.fixture
async def archive(tmp_path: Path) -> AsyncIterator[Archive]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'works.sqlite'}")
    await database.open()
    archive = Archive(database)
    await archive.works.store("default", [WORK, OTHER], ReviewState.PUBLIC)
    async with asyncio.timeout(LIMIT):
        yield archive
    await database.close()


async def test_an_answer_is_made_once_for_a_thousand_who_ask(archive: Archive) -> None:
    answers = await asyncio.gather(*(archive.get() for _ in range(1_000)))
    assert {*answers, await archive.get()} == {f"{WORK.id}, 1".encode()}
    assert archive.made == 1


async def test_a_reported_work_is_gone_at_once_and_back_when_it_is_released(
    archive: Archive,
) -> None:
    assert await archive.get()
    await archive.report()
    with pytest.raises(NotShownError):
        await archive.get()
    await archive.review.release([WORK.id])
    assert await archive.get() == await archive.get()


async def test_a_work_that_is_removed_for_good_is_gone_at_once(archive: Archive) -> None:
    assert await archive.get()
    await archive.review.remove([WORK.id])
    with pytest.raises(NotShownError):
        await archive.get()


async def test_those_who_ask_after_a_report_get_no_answer_that_is_still_being_made(
    archive: Archive,
) -> None:
    began, may_end = asyncio.Event(), asyncio.Event()

    async def make_slowly() -> AboutWorks:
        made = await archive.make()
        began.set()
        await may_end.wait()
        return made

    begun = asyncio.create_task(archive.answers.get(WORK.id, make_slowly))
    await began.wait()
    await archive.report()
    later = asyncio.create_task(archive.get())
    await asyncio.sleep(0)
    may_end.set()
    assert (await begun).bodies["identity"]
    with pytest.raises(NotShownError):
        await later


async def test_an_error_is_told_to_all_who_ask_and_is_not_kept(archive: Archive) -> None:
    await archive.report()
    asked = [archive.get() for _ in range(10)]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert {type(answer) for answer in answers} == {NotShownError}
    assert archive.made == 1
    await archive.review.release([WORK.id])
    assert await archive.get()


async def test_what_is_kept_is_bounded(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent_answers, "MOST_BYTES", recent_answers.OVERHEAD_BYTES * 3 // 2)
    for work in (WORK, OTHER, WORK, WORK):
        await archive.get(work.id)
    assert archive.made == 3


async def test_a_work_on_its_way_to_the_archive_can_be_shown_and_taken_back(
    archive: Archive,
) -> None:
    """Its answer is made of what the stream has; here, of nothing."""
    waiting = make_work(3)

    async def make() -> AboutWorks:
        archive.made += 1
        return AboutWorks(prepare("", b"", "text/plain", ""), frozenset([waiting.id]))

    for _ in range(2):
        await archive.answers.get("list", make)
    assert archive.made == 1
    await archive.works.report(waiting.id, waiting.hands[0].participant, "obscene")
    await archive.answers.get("list", make)
    assert archive.made == 2
