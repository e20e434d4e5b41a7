"""The share card of a pledge's certificate, or of a campaign: the text, a number and the seal.

Its texts are written with the font in `fonts`; characters that it lacks need a font of the machine.
"""

from __future__ import annotations

from html import escape
from pathlib import Path

import msgspec

from server.archive.drawing import HEIGHT, INK, WIDTH

FONT = Path(__file__).parent / "fonts" / "kai.ttf"
FAMILY = "LXGW WenKai, Noto Serif CJK SC, Noto Serif, serif"

INK_SOFT = "#6b5d4c"
SHEET_LEFT, SHEET_TOP = 56, 44
EDGE = 116
"""Between the picture's sides and the texts."""

WIDEST = WIDTH - 2 * EDGE
SIZES = (92, 76, 64, 54, 46)
"""Sizes of the promise's characters; the largest that fits is taken."""

MOST_LINES = 3
NARROW = 0.55
"""The width of a Latin letter, in widths of a Chinese character."""

SEAL = 108


class Card(msgspec.Struct, frozen=True, tag="card"):
    """What the card shows; all are texts as they are to be read.

    Attributes:
        text: what was promised; the campaign's title on its own card.
        kind: says that it is a pledge, or who runs the campaign.
        number: what stands before the number, the number, and what stands after it; or all "".
        title: of the campaign, or what it is for.
        foot: the organiser and the date.
        seal: 1 to 4 characters.
        accent, paper, sheet, on_accent: colours as `#rrggbb`.
    """

    text: str
    kind: str
    number: tuple[str, str, str]
    title: str
    foot: str
    seal: str
    accent: str
    paper: str
    sheet: str
    on_accent: str


def draw_card(card: Card) -> str:
    """The card as SVG, `WIDTH` by `HEIGHT`."""
    size, lines = _broken(card.text)
    before, number, after = card.number
    middle = (286 if number else 340) - (len(lines) - 1) * size * 0.64
    sheet = f"M{SHEET_LEFT} {SHEET_TOP}H{WIDTH - SHEET_LEFT}V{HEIGHT - SHEET_TOP}H{SHEET_LEFT}Z"
    return "".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
            f'viewBox="0 0 {WIDTH} {HEIGHT}" font-family="{FAMILY}">',
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{card.paper}"/>',
            f'<path fill="{card.sheet}" d="{sheet}"/>',
            _frame(card.accent, 18, 2.5, 0.75),
            _frame(card.accent, 26, 1, 0.5),
            _text(
                WIDTH / 2,
                128,
                card.kind,
                30,
                card.accent,
                "middle",
                spacing=14 if _is_wide(card.kind) else 3,
            ),
            *(
                _text(WIDTH / 2, middle + row * size * 1.28, line, size, INK, "middle")
                for row, line in enumerate(lines)
            ),
            f'<text x="{WIDTH / 2}" y="440" font-size="30" text-anchor="middle" fill="{INK_SOFT}">'
            f'{escape(before)} <tspan font-size="62" fill="{card.accent}">{escape(number)}</tspan>'
            f" {escape(after)}</text>",
            _text(EDGE, 506, _shortened(card.title, 30), 28, INK),
            _text(EDGE, 546, _shortened(card.foot, 36), 24, INK_SOFT),
            _seal(card),
            "</svg>",
        ]
    )


def _frame(colour: str, inset: int, width: float, opacity: float) -> str:
    left, top = SHEET_LEFT + inset, SHEET_TOP + inset
    return (
        f'<path fill="none" stroke="{colour}" stroke-width="{width}" opacity="{opacity}" '
        f'd="M{left} {top}H{WIDTH - left}V{HEIGHT - top}H{left}Z"/>'
    )


def _text(
    x: float, y: float, text: str, size: int, fill: str, anchor: str = "start", *, spacing: int = 0
) -> str:
    return (
        f'<text x="{x:.0f}" y="{y:.0f}" font-size="{size}" text-anchor="{anchor}" fill="{fill}" '
        f'letter-spacing="{spacing}">{escape(text)}</text>'
    )


def _seal(card: Card) -> str:
    """Two characters stand one above the other, three and four in a square."""
    left, top = WIDTH - EDGE - SEAL, 432
    chars = card.seal
    columns = 1 if len(chars) <= 2 else 2
    rows = -(-len(chars) // columns)
    size = (SEAL - 26) / max(rows, columns)
    parts = []
    for i, char in enumerate(chars):
        column, row = divmod(i, rows)
        x = left + SEAL / 2 + ((columns - 1) / 2 - column) * size  # the first column is the right
        y = top + SEAL / 2 + (row - (rows - 1) / 2) * size + size * 0.36
        parts.append(_text(x, y, char, round(size * 0.94), card.on_accent, "middle"))
    square = f'width="{SEAL}" height="{SEAL}" rx="14" fill="{card.accent}"'
    line = f'width="{SEAL - 12}" height="{SEAL - 12}" rx="9" fill="none"'
    return (
        f'<g transform="rotate(-2 {left + SEAL / 2} {top + SEAL / 2})">'
        f'<rect x="{left}" y="{top}" {square}/><rect x="{left + 6}" y="{top + 6}" {line} '
        f'stroke="{card.on_accent}" stroke-width="2"/>{"".join(parts)}</g>'
    )


def _broken(text: str) -> tuple[int, list[str]]:
    """The size of the characters and the lines; what is too long for all of them is cut off."""
    for size in SIZES:
        most = 1 if size == SIZES[0] else 2 if size > SIZES[-2] else MOST_LINES
        lines = _lines(text, WIDEST / size)
        if len(lines) <= most:
            return size, lines
    kept = lines[:MOST_LINES]
    return size, [*kept[:-1], _shortened(kept[-1] + "…" * 2, WIDEST / size)]


def _lines(text: str, width: float) -> list[str]:
    """Broken at blanks, and after any wide character."""
    lines, line = [], ""
    for word in _words(text):
        if line and _width(line + word.rstrip()) > width:
            lines.append(line.strip())
            line = ""
        line += word
    return [*lines, line.strip()]


def _words(text: str) -> list[str]:
    """What may not be broken: a wide character, or a word with the blank behind it."""
    words, word = [], ""
    for char in text:
        word += char
        if char.isspace() or _is_wide(char):
            words.append(word)
            word = ""
    return [*words, word] if word else words


def _shortened(text: str, width: float) -> str:
    if _width(text) <= width:
        return text
    while text and _width(text) > width - 1:
        text = text[:-1]
    return text.rstrip() + "…"


def _width(text: str) -> float:
    """In widths of a Chinese character."""
    return sum(1 if _is_wide(char) else NARROW for char in text)


def _is_wide(char: str) -> bool:
    return char > "\u2e7f"
