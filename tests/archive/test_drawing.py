"""Where the characters of a work stand in its picture."""

from __future__ import annotations

import re

import pytest

from server.archive.drawing import draw
from server.archive.publishing import picture_of
from server.relay.phrase import Direction, make_phrase

DOT = [100, 100, 0, 128]
"""Each character of the tests is another number of these."""

_CELL = re.compile(
    r'<svg x="([\d.]+)" y="([\d.]+)" [^>]*viewBox="0 0 4096 4096">.*? d="([^"]*)"/></svg>'
)


def places(picture: str, count: int) -> list[tuple[float, float]]:
    """The corner of the cell of each character, by the size of its ink."""
    cells = [(float(x), float(y), len(ink)) for x, y, ink in _CELL.findall(picture)]
    assert len(cells) == count
    return [(x, y) for x, y, _ in sorted(cells, key=lambda cell: cell[2])]


def characters(count: int) -> list[list[list[int]]]:
    return [[DOT] * (number + 1) for number in range(count)]


@pytest.mark.parametrize(("direction", "sign"), [("ltr", 1), ("rtl", -1)])
@pytest.mark.parametrize("is_word", [False, True])
@pytest.mark.parametrize("count", range(2, 9))
def test_characters_follow_each_other_in_the_direction_of_the_phrase(
    direction: Direction, sign: int, is_word: bool, count: int
) -> None:
    drawn = draw(characters(count), "", is_word=is_word, direction=direction)
    found = places(drawn, count)
    assert found == sorted(found, key=lambda place: (place[1], sign * place[0]))
    first_of_row = {y: x for x, y in reversed(found)}
    assert len(set(first_of_row.values())) == 1, "every row begins at the same side"


@pytest.mark.parametrize(
    ("text", "locale", "sign"), [("שלום", "he", -1), ("سلام", "ar", -1), ("加油", "zh", 1)]
)
def test_an_exported_picture_is_read_as_the_phrase_is(text: str, locale: str, sign: int) -> None:
    phrase = make_phrase("p", text, locale)
    picture = picture_of(phrase, characters(len(phrase.chars)))
    across = [sign * x for x, _ in places(picture, len(phrase.chars))]
    assert across == sorted(across)
