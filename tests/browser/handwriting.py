"""Generates handwriting along the median lines of a character's strokes, for the screenshots."""

from __future__ import annotations

import json
import random
from math import cos, hypot, pi, sin
from typing import Any

from jielong.pen import Point, encode

from tests.browser.participant_page import Path
from tests.service import ROOT

STROKES = ROOT / "static" / "strokes"
UNITS, TOP = 1024, 900
"""The data's square, and how high above its origin the upper edge is."""

GRID = 4095
STEP = 0.004
"""The distance between two samples of a stroke where it is slowest, in cells."""
QUICK = 6
"""How much quicker it is in the middle."""
SAMPLE_MS = 9
REST_MS = 170
SMALLER = 0.84


def smooth(path: Path) -> Path:
    """The same way round its corners (a Catmull-Rom curve), in equal times: slow, quick, slow."""
    points = [path[0], *path, path[-1]]
    fine: Path = []
    for a, b, c, d in zip(points, points[1:], points[2:], points[3:], strict=False):
        steps = max(2, round(hypot(c[0] - b[0], c[1] - b[1]) / STEP))
        for step in range(steps):
            t = step / steps
            x, y = (
                0.5 * (2 * b[i] + (c[i] - a[i]) * t + (2 * a[i] - 5 * b[i] + 4 * c[i] - d[i]) * t**2
                       + (3 * b[i] - a[i] - 3 * c[i] + d[i]) * t**3)
                for i in (0, 1)
            )  # fmt: skip
            fine.append((x, y))
    result: Path = []
    at = 0.0
    while at < len(fine):
        result.append(fine[int(at)])
        at += 1 + (QUICK - 1) * sin(pi * min(1.0, at / len(fine) * 0.82))
    return [*result, path[-1]]


class Handwriting:
    """The handwriting of one person, with a slant, a size and a weight."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._slant = rng.uniform(-0.02, 0.09)
        self._rise = rng.uniform(0.0, 0.07)
        self._size = SMALLER * rng.uniform(0.94, 1.04)
        self._weight = rng.uniform(0.8, 1.25)

    def paths(self, char: str) -> list[Path]:
        """Where the strokes of a Chinese character go, in cells."""
        name = f"{ord(char):x}.json"
        data: dict[str, Any] = json.loads((STROKES / name).read_text())
        return [self._path(median) for median in data["medians"]]

    def character(self, char: str) -> tuple[tuple[int, ...], ...]:
        """The strokes as on the wire."""
        return tuple(self._stroke(smooth(path), i) for i, path in enumerate(self.paths(char)))

    def _path(self, median: list[list[float]]) -> Path:
        rng = self._rng
        shift = rng.gauss(0, 0.007), rng.gauss(0, 0.007)
        turn = rng.gauss(0, 0.016)
        points = [(x / UNITS - 0.5, (TOP - y) / UNITS - 0.5) for x, y in median]
        middle = (points[0][0] + points[-1][0]) / 2, (points[0][1] + points[-1][1]) / 2
        path: Path = []
        for x, y in points:
            dx, dy = x - middle[0], y - middle[1]
            bent_x = middle[0] + dx * cos(turn) - dy * sin(turn)
            bent_y = middle[1] + dx * sin(turn) + dy * cos(turn)
            bent_x, bent_y = bent_x - self._slant * bent_y, bent_y - self._rise * bent_x
            path.append(
                (0.5 + bent_x * self._size + shift[0], 0.5 + bent_y * self._size + shift[1])
            )
        return path

    def _stroke(self, path: Path, number: int) -> tuple[int, ...]:
        points = []
        width = 92.0
        for i, (x, y) in enumerate(path):
            way = hypot(x - path[i - 1][0], y - path[i - 1][1]) if i else 0.0
            wanted = 118 - 82 * min(1.0, way / SAMPLE_MS / 0.0032)
            width += (wanted - width) * min(1.0, way / 0.09)
            dt = SAMPLE_MS if i else REST_MS * (number > 0)
            points.append(Point(round(x * GRID), round(y * GRID), dt, round(width * self._weight)))
        return tuple(encode(points))
