"""Hostile ink that is close to what is asked: the character defaced, cut or turned, or its double.

It is kept apart from `hostile`, and is not in the main rates. Only some kinds are tuned with: the
others show how the check does on ink of a kind that nobody thought of.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from bench.plausible import hostile, kanjivg
from bench.plausible.hands import even
from server.relay.ink import Stroke

Line = NDArray[np.float64]

KINDS = (
    "crossed out",
    "scribbled over",
    "figure over it",
    "extra stroke",
    "beside",
    "half",
    "mirrored",
    "upside down",
    "double",
)
TUNED = ("crossed out", "extra stroke", "scribbled over", "mirrored")
"""The kinds that the check is tuned with."""

DOUBLES = (
    "己已巳 未末 土士 日曰 人入八 大太犬 天夫矢 千干于 木本 王玉主 田由甲申 白自百 刀力 万方 午牛"
    " 今令 住往 問間 鳥烏 戊戌戍 貝見 右石 北比 心必 水氷永 休体 老考 侍待 徴微 逐遂 哀衰 候侯 弧孤"
    " 網綱 壁璧 折析 科料 治冶 輸輪 施旅 遣遺 困因 爪瓜 免兔 積績 壊壌 師帥 幸辛 亨享 杏否 官宮"
)
"""Characters that people mistake for each other."""

FEWEST = 4
"""Strokes of a character that is cut in half: half of 二 is another character, not a torn one."""

Differs = Callable[[str, Sequence[Line]], bool]


class Altered:
    """Writes what is nearly asked."""

    def __init__(self, chars: Sequence[str], differs: Differs) -> None:
        """What is asked is one of `chars`; `differs` tells whether lines still look like one."""
        self._chars = chars
        known, drawn = set(chars), kanjivg.drawings()
        pairs = (pair for group in DOUBLES.split() for pair in permutations(group, 2))
        self._doubles = [(char, other) for char, other in pairs if char in known and other in drawn]
        self._differs = differs

    def written(self, kind: str, rng: np.random.Generator) -> tuple[str, list[Stroke]]:
        """The character that was asked, and ink of a kind of KINDS in its place."""
        if kind == "double":
            asked, other = self._doubles[int(rng.integers(len(self._doubles)))]
            return asked, hostile.hand(rng).character(kanjivg.strokes(other))
        while True:
            char = self._chars[int(rng.integers(len(self._chars)))]
            lines = kanjivg.strokes(char)
            if kind == "half" and len(lines) < FEWEST:
                continue
            altered = _ALTERATIONS[kind](lines, rng)
            if kind not in _TURNED or self._differs(char, altered):
                return char, hostile.hand(rng).character(altered)


def _over(lines: Sequence[Line], over: Sequence[Line], rng: np.random.Generator) -> list[Line]:
    """Lines with others over most of their box."""
    places = np.concatenate(list(over))
    low, high = places.min(axis=0), places.max(axis=0)
    size = rng.uniform(0.7, 1.0) / max(float((high - low).max()), 0.05)
    room = np.maximum(1 - (high - low) * size, 0) * rng.uniform(0, 1, 2)
    return [*lines, *((line - low) * size + room for line in over)]


def _scribbled_over(lines: Sequence[Line], rng: np.random.Generator) -> list[Line]:
    return _over(lines, hostile.scribble(rng), rng)


def _figure_over(lines: Sequence[Line], rng: np.random.Generator) -> list[Line]:
    return _over(lines, hostile.shape(rng), rng)


def _crossed_out(lines: Sequence[Line], rng: np.random.Generator) -> list[Line]:
    turn = rng.uniform(0, np.pi)
    return [*lines, *(_across(turn, rng) for _ in range(int(rng.integers(2, 6))))]


def _extra_stroke(lines: Sequence[Line], rng: np.random.Generator) -> list[Line]:
    return [*lines, _across(rng.uniform(0, np.pi), rng)]


def _across(turn: float, rng: np.random.Generator) -> Line:
    """A long line through the box, about in a direction."""
    way = np.array([np.cos(turn), np.sin(turn)]) * rng.uniform(0.38, 0.5)
    middle = np.array([0.5, 0.5]) + rng.normal(0, 0.12, 2)
    ends = np.array([middle - way, middle + way]) + rng.normal(0, 0.05, (2, 2))
    return even(ends, 0.03)


def _half(lines: Sequence[Line], rng: np.random.Generator) -> list[Line]:
    middle = len(lines) // 2
    return list(lines[:middle] if rng.random() < 0.5 else lines[middle:])


def _mirrored(lines: Sequence[Line], _rng: np.random.Generator) -> list[Line]:
    return [line * (-1, 1) + (1, 0) for line in lines]


def _upside_down(lines: Sequence[Line], _rng: np.random.Generator) -> list[Line]:
    return [1 - line for line in lines]


def _beside(lines: Sequence[Line], rng: np.random.Generator) -> list[Line]:
    """The character, and a drawing of the same size beside or below it."""
    shift = np.array([1.05, 0.0] if rng.random() < 0.7 else [0.0, 1.05])
    other = _over([], hostile.drawing(rng), rng)
    return [*lines, *(line + shift for line in other)]


_TURNED = frozenset({"mirrored", "upside down"})
"""木 is the same mirrored: what does not differ is asked for another character."""

_ALTERATIONS: dict[str, Callable[[Sequence[Line], np.random.Generator], list[Line]]] = {
    "crossed out": _crossed_out,
    "half": _half,
    "figure over it": _figure_over,
    "scribbled over": _scribbled_over,
    "extra stroke": _extra_stroke,
    "mirrored": _mirrored,
    "upside down": _upside_down,
    "beside": _beside,
}
