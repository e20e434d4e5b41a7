"""A finished work as everybody may see it: without its participants; in JSON and as a picture."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from server.archive.drawing import draw, is_one_word
from server.relay.ink import Stroke
from server.relay.phrase import Phrase, direction_of, seat_of
from server.store.works import FinishedWork

_read_strokes = msgspec.msgpack.Decoder(list[Stroke]).decode


def content_of(campaign: str, work: FinishedWork) -> dict[str, Any]:
    """The answer of `GET /api/works/{id}`, ready for JSON."""
    completed_at = datetime.fromtimestamp(work.completed_at / 1_000, UTC)
    return {
        "id": work.id,
        "campaign": campaign,
        "phrase": msgspec.to_builtins(work.phrase),
        "chars": [
            {
                "char": char,
                "seat": seat_of(index),
                "hand": work.writers[index],
                "strokes": _read_strokes(work.ink[index]),
            }
            for index, char in enumerate(work.phrase.chars)
        ],
        "hands": [{"serial": hand.serial} for hand in work.hands],
        "completed_at": completed_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }


def picture_of(phrase: Phrase, ink: list[list[Stroke]]) -> str:
    """The work as an SVG picture, like link previews but without the seal."""
    is_word, direction = is_one_word(phrase.locale), direction_of(phrase.text)
    return draw(ink, "", is_word=is_word, direction=direction)
