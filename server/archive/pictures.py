"""Pictures of works and certificates, each drawn once, when first asked for."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections import OrderedDict
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import msgspec
import structlog

from server.archive.picture_files import PictureFiles
from server.archive.wanted_pictures import Wanted

log = structlog.get_logger()

KEPT_BYTES = 16 * 1024 * 1024
"""In memory: the ones asked for lately. All are in files."""

MOST_WAITING = 16
"""Pictures that may be waited for; those beyond are refused at once."""

SECONDS = 20.0
"""The longest that one picture may take, the wait for another process included."""

NICENESS = 10
DRAWN_BY = ("brush", "drawing", "card", "animation")
"""The modules that say how pictures look."""

DRAWN_BETWEEN = 50
"""So many are drawn before room is made for more."""


class PictureError(Exception):
    """The picture cannot be drawn now; try again in a few seconds."""


class Pictures:
    """Draws one picture at a time, in a process of its own; what is drawn is kept in files.

    Attributes:
        seal: what works are signed with.
    """

    def __init__(
        self, seal: str, folder: Path, most_bytes: int, *, most_waiting: int = MOST_WAITING
    ) -> None:
        """Nothing is drawn yet.

        Args:
            seal: see `wanted_pictures.picture_of_work`.
            folder: for the files; several processes may share it.
            most_bytes: of all files together.
            most_waiting: pictures that may be waited for at once.
        """
        self.seal = seal
        self._files = PictureFiles(folder, _style(seal), most_bytes)
        self._most_waiting = most_waiting
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._kept_bytes = 0
        self._waiting: dict[str, asyncio.Task[bytes]] = {}
        self._turn = asyncio.Semaphore(1)
        self._drawn_since = DRAWN_BETWEEN - 1  # make room after the first one, too

    async def drawn(self, name: str) -> bytes | None:
        """A picture that was drawn already, by the name of its file."""
        if (picture := self._kept.get(name)) is not None:
            self._kept.move_to_end(name)
            return picture
        picture = await asyncio.to_thread(self._files.read, name)
        if picture is not None:
            self._keep(name, picture)
        return picture

    async def of(self, wanted: Wanted) -> bytes:
        """A picture.

        Raises:
            PictureError: too many are waited for, or it could not be drawn.
        """
        name = wanted.name
        if (picture := await self.drawn(name)) is not None:
            return picture
        task = self._waiting.get(name)
        if task is None:
            if len(self._waiting) >= self._most_waiting:
                raise PictureError("too many pictures are waited for")
            task = asyncio.create_task(self._draw(wanted), name=f"picture {name}")
            self._waiting[name] = task
            task.add_done_callback(lambda done: self._was_drawn(name, done))
        return await asyncio.shield(task)

    async def forget(self, work_id: str) -> None:
        """Remove the pictures of a work that was removed."""
        for name in [it for it in self._kept if it.startswith(f"{work_id}.")]:
            self._kept_bytes -= len(self._kept.pop(name))
        await asyncio.to_thread(self._files.forget, work_id)

    def _was_drawn(self, name: str, done: asyncio.Task[bytes]) -> None:
        del self._waiting[name]
        if done.cancelled():
            return
        if (error := done.exception()) is not None:
            # The caller gets the error, but may have gone in the meantime.
            log.error("a picture was not drawn", picture=name, exc_info=error)
            return
        self._keep(name, done.result())

    def _keep(self, name: str, picture: bytes) -> None:
        if name not in self._kept:
            self._kept[name] = picture
            self._kept_bytes += len(picture)
        while self._kept_bytes > KEPT_BYTES:
            _, oldest = self._kept.popitem(last=False)
            self._kept_bytes -= len(oldest)

    async def _draw(self, wanted: Wanted) -> bytes:
        request = msgspec.json.encode(wanted.request)
        async with self._turn:
            try:
                async with asyncio.timeout(SECONDS):
                    picture = await _engrave(request, self._files.path(wanted.name))
            except (OSError, TimeoutError) as error:
                raise PictureError("the picture could not be drawn") from error
            self._drawn_since += 1
            if self._drawn_since >= DRAWN_BETWEEN:
                self._drawn_since = 0
                await asyncio.to_thread(self._files.make_room)
        return picture


class DrawnPictures(NamedTuple):
    """What draws pictures, and what draws animations beside it, which take longer."""

    still: Pictures
    moving: Pictures

    async def forget(self, work_id: str) -> None:
        """Remove the pictures of a work that was removed."""
        await self.still.forget(work_id)
        await self.moving.forget(work_id)


def _style(seal: str) -> str:
    """Changes when pictures look different, so that those of an older release are drawn anew."""
    found = sha256(seal.encode())
    for module in DRAWN_BY:
        found.update(Path(__file__).with_name(f"{module}.py").read_bytes())
    return found.hexdigest()[:10]


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
