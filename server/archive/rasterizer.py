"""Draws one picture: `python -m server.archive.rasterizer FILE`, JSON in, the picture out.

It is a process of its own, because drawing holds the interpreter, and ink must not wait for that.
The picture is kept in FILE. Processes that are asked for the same one take turns, and all but the
first find it there.
"""

from __future__ import annotations

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zlib import crc32

import resvg_py

from server.archive.card import FONT, draw_card
from server.archive.drawing import draw
from server.archive.picture_files import PART
from server.archive.picture_requests import (
    PictureRequest,
    WorkAnimation,
    WorkPicture,
    read_request,
)

LOCKS = 16
"""Files that are locked, each for many works: a file for each work would have to be removed."""


def main() -> None:
    """Read a request from standard input; write the picture to standard output."""
    request = read_request(sys.stdin.buffer.read())
    path = Path(sys.argv[1])
    path.parent.mkdir(parents=True, exist_ok=True)
    with _locked(path):
        picture = path.read_bytes() if path.exists() else _store(path, _draw(request))
    sys.stdout.buffer.write(picture)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Wait for other processes that draw this work; the parent ends one that waits too long."""
    lock = path.with_name(f"{crc32(path.name.encode()) % LOCKS}.lock")
    with lock.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _draw(request: PictureRequest) -> bytes:
    if isinstance(request, WorkAnimation):
        # Pillow is needed for nothing else.
        from server.archive.animation import animate  # noqa: PLC0415

        return animate(request)
    if isinstance(request, WorkPicture):
        svg = draw(
            request.characters, request.seal, is_word=request.is_word, direction=request.direction
        )
        return resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True, width=request.width)
    return resvg_py.svg_to_bytes(svg_string=draw_card(request), font_files=[str(FONT)])


def _store(path: Path, picture: bytes) -> bytes:
    """Keep the picture; others see all of it or nothing."""
    part = path.with_suffix(f".{os.getpid()}{PART}")
    try:
        part.write_bytes(picture)
        part.replace(path)
    except OSError as error:  # a full disk, say: the picture itself is there
        sys.stderr.write(f"not kept: {error}")
    return picture


if __name__ == "__main__":
    main()
