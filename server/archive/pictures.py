"""Pictures of finished works, drawn when first asked for; the last ones asked for are kept."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections import OrderedDict

import msgspec
import orjson
import structlog

from server.archive.drawing import is_one_word
from server.relay.ink import Stroke
from server.relay.phrase import direction_of
from server.store.works import FinishedWork

log = structlog.get_logger()

KEPT_BYTES = 32 * 1024 * 1024
MOST_WAITING = 16
"""Works that may wait for their picture; those beyond are refused at once."""

SECONDS = 20.0
"""The longest that one picture may take."""

NICENESS = 10

_read_strokes = msgspec.msgpack.Decoder(list[Stroke]).decode


class PictureError(Exception):
    """The picture cannot be drawn now; try again in a few seconds."""


class Pictures:
    """Draws one picture at a time, in a process of its own, and remembers the result."""

    def __init__(self, seal: str) -> None:
        """`seal` is what every picture is signed with; see `drawing.draw`."""
        self._seal = seal
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._kept_bytes = 0
        self._waiting: dict[str, asyncio.Task[bytes]] = {}
        self._turn = asyncio.Semaphore(1)

    async def of(self, work: FinishedWork) -> bytes:
        """The work's picture as PNG, 1200 by 630 pixels.

        Raises:
            PictureError: too many are waited for, or it could not be drawn.
        """
        if (picture := self._kept.get(work.id)) is not None:
            self._kept.move_to_end(work.id)
            return picture
        task = self._waiting.get(work.id)
        if task is None:
            if len(self._waiting) >= MOST_WAITING:
                raise PictureError("too many pictures are waited for")
            task = asyncio.create_task(self._draw(work), name=f"picture of {work.id}")
            self._waiting[work.id] = task
            task.add_done_callback(lambda done: self._drawn(work.id, done))
        return await asyncio.shield(task)

    def _drawn(self, work_id: str, done: asyncio.Task[bytes]) -> None:
        del self._waiting[work_id]
        if done.cancelled():
            return
        if (error := done.exception()) is not None:
            # The caller gets the error, but may have gone in the meantime.
            log.error("a picture was not drawn", work=work_id, exc_info=error)
            return
        self._kept[work_id] = done.result()
        self._kept_bytes += len(done.result())
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
                    return await _engrave(request)
            except (OSError, TimeoutError) as error:
                raise PictureError("the picture could not be drawn") from error


async def _engrave(request: bytes) -> bytes:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "server.archive.rasterizer",
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
    return picture
