"""A document whose figures change while the rest stays: filling them in costs next to nothing.

A template puts `figure` and `bar` where they stand; `LiveDocument` fills them in.
"""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from server.web.money import money

_EDGE = "\0"
"""Around each figure in what was rendered; no text has it."""


def figure(key: str, currency: str = "") -> Markup:
    """A figure in words: a number, or an amount of the currency's smallest unit."""
    return Markup(f"{_EDGE}{key} {currency}{_EDGE}")


def bar(key: str, most: int) -> Markup:
    """A figure as the value of a `<progress>` up to `most`."""
    return Markup(f"{_EDGE}{key} {most}{_EDGE}")


class LiveDocument:
    """One document."""

    def __init__(self, rendered: str) -> None:
        """`rendered` is what the template gave."""
        self._parts = rendered.split(_EDGE)

    def filled(self, figures: Mapping[str, int]) -> str:
        """The document with these figures, by their keys; those that are missing are 0."""
        parts = self._parts.copy()
        for at in range(1, len(parts), 2):
            key, how = parts[at].split(" ")
            value = figures.get(key, 0)
            if how.isdigit():
                parts[at] = str(min(value, int(how)))
            else:
                parts[at] = money(value, how) if how else f"{value:,}"
        return "".join(parts)
