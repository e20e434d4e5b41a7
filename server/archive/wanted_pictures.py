"""Which pictures there are of works and certificates, and the names of their files."""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple

import msgspec

from server.archive.card import Card
from server.archive.drawing import WIDTH, is_one_word
from server.archive.picture_requests import (
    AnimationFormat,
    PictureRequest,
    Width,
    WorkAnimation,
    WorkPicture,
)
from server.relay.ink import Stroke
from server.relay.phrase import direction_of
from server.store.works import FinishedWork

_read_strokes = msgspec.msgpack.Decoder(list[Stroke]).decode


class Wanted(NamedTuple):
    """A picture to draw, or to find as a file.

    Attributes:
        name: of the file; begins with the id of what is shown and a dot.
        request: what to draw.
    """

    name: str
    request: PictureRequest


def name_of_picture(work_id: str, width: Width = 1200) -> str:
    """The file of a work's picture."""
    return f"{work_id}.png" if width == WIDTH else f"{work_id}.{width}.png"


def name_of_animation(work_id: str, kind: AnimationFormat) -> str:
    """The file of a work's animation."""
    return f"{work_id}.{kind}"


def picture_of_work(work: FinishedWork, seal: str, width: Width = 1200) -> Wanted:
    """A picture; `seal` is what is inside the seal's `<svg>`, in a box of 512 by 512."""
    request = WorkPicture(
        characters=_characters(work),
        seal=seal,
        is_word=is_one_word(work.phrase.locale),
        direction=direction_of(work.phrase.text),
        width=width,
    )
    return Wanted(name_of_picture(work.id, width), request)


def animation_of_work(work: FinishedWork, seal: str, kind: AnimationFormat) -> Wanted:
    """An animation; see `picture_of_work`."""
    request = WorkAnimation(
        characters=_characters(work),
        seal=seal,
        is_word=is_one_word(work.phrase.locale),
        direction=direction_of(work.phrase.text),
        format=kind,
    )
    return Wanted(name_of_animation(work.id, kind), request)


def card_of(certificate: str, card: Card) -> Wanted:
    """A certificate's card; it is drawn anew when its texts or colours have changed."""
    content = sha256(msgspec.json.encode(card)).hexdigest()[:10]
    return Wanted(f"{certificate}.{content}.png", card)


def _characters(work: FinishedWork) -> list[list[Stroke]]:
    return [_read_strokes(ink) for ink in work.ink]
