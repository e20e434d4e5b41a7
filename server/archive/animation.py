"""A finished work as an animation that writes itself, WebP or GIF.

Only what is being written is drawn for each frame, by the renderer of the pictures.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from math import ceil, floor
from typing import Any, NamedTuple

import resvg_py
from PIL import Image

from server.archive.brush import Piece, pieces
from server.archive.drawing import INK, WIDTH, Layout, draw, lay_out
from server.archive.picture_requests import WorkAnimation
from server.relay.ink import GRID, POINT, Stroke

SCALE = 2
"""The width of a picture in widths of an animation."""

FRAME_MS = 80
WRITING_MS = 7_000
"""The longest that the writing takes; slower hands are played faster."""

EMPTY_MS, WHOLE_MS = 400, 3_000
"""How long the empty sheet and the whole work are shown."""

LONGEST_PAUSE, LONGEST_STEP = 250, 120
"""Between two strokes, and between two points of one, in milliseconds."""

COLOURS = 64
"""The number of colours of a GIF."""

QUALITY, METHOD = 72, 2
"""Of a WebP: higher methods take longer and save little."""


class _Written(NamedTuple):
    """A stroke in the animation: in which cell, from when to when, and how."""

    cell: int
    start: float
    end: float
    pieces: list[Piece]

    def path(self, time: float) -> str:
        """What is there at a moment."""
        return "".join(it.path for it in self.pieces if self.start + it.time <= time)


def animate(request: WorkAnimation) -> bytes:
    """The whole file; it repeats for ever."""
    times, images = zip(*_frames(request), strict=True)
    options: dict[str, Any] = {"quality": QUALITY, "method": METHOD}
    if request.format == "gif":
        palette = images[-1].quantize(COLOURS, dither=Image.Dither.NONE)
        images = tuple(it.quantize(palette=palette, dither=Image.Dither.NONE) for it in images)
        options = {"optimize": False}
    first, *others = images
    out = BytesIO()
    options |= {"save_all": True, "append_images": others, "duration": times, "loop": 0}
    first.save(out, request.format, **options)
    return out.getvalue()


def _frames(request: WorkAnimation) -> Iterator[tuple[int, Image.Image]]:
    """How long each frame is shown, in milliseconds, and the frame."""
    is_word, direction = request.is_word, request.direction
    layout = lay_out(len(request.characters), is_word=is_word, direction=direction)
    strokes = _timed(request.characters)
    blank: list[list[Stroke]] = [[] for _ in request.characters]
    sheet = _picture(draw(blank, request.seal, is_word=is_word, direction=direction))
    yield EMPTY_MS, sheet
    duration = strokes[-1].end
    speed = max(1.0, duration / WRITING_MS)
    for number in range(1, ceil(duration / speed / FRAME_MS)):
        time = number * FRAME_MS * speed
        while strokes[0].end <= time:
            written = strokes.pop(0)
            sheet = _inked(sheet, layout, written.cell, written.path(written.end))
        writing = strokes[0]
        frame = _inked(sheet, layout, writing.cell, writing.path(time))
        yield FRAME_MS, frame
    whole = draw(request.characters, request.seal, is_word=is_word, direction=direction)
    yield WHOLE_MS, _picture(whole)


def _timed(characters: list[list[Stroke]]) -> list[_Written]:
    """Every stroke with its time; a hand that rests is not waited for."""
    now = 0.0
    strokes = []
    for cell, character in enumerate(characters):
        for stroke in character:
            hurried = list(stroke)
            hurried[POINT + 2 :: POINT] = [
                min(it, LONGEST_STEP) for it in stroke[POINT + 2 :: POINT]
            ]
            start = now + min(stroke[2], LONGEST_PAUSE)
            now = start + sum(hurried[POINT + 2 :: POINT])
            strokes.append(_Written(cell, start, now, pieces(hurried)))
    return strokes


def _inked(sheet: Image.Image, layout: Layout, cell: int, path: str) -> Image.Image:
    """The sheet with one more path of ink in a cell."""
    if not path:
        return sheet
    x, y = layout.cells[cell]
    left, top = floor(x / SCALE), floor(y / SCALE)
    side = ceil((max(x - left * SCALE, y - top * SCALE) + layout.cell) / SCALE)
    ink = _render(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{side}" height="{side}" '
        f'viewBox="{left * SCALE} {top * SCALE} {side * SCALE} {side * SCALE}">'
        f'<svg x="{x:.1f}" y="{y:.1f}" width="{layout.cell:.1f}" height="{layout.cell:.1f}" '
        f'viewBox="0 0 {GRID + 1} {GRID + 1}"><path fill="{INK}" d="{path}"/></svg></svg>'
    )
    inked = sheet.copy()
    inked.paste(ink, (left, top), ink)
    return inked


def _picture(svg: str) -> Image.Image:
    return _render(svg, WIDTH // SCALE).convert("RGB")


def _render(svg: str, width: int | None = None) -> Image.Image:
    png = resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True, width=width)
    return Image.open(BytesIO(png))
