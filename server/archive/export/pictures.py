"""Works as pictures in a folder, one file each, drawn in processes of their own.

A picture that is there already is not drawn again, so an export that was interrupted goes on.
"""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import Future, ProcessPoolExecutor
from importlib import import_module
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Literal

import resvg_py

from server.archive.export.files import whole_file
from server.archive.publishing import PublicWork, picture_of
from server.extras import install
from server.relay.ink import Stroke
from server.relay.phrase import Phrase

Kind = Literal["svg", "png", "webp"]

WEBP_QUALITY = 85

AT_ONCE = 4
"""Pictures that wait for each process; so many works are in memory."""


class NoWebpError(Exception):
    """Pillow is not installed; the message says how to."""


class PictureFolder:
    """Draws one picture a work, 1200 by 630 pixels."""

    def __init__(self, folder: Path, kind: Kind) -> None:
        """Draw into `folder`, which is made.

        Raises:
            NoWebpError: WebP needs Pillow, which is not installed.
        """
        if kind == "webp":
            try:
                import_module("PIL.Image")
            except ImportError as error:
                raise NoWebpError(
                    f"WebP needs Pillow; install it with {install('pictures')}"
                ) from error
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._kind = folder, kind
        processes = os.cpu_count() or 1
        # Forking is not safe beside the threads of the database.
        self._pool = ProcessPoolExecutor(processes, get_context("spawn"))
        self._most = processes * AT_ONCE
        self._waiting: deque[Future[None]] = deque()

    def write(self, work: PublicWork) -> None:
        """Have one work drawn, when there is room for it."""
        path = self._folder / f"{work.id}.{self._kind}"
        if path.exists():
            return
        while len(self._waiting) >= self._most:
            self._waiting.popleft().result()
        ink = [char.strokes for char in work.chars]
        self._waiting.append(self._pool.submit(_draw, path, self._kind, work.phrase, ink))

    def close(self) -> None:
        """Wait for the last ones."""
        try:
            while self._waiting:
                self._waiting.popleft().result()
        finally:
            self._pool.shutdown(cancel_futures=True)


def _draw(path: Path, kind: Kind, phrase: Phrase, ink: list[list[Stroke]]) -> None:
    """Draw a picture in a process of the pool."""
    svg = picture_of(phrase, ink)
    with whole_file(path) as file:
        file.write(svg.encode() if kind == "svg" else _pixels(svg, kind))


def _pixels(svg: str, kind: Kind) -> bytes:
    png: bytes = resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True)
    if kind == "png":
        return png
    image: Any = import_module("PIL.Image")
    out = BytesIO()
    image.open(BytesIO(png)).save(out, "WEBP", quality=WEBP_QUALITY)
    return out.getvalue()
