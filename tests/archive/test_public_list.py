"""The list of all public works leaves out what waits, is private, or was reported."""

from __future__ import annotations

from pathlib import Path

from server.archive.database import Database
from server.archive.public_list import PublicList
from server.archive.review_state import ReviewState
from server.archive.works import Works
from tests.integration.finished_works import make_work


async def test_public_works_are_listed_in_order_and_others_not(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'works.sqlite'}")
    await database.open()
    works = [make_work(number) for number in range(12)]
    store, listed = Works(database), PublicList(database)
    await store.store("default", works[:8], ReviewState.PUBLIC)
    await store.store("default", works[8:10], ReviewState.WAITING)
    await store.store("other", works[10:], ReviewState.PRIVATE)
    await store.report(works[3].id, works[3].hands[0].participant, "obscene")
    assert await listed.counts(["default", "other"]) == {"default": 7}
    public = [work.id for work in works[:8] if work is not works[3]]
    pages = [await listed.some("default", first, 3) for first in (0, 3, 6, 9)]
    assert [len(page) for page in pages] == [3, 3, 1, 0]
    assert [work.id for page in pages for work in page] == public
    await database.close()
