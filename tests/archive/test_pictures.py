"""Pictures are drawn once and kept; of one that cannot be drawn the log says why."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import msgspec
import pytest
from structlog.testing import capture_logs

from server.archive.picture_files import PictureFiles
from server.archive.picture_requests import WorkPicture
from server.archive.pictures import PictureError, Pictures
from server.archive.wanted_pictures import animation_of_work, picture_of_work
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
SEAL, NO_SEAL = "<g/>", "<no-end"
SPACE = 1_000_000
PICTURE, UNDRAWABLE = picture_of_work(WORK, SEAL), picture_of_work(WORK, NO_SEAL)
SMALL, ANIMATION = picture_of_work(WORK, SEAL, 200), animation_of_work(WORK, SEAL, "gif")


async def test_a_picture_is_there_after_a_restart_and_drawn_anew_in_another_style(
    tmp_path: Path,
) -> None:
    async with asyncio.timeout(LIMIT):
        drawn = await Pictures(SEAL, tmp_path, SPACE).of(PICTURE)
        assert await Pictures(SEAL, tmp_path, SPACE).drawn(PICTURE.name) == drawn
        assert await Pictures("<g />", tmp_path, SPACE).drawn(PICTURE.name) is None


async def test_the_pictures_of_a_work_that_is_no_more_are_removed(tmp_path: Path) -> None:
    pictures = Pictures(SEAL, tmp_path, SPACE)
    async with asyncio.timeout(LIMIT):
        for wanted in (PICTURE, SMALL, ANIMATION):
            await pictures.of(wanted)
        await pictures.forget(WORK.id)
        for wanted in (PICTURE, SMALL, ANIMATION):
            assert await pictures.drawn(wanted.name) is None
            assert await Pictures(SEAL, tmp_path, SPACE).drawn(wanted.name) is None


async def test_more_pictures_than_may_be_waited_for_are_refused(tmp_path: Path) -> None:
    pictures = Pictures(SEAL, tmp_path, SPACE, most_waiting=1)
    async with asyncio.timeout(LIMIT):
        first = asyncio.create_task(pictures.of(PICTURE))
        await _task(f"picture {PICTURE.name}")
        with pytest.raises(PictureError, match="too many"):
            await pictures.of(SMALL)
        await first


async def test_processes_that_are_asked_for_the_same_picture_draw_it_once(tmp_path: Path) -> None:
    path = tmp_path / "style" / "w.png"

    async def draw(x: int) -> bytes:
        """With another stroke in each process, so that two drawings differ."""
        strokes = [[x, 100, 0, 90, 500, 900, 30, 0]]
        content = WorkPicture(characters=[strokes], seal="", is_word=False, direction="ltr")
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "server.archive.rasterizer", path),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        picture, _ = await process.communicate(msgspec.json.encode(content))
        assert process.returncode == 0
        return picture

    async with asyncio.timeout(LIMIT):
        drawn = set(await asyncio.gather(*(draw(1_000 * process) for process in range(4))))
    assert drawn == {path.read_bytes()}


def test_the_pictures_used_least_lately_go_when_there_are_too_many(tmp_path: Path) -> None:
    old_style = tmp_path / "old" / "a.png"
    old_style.parent.mkdir()
    old_style.write_bytes(bytes(100))
    files = PictureFiles(tmp_path, "new", 450)
    for age, work in enumerate("bcde"):
        path = files.path(f"{work}.png")
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(bytes(100))
        os.utime(path, (1_000_000 + age, 1_000_000 + age))
    assert files.read("b.png") is not None
    assert files.make_room() == 1
    assert not old_style.exists()
    files = PictureFiles(tmp_path, "new", 350)
    assert files.make_room() == 1
    assert [files.read(f"{work}.png") is not None for work in "bcde"] == [True, False, True, True]
    assert files.make_room() == 0


async def test_why_there_is_no_picture_is_for_the_log_only(tmp_path: Path) -> None:
    async with asyncio.timeout(LIMIT):
        with capture_logs() as logs, pytest.raises(PictureError) as told:
            await Pictures(NO_SEAL, tmp_path, SPACE).of(UNDRAWABLE)
        await asyncio.sleep(0)
    assert str(told.value) == "the picture could not be drawn"
    assert "Traceback" in str(logs[0]["exc_info"].__cause__)


async def test_a_failure_is_logged_when_whoever_asked_has_gone(
    tmp_path: Path,
) -> None:
    pictures = Pictures(NO_SEAL, tmp_path, SPACE)
    asking = asyncio.create_task(pictures.of(UNDRAWABLE))
    drawing = await _task("picture w.png")
    asking.cancel()
    with capture_logs() as logs:
        async with asyncio.timeout(LIMIT):
            await asyncio.wait((asking, drawing))
            await asyncio.sleep(0)
    assert [(entry["log_level"], entry["picture"]) for entry in logs] == [("error", "w.png")]


async def _task(name: str) -> asyncio.Task[object]:
    """The task of this name, once it is there."""
    async with asyncio.timeout(LIMIT):
        while True:
            for task in asyncio.all_tasks():
                if task.get_name() == name:
                    return task
            await asyncio.sleep(0)
