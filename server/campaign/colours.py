"""Whether people can read a campaign's colours: the contrast of WCAG 2.2, 1.4.3 and 1.4.11."""

from __future__ import annotations

import re

from server.campaign.definition import Palette
from server.relay.fault import Fault

INK = {"light": "#201a15", "dark": "#f0e6d4"}
"""The colour of texts by day and by night, as in static/css/theme.css."""

LIGHT_TEXT, DARK_TEXT = "#fdf4e6", "#171411"
"""The colours of texts on the accent; on any colour one of them is readable."""

READABLE = 4.5
"""The least contrast of a text with its ground."""

_HEX = re.compile(r"#[0-9a-fA-F]{6}")


def is_colour(text: str) -> bool:
    """Whether it is one, as `#rrggbb`."""
    return _HEX.fullmatch(text) is not None


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def on_colour(ground: str) -> str:
    """The colour of texts on this ground: the lighter or the darker one, whichever is readable."""
    return max((LIGHT_TEXT, DARK_TEXT), key=lambda colour: contrast(colour, ground))


def mixed(colour: str, other: str, share: float) -> str:
    """The colour with a share (0 to 1) of another one in it."""
    channels = (
        round(int(colour[at : at + 2], 16) * (1 - share) + int(other[at : at + 2], 16) * share)
        for at in (1, 3, 5)
    )
    return "#" + "".join(f"{channel:02x}" for channel in channels)


def sheet_of(paper: str) -> str:
    """The colour of sheets and cards on this paper: a little lighter."""
    return mixed(paper, "#ffffff", 0.7 if on_colour(paper) == DARK_TEXT else 0.06)


def faint_pairs(scheme: str, palette: Palette) -> list[tuple[str, Fault]]:
    """The colours that cannot be told apart: the attribute's name, and what is wrong with it.

    Texts in the ink's and in the accent's colour stand on the paper, and on sheets.
    """
    ink, paper = INK[scheme], palette.paper
    found = []
    for name, colour in (("paper", ink), ("accent", palette.accent)):
        ground = min(paper, sheet_of(paper), key=lambda it: contrast(colour, it))
        measured = contrast(colour, ground)
        if measured < READABLE:
            fault = Fault(
                "texts of {colour} on {ground} have a contrast of {measured:.1f};"
                " {least} is the least that people can read",
                colour=colour,
                ground=ground,
                measured=measured,
                least=READABLE,
            )
            found.append((name, fault))
    return found


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
