"""Ink to tune with and ink to measure with: the same kinds, other characters, other seeds.

A character belongs to one half for good, by its code point, so that nothing is measured on a
character that was tuned for.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

import numpy as np

from bench.plausible import altered, hands, hostile, kanjivg
from bench.plausible.alike import LookAlikes
from server.plausible.shapes import Shapes
from server.relay.ink import Stroke

Half = Literal["training", "held-out"]
FOLDS = 4
"""Parts of a half."""

SHARES = {"hanzi": 0.8, "kana": 0.1, "letters": 0.1}
"""How often a character of each script is asked."""


class Sample(NamedTuple):
    """Ink that was written when a character was asked."""

    char: str
    kind: str
    honest: bool
    ink: list[Stroke]


def half_of(char: str) -> Half:
    """The half that a character belongs to."""
    return "training" if zlib.crc32(char.encode()) % 2 else "held-out"


def fold_of(char: str) -> int:
    """The part of its half that a character belongs to, 0 to FOLDS - 1."""
    return zlib.crc32(char.encode()) // 2 % FOLDS


def script_of(char: str) -> str:
    """One of SHARES, or "" for signs and figures."""
    if "\u3041" <= char <= "\u30ff" and char not in "\u309b\u309c\u30fb\u30fc\u309d\u309e":
        return "kana"
    if char >= "\u3400":
        return "hanzi"
    return "letters" if char.isalpha() else ""


class Samples:
    """The samples of one half."""

    def __init__(self, half: Half, shapes: Shapes) -> None:
        """Of the characters that both sources have."""
        self._half = half
        known = [char for char in kanjivg.drawings() if half_of(char) == half and shapes.rows(char)]
        self._by_script = {
            script: [char for char in known if script_of(char) == script] for script in SHARES
        }
        self._alike = LookAlikes(
            [char for chars in self._by_script.values() for char in chars], shapes
        )

    def honest(self, count: int, seed: int) -> Iterator[Sample]:
        """As many honest hands, of each kind alike."""
        for number in range(count):
            rng = self._rng(seed, number)
            kind = hands.KINDS[number % len(hands.KINDS)]
            char = self._char(rng)
            yield Sample(char, kind, True, hands.Hand(rng, kind).character(kanjivg.strokes(char)))

    def hostile(self, count: int, seed: int) -> Iterator[Sample]:
        """As much hostile ink, of each kind alike.

        In the training half look-alikes are of the same script: 卩 for p would teach what is wrong.
        """
        alike = self._alike_in_script if self._half == "training" else self._alike.of
        writer = hostile.Hostile(self._by_script["hanzi"], alike)
        for number in range(count):
            rng = self._rng(seed + 1, number)
            kind = hostile.KINDS[number % len(hostile.KINDS)]
            char = self._char(rng)
            while kind in hostile.FIGURES and script_of(char) == "letters":
                char = self._char(rng)
            yield Sample(char, kind, False, writer.ink(kind, char, rng))

    def altered(self, kinds: Sequence[str], count: int, seed: int) -> Iterator[Sample]:
        """As much ink that is close to what was asked, of each of these kinds alike."""
        writer = altered.Altered(self._by_script["hanzi"], self._alike.differs)
        for number in range(count):
            rng = self._rng(seed + 2, number)
            kind = kinds[number % len(kinds)]
            char, ink = writer.written(kind, rng)
            yield Sample(char, kind, False, ink)

    def _alike_in_script(self, char: str) -> list[str]:
        return self._alike.of(char, frozenset(self._by_script[script_of(char)]))

    def _char(self, rng: np.random.Generator) -> str:
        script = rng.choice(list(SHARES), p=list(SHARES.values()))
        chars = self._by_script[str(script)]
        return chars[int(rng.integers(len(chars)))]

    def _rng(self, seed: int, number: int) -> np.random.Generator:
        return np.random.default_rng([seed, number, self._half == "training"])
