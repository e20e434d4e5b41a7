"""What the process that draws can be asked for."""

from __future__ import annotations

from typing import Literal

import msgspec

from server.archive.card import Card
from server.relay.ink import Stroke
from server.relay.phrase import Direction

Width = Literal[200, 400, 800, 1200]
"""Of a work's picture, in pixels; the height is 21/40 of it."""

AnimationFormat = Literal["webp", "gif"]


class WorkPicture(msgspec.Struct, frozen=True, kw_only=True, tag="picture"):
    """A picture of a finished work, as PNG; see `drawing.draw`."""

    characters: list[list[Stroke]]
    seal: str
    is_word: bool
    direction: Direction
    width: Width = 1200


class WorkAnimation(msgspec.Struct, frozen=True, kw_only=True, tag="animation"):
    """A finished work that writes itself."""

    characters: list[list[Stroke]]
    seal: str
    is_word: bool
    direction: Direction
    format: AnimationFormat


PictureRequest = WorkPicture | WorkAnimation | Card

read_request = msgspec.json.Decoder(PictureRequest).decode
