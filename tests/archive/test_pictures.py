"""A picture that cannot be drawn: who asks hears it plainly, the log says why."""

from __future__ import annotations

import asyncio

import msgspec
import pytest
from structlog.testing import capture_logs

from server.archive.pictures import PictureError, Pictures
from server.relay.phrase import make_phrase
from server.relay.transition import Hand
from server.store.works import FinishedWork

LIMIT = 30.0
INK = msgspec.Raw(msgspec.msgpack.encode([[100, 100, 0, 90]]))
WORK = FinishedWork(
    "w",
    make_phrase("jiayou", "加油", "zh-Hans"),
    [Hand("a", 1), Hand("b", 2)],
    [0, 1],
    [INK] * 2,
    1,
    0,
)
NO_SEAL = "<no-end"


async def test_why_there_is_no_picture_is_for_the_log_only() -> None:
    async with asyncio.timeout(LIMIT):
        with capture_logs() as logs, pytest.raises(PictureError) as told:
            await Pictures(NO_SEAL).of(WORK)
        await asyncio.sleep(0)
    assert str(told.value) == "the picture could not be drawn"
    assert "Traceback" in str(logs[0]["exc_info"].__cause__)


async def test_a_failure_is_logged_when_whoever_asked_has_gone() -> None:
    pictures = Pictures(NO_SEAL)
    asking = asyncio.create_task(pictures.of(WORK))
    await asyncio.sleep(0)
    (drawing,) = (task for task in asyncio.all_tasks() if task.get_name() == "picture of w")
    asking.cancel()
    with capture_logs() as logs:
        async with asyncio.timeout(LIMIT):
            await asyncio.wait((asking, drawing))
            await asyncio.sleep(0)
    assert [(entry["log_level"], entry["work"]) for entry in logs] == [("error", "w")]
