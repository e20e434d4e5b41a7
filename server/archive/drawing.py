"""A finished work as a picture for link previews: paper, both hands' ink, the seal. No fonts."""

from __future__ import annotations

from typing import NamedTuple

from server.archive.brush import outline
from server.relay.ink import GRID, Stroke
from server.relay.phrase import Direction, language_of

WIDTH, HEIGHT = 1_200, 630
"""Pixels; what the sites that show previews of links ask for."""

PAPER, SHEET, INK, EDGE, CINNABAR = "#f1e7d3", "#fefaf0", "#201a15", "#d8c6a4", "#b3321f"

TALLEST_SCROLL = 514
ROD = 14
MARGIN = 34
ABOVE = 66
"""The sheet above and below a single row of characters."""

LARGEST_CELL = 340
ONE_ROW = 4
"""More characters than this are written in two rows."""

SEAL = 92
SEAL_GAP = 44

_SQUARE = ("zh", "ja", "ko")
"""Languages whose characters fill squares, and whose lines may end after any of them."""


def is_one_word(locale: str) -> bool:
    """Whether a phrase in this locale is drawn in one row."""
    return language_of(locale) not in _SQUARE


class Layout(NamedTuple):
    """Where everything is in the picture, in pixels.

    Attributes:
        left, top, width, height: of the scroll.
        cell: the side of a character's cell.
        cells: the upper left corner of each, in reading order.
    """

    left: float
    top: float
    width: float
    height: float
    cell: float
    cells: list[tuple[float, float]]


def lay_out(
    count: int, *, is_word: bool = False, direction: Direction = "ltr", sealed: bool = True
) -> Layout:
    """Where `count` characters stand, with room for the seal if it is `sealed`; see `draw`."""
    rows = 1 if is_word or count <= ONE_ROW else 2
    columns = -(-count // rows)
    across = WIDTH - 2 * MARGIN - 2 * (SEAL + SEAL_GAP)
    cell = min(LARGEST_CELL, across / columns, (TALLEST_SCROLL - 2 * MARGIN) / rows)
    width = columns * cell + 2 * MARGIN
    height = min(TALLEST_SCROLL, rows * cell + 2 * ABOVE)
    left = (WIDTH - width - (SEAL + SEAL_GAP if sealed else 0)) / 2
    top = (HEIGHT - rows * cell) / 2
    cells = []
    for i in range(count):
        row, place = divmod(i, columns)
        column = place if direction == "ltr" else columns - 1 - place
        cells.append((left + MARGIN + column * cell, top + row * cell))
    return Layout(left, (HEIGHT - height) / 2, width, height, cell, cells)


def draw(
    characters: list[list[Stroke]],
    seal: str,
    *,
    is_word: bool = False,
    direction: Direction = "ltr",
) -> str:
    """The picture as SVG, `WIDTH` by `HEIGHT`.

    Args:
        characters: each one's strokes, in reading order; at least one.
        seal: what is inside the seal's `<svg>`, in a box of 512 by 512; empty for no seal.
        is_word: the characters are letters of one word, which is not broken.
        direction: in which the characters of a row follow each other.
    """
    left, top, width, height, cell, cells = lay_out(
        len(characters), is_word=is_word, direction=direction, sealed=bool(seal)
    )
    bottom = top + height
    seal_left = left + width + SEAL_GAP
    return "".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
            f'viewBox="0 0 {WIDTH} {HEIGHT}">',
            f'<radialGradient id="light" cx=".5" cy="0" r="1"><stop stop-color="#f8f1e2"/>'
            f'<stop offset=".7" stop-color="{PAPER}"/></radialGradient>',
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="url(#light)"/>',
            _rect(left + 3, top + 10, width, height, EDGE, ' opacity=".6"'),
            _rect(left, top, width, height, SHEET),
            _rect(left - 6, top - ROD, width + 12, ROD, CINNABAR),
            _rect(left - 6, bottom, width + 12, ROD, CINNABAR),
            *(_cell(strokes, *at, cell) for strokes, at in zip(characters, cells, strict=True)),
            f'<svg x="{seal_left:.1f}" y="{bottom - SEAL:.1f}" width="{SEAL}" '
            f'height="{SEAL}" viewBox="0 0 512 512">{seal}</svg>',
            "</svg>",
        ]
    )


def _rect(x: float, y: float, width: float, height: float, fill: str, more: str = "") -> str:
    size = f'width="{width:.1f}" height="{height:.1f}"'
    return f'<rect x="{x:.1f}" y="{y:.1f}" {size} fill="{fill}"{more}/>'


def _cell(strokes: list[Stroke], x: float, y: float, size: float) -> str:
    """A 米字格 with a character on it."""
    ink = "".join(outline(stroke) for stroke in strokes)
    return (
        f'<svg x="{x:.1f}" y="{y:.1f}" width="{size:.1f}" height="{size:.1f}" '
        f'viewBox="0 0 {GRID + 1} {GRID + 1}">'
        f'<g fill="none" stroke="{CINNABAR}" stroke-width="12">'
        '<path opacity=".5" d="M6 6H4090V4090H6Z"/>'
        '<path opacity=".24" stroke-dasharray="90 60" d="M2048 0V4096M0 2048H4096"/>'
        '<path opacity=".24" stroke-dasharray="40 80" d="M0 0L4096 4096M4096 0L0 4096"/></g>'
        f'<path fill="{INK}" d="{ink}"/></svg>'
    )
