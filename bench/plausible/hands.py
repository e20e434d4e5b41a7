"""Honest hands: a character's strokes as people of many kinds write them, from a seed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from server.relay.ink import GRID, Stroke

Line = NDArray[np.float64]
Lines = Sequence[Line]

KINDS = ("neat", "usual", "fast", "cursive", "tiny", "edge", "left-handed", "shaky", "slanted")
SAMPLE_MS = 11


class Hand:
    """One person with one habit of writing."""

    def __init__(self, rng: np.random.Generator, kind: str) -> None:
        """`kind` is one of KINDS."""
        self._rng = rng
        self._kind = kind
        loose = {"neat": 0.5, "fast": 1.35, "cursive": 1.3, "shaky": 1.1}.get(kind, 1.0)
        self._loose = loose * rng.uniform(0.7, 1.2)
        self._slant = rng.normal(0, 0.06)
        if kind == "slanted":
            self._slant = rng.choice((-1, 1)) * rng.uniform(0.15, 0.4)
        elif kind == "left-handed":
            self._slant = -rng.uniform(0.0, 0.25)
        self._rise = rng.normal(0.03, 0.035)
        self._turn = rng.normal(0, 0.05)
        self._aspect = np.exp(rng.normal(0, 0.11))
        self._joined = {"cursive": rng.uniform(0.3, 0.7), "fast": rng.uniform(0.05, 0.35)}.get(
            kind, rng.uniform(0, 0.08)
        )
        self._reorders = rng.random() < 0.25
        self._reversed = 0.5 if kind == "left-handed" else rng.choice((0.0, 0.0, 0.15))
        self._size = {"tiny": rng.uniform(0.16, 0.32), "edge": rng.uniform(0.3, 0.6)}.get(
            kind, rng.uniform(0.5, 0.92)
        )

    def character(self, strokes: Lines) -> list[Stroke]:
        """The ink on the wire, of strokes in a box of 1 by 1."""
        lines = [self._stroke(line) for line in strokes]
        if self._reorders:
            lines = [lines[i] for i in self._rng.permutation(len(lines))]
        lines = [line[::-1] if self._rng.random() < self._reversed else line for line in lines]
        lines = self._whole(self._join(lines))
        return [self._wire(line) for line in lines]

    def _stroke(self, line: Line) -> Line:
        rng, loose = self._rng, self._loose
        line = even(line, 0.02)
        if self._kind in {"fast", "cursive"} and len(line) > 6:
            line = rounded(line, int(rng.integers(1, 3 + len(line) // 6)))
            cut = int(len(line) * rng.uniform(0, 0.12))
            line = line[: len(line) - cut]
        middle = line.mean(axis=0)
        turn = rng.normal(0, 0.05 * loose)
        scale = np.exp(rng.normal(0, 0.07 * loose, 2))
        shift = rng.normal(0, 0.018 * loose, 2)
        bend = rng.normal(0, 0.015 * loose) * np.sin(np.linspace(0, np.pi, len(line)))
        normal = np.array([-(line[-1] - line[0])[1], (line[-1] - line[0])[0]])
        length = np.hypot(*normal)
        if length > 1e-6:
            line = line + bend[:, None] * normal / length * min(1.0, length * 3)
        return middle + rotated((line - middle) * scale, turn) + shift

    def _join(self, lines: list[Line]) -> list[Line]:
        joined = [lines[0]]
        for line in lines[1:]:
            gap = np.hypot(*(line[0] - joined[-1][-1]))
            if gap < 0.6 and self._rng.random() < self._joined:
                steps = max(2, int(gap / 0.02))
                way = (
                    joined[-1][-1] + (line[0] - joined[-1][-1]) * np.linspace(0, 1, steps)[:, None]
                )
                joined[-1] = rounded(np.concatenate([joined[-1], way, line]), 2)
            else:
                joined.append(line)
        return joined

    def _whole(self, lines: list[Line]) -> list[Line]:
        rng = self._rng
        warp = waves(rng, 0.022 * self._loose)
        skew = np.array([[1.0, self._rise * -1], [-self._slant, 1.0]])
        aspect = np.array([self._aspect**0.5, self._aspect**-0.5])
        lines = [rotated((line + warp(line) - 0.5) @ skew * aspect, self._turn) for line in lines]
        every = np.concatenate(lines)
        low, high = every.min(axis=0), every.max(axis=0)
        size = self._size / max(float((high - low).max()), 0.25)
        room = np.maximum(1 - (high - low) * size, 0)
        if self._kind == "edge":
            place = room * rng.choice((0.0, 0.02, 0.98, 1.0), 2)
        elif self._kind == "tiny":
            place = room * rng.uniform(0, 1, 2)
        else:
            place = room * np.clip(rng.normal(0.5, 0.15, 2), 0, 1)
        shake = 0.006 if self._kind == "shaky" else 0.0012
        return [
            (line - low) * size + place + rng.normal(0, shake, line.shape) * min(1.0, size * 1.5)
            for line in lines
        ]

    def _wire(self, line: Line) -> Stroke:
        sparse = {"fast": 0.05, "cursive": 0.035}.get(self._kind, 0.015) * self._rng.uniform(
            0.6, 1.4
        )
        return wire(line if len(line) < 3 else even(line, sparse), self._rng)


def even(line: Line, step: float) -> Line:
    """The same line in equal steps of about this length."""
    lengths = np.hypot(*np.diff(line, axis=0).T)
    ends = np.concatenate([[0.0], np.cumsum(lengths)])
    if ends[-1] < 1e-9:
        return line[:1]
    at = np.linspace(0, ends[-1], max(2, round(ends[-1] / step) + 1))
    return np.stack([np.interp(at, ends, line[:, i]) for i in (0, 1)], axis=1)


def rounded(line: Line, width: int) -> Line:
    """The line with its corners cut: a moving mean of 2 x width + 1 points."""
    if width < 1 or len(line) <= 2 * width + 1:
        return line
    padded = np.concatenate([line[:1].repeat(width, 0), line, line[-1:].repeat(width, 0)])
    kernel = np.full(2 * width + 1, 1 / (2 * width + 1))
    return np.stack([np.convolve(padded[:, i], kernel, "valid") for i in (0, 1)], axis=1)


def rotated(line: Line, angle: float) -> Line:
    """Turned about the origin."""
    cos, sin = np.cos(angle), np.sin(angle)
    return line @ np.array([[cos, sin], [-sin, cos]])


def waves(rng: np.random.Generator, size: float):
    """A smooth displacement of the plane."""
    parts = [
        (
            rng.normal(0, size, 2),
            rng.uniform(1.5, 5.5, 2) * rng.choice((-1, 1), 2),
            rng.uniform(0, 6.3),
        )
        for _ in range(3)
    ]

    def displaced(line: Line) -> Line:
        return sum(way * np.sin(line @ wave + phase)[:, None] for way, wave, phase in parts)

    return displaced


def wire(line: Line, rng: np.random.Generator) -> Stroke:
    """A line in cells as a stroke of the protocol."""
    grid = np.clip(np.round(line * GRID), 0, GRID).astype(int)
    values = np.zeros((len(grid), 4), int)
    values[:, :2] = grid
    values[1:, :2] -= grid[:-1]
    values[:, 2] = SAMPLE_MS
    values[0, 2] = int(rng.integers(80, 400))
    values[0, 3] = 100
    return [int(value) for value in values.ravel()]
