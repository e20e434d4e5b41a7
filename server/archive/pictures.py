"""Pictures of finished works, each drawn once, when first asked for."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import os
import sys
from collections import OrderedDict
from hashlib import sha256
from pathlib import Path

import msgspec
import orjson
import structlog

from server.archive import brush, drawing
from server.archive.drawing import is_one_word
from server.archive.picture_files import PictureFiles
from server.relay.ink import Stroke
from server.relay.phrase import direction_of
from server.store.works import FinishedWork

log = structlog.get_logger()

KEPT_BYTES = 16 * 1024 * 1024
"""In memory: the ones asked for lately. All are in files."""

MOST_WAITING = 16
"""Works that may wait for their picture; those beyond are refused at once."""

SECONDS = 20.0
"""The longest that one picture may take, the wait for another process included."""

NICENESS = 10
DRAWN_BETWEEN = 50
"""So many are drawn before room is made for more."""

_read_strokes = msgspec.msgpack.Decoder(list[Stroke]).decode


class PictureError(Exception):
    """The picture cannot be drawn now; try again in a few seconds."""


class Pictures:
    """Draws one picture at a time, in a process of its own; what is drawn is kept in files."""

    def __init__(self, seal: str, folder: Path, most_bytes: int) -> None:
        """Nothing is drawn yet.

        Args:
            seal: what every picture is signed with; see `drawing.draw`.
            folder: for the files; several processes may share it.
            most_bytes: of all files together.
        """
        self._seal = seal
        self._files = PictureFiles(folder, _style(seal), most_bytes)
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._kept_bytes = 0
        self._waiting: dict[str, asyncio.Task[bytes]] = {}
        self._turn = asyncio.Semaphore(1)
        self._drawn_since = DRAWN_BETWEEN - 1  # make room after the first one, too

    async def drawn(self, work_id: str) -> bytes | None:
        """A picture that was drawn already."""
        if (picture := self._kept.get(work_id)) is not None:
            self._kept.move_to_end(work_id)
            return picture
        picture = await asyncio.to_thread(self._files.read, work_id)
        if picture is not None:
            self._keep(work_id, picture)
        return picture

    async def of(self, work: FinishedWork) -> bytes:
        """The work's picture as PNG, 1200 by 630 pixels.

        Raises:
            PictureError: too many are waited for, or it could not be drawn.
        """
        if (picture := await self.drawn(work.id)) is not None:
            return picture
        task = self._waiting.get(work.id)
        if task is None:
            if len(self._waiting) >= MOST_WAITING:
                raise PictureError("too many pictures are waited for")
            task = asyncio.create_task(self._draw(work), name=f"picture of {work.id}")
            self._waiting[work.id] = task
            task.add_done_callback(lambda done: self._was_drawn(work.id, done))
        return await asyncio.shield(task)

    async def forget(self, work_id: str) -> None:
        """The work is no more: nor is its picture."""
        if (picture := self._kept.pop(work_id, None)) is not None:
            self._kept_bytes -= len(picture)
        await asyncio.to_thread(self._files.forget, work_id)

    def _was_drawn(self, work_id: str, done: asyncio.Task[bytes]) -> None:
        del self._waiting[work_id]
        if done.cancelled():
            return
        if (error := done.exception()) is not None:
            # The caller gets the error, but may have gone in the meantime.
            log.error("a picture was not drawn", work=work_id, exc_info=error)
            return
        self._keep(work_id, done.result())

    def _keep(self, work_id: str, picture: bytes) -> None:
        if work_id not in self._kept:
            self._kept[work_id] = picture
            self._kept_bytes += len(picture)
        while self._kept_bytes > KEPT_BYTES:
            _, oldest = self._kept.popitem(last=False)
            self._kept_bytes -= len(oldest)

    async def _draw(self, work: FinishedWork) -> bytes:
        characters = [_read_strokes(ink) for ink in work.ink]
        content = {
            "characters": characters,
            "seal": self._seal,
            "is_word": is_one_word(work.phrase.locale),
            "direction": direction_of(work.phrase.text),
        }
        request = orjson.dumps(content)
        async with self._turn:
            try:
                async with asyncio.timeout(SECONDS):
                    picture = await _engrave(request, self._files.path(work.id))
            except (OSError, TimeoutError) as error:
                raise PictureError("the picture could not be drawn") from error
            self._drawn_since += 1
            if self._drawn_since >= DRAWN_BETWEEN:
                self._drawn_since = 0
                await asyncio.to_thread(self._files.make_room)
        return picture


def _style(seal: str) -> str:
    """Changes when pictures look different, so that those of an older release are drawn anew."""
    sources = inspect.getsource(brush), inspect.getsource(drawing), seal
    return sha256("".join(sources).encode()).hexdigest()[:10]


async def _engrave(request: bytes, path: Path) -> bytes:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "server.archive.rasterizer",
        str(path),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS)
        picture, complaint = await process.communicate(request)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise ChildProcessError(complaint.decode(errors="replace"))
    if complaint:
        log.warning("a picture", told=complaint.decode(errors="replace").strip())
    return picture
