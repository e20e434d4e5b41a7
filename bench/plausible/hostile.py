"""Hostile ink: what is written instead of the asked character, from a seed."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import numpy as np
from jielong import Pen
from numpy.typing import NDArray

from bench.plausible import kanjivg
from bench.plausible.hands import Hand, even, rotated, rounded, wire
from server.relay.ink import Stroke

Line = NDArray[np.float64]
Ink = list[Stroke]
KINDS = (
    "scribble",
    "curl",
    "hatching",
    "shape",
    "drawing",
    "dots",
    "words",
    "other",
    "look-alike",
    "pen",
)
FIGURES = frozenset({"scribble", "curl", "shape", "drawing", "dots"})
"""Never in the place of a letter: a circle is an o, and two crossed lines are an x."""

WORDS = ("SEX", "FUCK", "LOL", "NO", "hi", "ass", "shit", "WTF", "XX", "666", "bad", "hate")


class Hostile:
    """Writes anything but what is asked."""

    def __init__(self, chars: Sequence[str], alike: Callable[[str], Sequence[str]]) -> None:
        """Other characters are some of `chars`; `alike` tells those that look like one."""
        self._chars = chars
        self._alike = alike

    def ink(self, kind: str, char: str, rng: np.random.Generator) -> Ink:
        """Ink of a kind of KINDS in the place of `char`."""
        if kind in {"other", "look-alike"}:
            others = self._chars if kind == "other" else self._alike(char)
            return hand(rng).character(kanjivg.strokes(str(rng.choice(list(others)))))
        if kind == "pen":
            pen = Pen(random.Random(int(rng.integers(1 << 31))))
            return [
                list(stroke) for stroke in pen.character(chr(int(rng.integers(0x4E00, 0x9000))))
            ]
        lines = {
            "scribble": scribble,
            "curl": curl,
            "hatching": hatching,
            "shape": shape,
            "drawing": drawing,
            "dots": dots,
            "words": self._words,
        }[kind](rng)
        return [wire(np.clip(line, 0, 1), rng) for line in placed(lines, rng)]

    def _words(self, rng: np.random.Generator) -> list[Line]:
        if rng.random() < 0.5:
            text = str(rng.choice(WORDS))
        else:
            text = "".join(rng.choice(self._chars, int(rng.integers(2, 4))))
        down = rng.random() < 0.25
        lines: list[Line] = []
        for i, char in enumerate(text):
            shift = np.array([0.0, i * 1.05]) if down else np.array([i * 0.95, 0.0])
            lines += [line + shift + rng.normal(0, 0.015, 2) for line in kanjivg.strokes(char)]
        return lines


def hand(rng: np.random.Generator) -> Hand:
    """Somebody who writes well enough."""
    return Hand(rng, str(rng.choice(("neat", "usual", "fast"))))


def placed(lines: list[Line], rng: np.random.Generator) -> list[Line]:
    """Somewhere in the cell, mostly large."""
    every = np.concatenate(lines)
    low, high = every.min(axis=0), every.max(axis=0)
    size = rng.uniform(0.35, 0.95) / max(float((high - low).max()), 0.05)
    room = np.maximum(1 - (high - low) * size, 0)
    place = room * rng.uniform(0.2, 0.8, 2)
    return [(line - low) * size + place for line in lines]


def scribble(rng: np.random.Generator) -> list[Line]:
    """Quick strokes to and fro."""
    lines = []
    for _ in range(int(rng.integers(1, 9))):
        turns = rng.uniform(0, 1, (int(rng.integers(2, 14)), 2))
        spread = rng.uniform(0.2, 1.0, 2)
        lines.append(
            rounded(even(rng.uniform(0, 1, 2) + turns * spread, 0.02), int(rng.integers(0, 5)))
        )
    return lines


def curl(rng: np.random.Generator) -> list[Line]:
    """Round scrawls."""
    lines = []
    for _ in range(int(rng.integers(1, 4))):
        t = np.linspace(0, rng.uniform(6, 40), 300)
        waves = rng.normal(0, 1, (4, 2)) / np.arange(1, 5)[:, None]
        phases = rng.uniform(0, 6.3, (4, 2))
        speeds = np.arange(1, 5)[:, None] * rng.uniform(0.2, 1.0)
        lines.append(
            sum(waves[i] * np.sin(speeds[i] * t[:, None] + phases[i]) for i in range(4)) * 0.3
        )
    return lines


def hatching(rng: np.random.Generator) -> list[Line]:
    """The cell filled with lines."""
    lines, count = [], int(rng.integers(5, 24))
    for crossed in range(int(rng.integers(1, 3))):
        ways = [np.array([[0, i / count], [1, i / count]]) for i in range(count)]
        if rng.random() < 0.5:
            ways = [np.concatenate([way[:: (-1) ** i] for i, way in enumerate(ways)])]
        turn = rng.uniform(0, 3.1) + crossed * 1.5
        lines += [rotated(even(way, 0.03) + rng.normal(0, 0.01, 2), turn) for way in ways]
    return lines[:60]


def arc(
    middle: Sequence[float], radii: Sequence[float], start: float = 0, end: float = 2 * np.pi
) -> Line:
    """A part of an ellipse."""
    t = np.linspace(start, end, 40)
    return np.array(middle) + np.stack([np.cos(t), np.sin(t)], axis=1) * np.array(radii)


def polygon(corners: int, turn: float = 0, star: bool = False) -> Line:
    """A closed polygon or a star."""
    order = np.arange(corners + 1) * (2 if star else 1)
    t = order * 2 * np.pi / corners + turn
    return even(np.stack([np.cos(t), np.sin(t)], axis=1), 0.04)


def shape(rng: np.random.Generator) -> list[Line]:
    """A figure of geometry or an everyday sign."""
    t = np.linspace(0, 1, 200)[:, None]
    heart = np.linspace(0, 2 * np.pi, 80)
    figures: list[list[Line]] = [
        [arc((0, 0), (1, rng.uniform(0.3, 1)))],
        [polygon(int(rng.integers(3, 8)), rng.uniform(0, 6))],
        [polygon(5, rng.uniform(0, 6), star=True)],
        [np.concatenate([t, t], 1) * np.concatenate([np.cos(25 * t), np.sin(25 * t)], 1)],
        [np.concatenate([t, 0.2 * np.sign(np.sin(t * rng.uniform(10, 40)))], 1)],
        [np.concatenate([t, 0.15 * np.sin(t * rng.uniform(10, 40))], 1)],
        [np.stack([np.sin(heart) ** 3, -0.8 * np.cos(heart) + 0.3 * np.cos(2 * heart)], 1)],
        [even(np.array([[0, 0], [1, 1]]), 0.03), even(np.array([[1, 0], [0, 1]]), 0.03)],
        [even(np.array([[0, 0.6], [0.4, 1], [1, 0]]), 0.03)],
        [arc((0, 0), (r, r)) for r in (0.3, 0.6, 1.0)],
        [polygon(4, np.pi / 4), arc((0, 0), (0.4, 0.4))],
        [
            even(np.array([[0, 0.5], [1, 0.5]]), 0.03),
            even(np.array([[0.7, 0.3], [1, 0.5], [0.7, 0.7]]), 0.03),
        ],
    ]
    lines = figures[int(rng.integers(len(figures)))]
    turn, squeeze = rng.normal(0, 0.2), np.exp(rng.normal(0, 0.2, 2))
    return [rotated(line * squeeze, turn) + rng.normal(0, 0.01, line.shape) for line in lines]


def _line(*points: tuple[float, float]) -> Line:
    return even(np.array(points, float), 0.03)


DRAWINGS: list[list[Line]] = [
    [
        arc((0, 0), (1, 1)),
        arc((-0.4, -0.3), (0.1, 0.1)),
        arc((0.4, -0.3), (0.1, 0.1)),
        arc((0, 0.1), (0.5, 0.5), 0.3, 2.8),
    ],
    [
        _line((0, 1), (0, 0.4), (0.5, 0), (1, 0.4), (1, 1), (0, 1)),
        _line((0.4, 1), (0.4, 0.7), (0.6, 0.7), (0.6, 1)),
    ],
    [
        arc((-0.35, 0.8), (0.3, 0.25)),
        arc((0.35, 0.8), (0.3, 0.25)),
        _line((-0.2, 0.6), (-0.2, -0.7)),
        _line((0.2, 0.6), (0.2, -0.7)),
        arc((0, -0.7), (0.22, 0.3), np.pi, 2 * np.pi),
    ],
    [
        arc((0, -0.8), (0.25, 0.25)),
        _line((0, -0.55), (0, 0.3)),
        _line((0, 0.3), (-0.4, 1)),
        _line((0, 0.3), (0.4, 1)),
        _line((-0.5, -0.2), (0.5, -0.2)),
    ],
    [
        arc((0, 0), (0.2, 0.2)),
        *[arc((0.45 * np.cos(a), 0.45 * np.sin(a)), (0.22, 0.22)) for a in np.arange(6) * 1.05],
        _line((0, 0.6), (0.05, 1.6)),
    ],
    [
        _line(
            (-1, 0.2),
            (-0.6, 0.2),
            (-0.4, -0.2),
            (0.3, -0.2),
            (0.6, 0.2),
            (1, 0.2),
            (1, 0.5),
            (-1, 0.5),
            (-1, 0.2),
        ),
        arc((-0.5, 0.55), (0.2, 0.2)),
        arc((0.5, 0.55), (0.2, 0.2)),
    ],
    [
        arc((0, 0), (0.8, 0.4)),
        _line((0.75, 0), (1.2, -0.35), (1.2, 0.35), (0.75, 0)),
        arc((-0.45, -0.1), (0.05, 0.05)),
    ],
    [
        arc((-0.4, 0), (0.4, 0.4)),
        arc((0.4, 0), (0.4, 0.4)),
        arc((-0.4, 0.05), (0.06, 0.06)),
        arc((0.4, 0.05), (0.06, 0.06)),
    ],
    [_line((0, 1), (0, 0)), arc((0, -0.2), (0.5, 0.45)), _line((-0.3, 1), (0.3, 1))],
    [_line((0.3, 0), (0, 0.6), (0.4, 0.6), (0.1, 1.2)), _line((0, 0), (1, 0))],
]
"""A face, a house, a body part, a figure, a flower, a car, a fish, and others as simple."""


def drawing(rng: np.random.Generator) -> list[Line]:
    """One of DRAWINGS, bent."""
    lines = DRAWINGS[int(rng.integers(len(DRAWINGS)))]
    bend = rng.normal(0, 0.12, (2, 2)) + np.eye(2)
    return [rounded(one @ bend + rng.normal(0, 0.012, one.shape), 1) for one in lines]


def dots(rng: np.random.Generator) -> list[Line]:
    """Dots and short dashes."""
    count, length = int(rng.integers(1, 40)), rng.choice((0.0, 0.02, 0.06))
    middles = rng.uniform(0, 1, (count, 2))
    return [middle + np.array([[0, 0], rng.normal(0, length, 2) + 1e-4]) for middle in middles]
