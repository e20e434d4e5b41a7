"""A finished work as everybody may see it: without its participants; in JSON and as a picture."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import msgspec

from server.archive.drawing import draw, is_one_word
from server.archive.review_state import ReviewState, Told
from server.relay.ink import Stroke
from server.relay.phrase import Phrase, direction_of, seat_of
from server.relay.values import Count, Seat, Serial, Strokes
from server.store.works import FinishedWork

Timestamp = Annotated[str, msgspec.Meta(extra_json_schema={"format": "date-time"})]
"""RFC 3339, in UTC, with milliseconds."""

_read_strokes = msgspec.msgpack.Decoder(list[Stroke]).decode


class PublicChar(msgspec.Struct, frozen=True):
    """One character of a work: who wrote it, as an index of the work's hands, and its ink."""

    char: str
    seat: Seat
    hand: Count
    strokes: Strokes


class PublicHand(msgspec.Struct, frozen=True):
    """One who wrote a character, by the number got for the work."""

    serial: Serial


class PublicWork(msgspec.Struct, frozen=True):
    """A finished work; the answer of `GET /api/works/{id}`. `review` tells who may see it."""

    id: str
    campaign: str
    phrase: Phrase
    chars: list[PublicChar]
    hands: list[PublicHand]
    completed_at: Timestamp
    review: Told


def timestamp(milliseconds: int) -> Timestamp:
    """Milliseconds since 1970 as a timestamp."""
    found = datetime.fromtimestamp(milliseconds / 1_000, UTC)
    return found.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def content_of(campaign: str, work: FinishedWork, review: ReviewState) -> PublicWork:
    """The work without what only the service may know."""
    chars = [
        PublicChar(char, seat_of(index), work.writers[index], _read_strokes(work.ink[index]))
        for index, char in enumerate(work.phrase.chars)
    ]
    hands = [PublicHand(hand.serial) for hand in work.hands]
    completed_at = timestamp(work.completed_at)
    return PublicWork(work.id, campaign, work.phrase, chars, hands, completed_at, review.told)


def picture_of(phrase: Phrase, ink: list[list[Stroke]]) -> str:
    """The work as an SVG picture, like link previews but without the seal."""
    is_word, direction = is_one_word(phrase.locale), direction_of(phrase.text)
    return draw(ink, "", is_word=is_word, direction=direction)
