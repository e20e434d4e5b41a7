"""Reads ink with zinnia, a recognizer that shares nothing with the check: a third opinion.

Debian's packages `zinnia-utils` and `tegaki-zinnia-simplified-chinese`. Its model was learned from
handwriting of people: 6,763 simplified characters and some signs. It needs the usual order and
direction of strokes, and strokes that are not joined, so it reads less than the check does.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Self

from server.relay.ink import POINT, Stroke

MODEL = Path("/usr/share/tegaki/models/zinnia/handwriting-zh_CN.model")
BEST = 10
"""So many characters are asked for, the likeliest first."""

BOX, MARGIN = 1_000, 100
SECONDS = 600.0
ANSWER = "Answer:"


class Zinnia:
    """The program with its model."""

    def __init__(self, program: str) -> None:
        """Ask it for the characters that it knows."""
        self._program = program
        dot: list[list[Stroke]] = [[[0, 0, 0, 1]]]
        (every,) = self._answers(dot, 99_999)
        self.known = frozenset(every)

    @classmethod
    def installed(cls) -> Self | None:
        """It; None where it or its model is not installed."""
        program = shutil.which("zinnia")
        return cls(program) if program and MODEL.exists() else None

    def read(self, inks: Sequence[Sequence[Stroke]]) -> list[list[str]]:
        """The BEST characters for each ink, the likeliest first."""
        return self._answers(inks, BEST)

    def _answers(self, inks: Sequence[Sequence[Stroke]], best: int) -> list[list[str]]:
        command = [self._program, f"--model={MODEL}", f"--nbest={best}"]
        lines = "".join(f"{_expression(ink)}\n" for ink in inks)
        done = subprocess.run(
            command, input=lines, capture_output=True, text=True, check=True, timeout=SECONDS
        )
        answers = done.stdout.split(ANSWER)[1:]
        if len(answers) != len(inks):
            raise RuntimeError(f"zinnia answered {len(answers)} of {len(inks)}: {done.stderr}")
        return [[line.split()[0] for line in it.splitlines() if line.strip()] for it in answers]


def _expression(strokes: Sequence[Stroke]) -> str:
    """The ink as zinnia reads it, as large as its box allows."""
    lines = [_places(stroke) for stroke in strokes]
    (left, right), (top, bottom) = (_ends(c) for c in zip(*_all(lines), strict=True))
    size = (BOX - 2 * MARGIN) / max(right - left, bottom - top, 1)
    x0 = BOX / 2 - (left + right) / 2 * size
    y0 = BOX / 2 - (top + bottom) / 2 * size
    told = " ".join(
        "(" + "".join(f"({x * size + x0:.0f} {y * size + y0:.0f})" for x, y in line) + ")"
        for line in lines
    )
    return f"(character (width {BOX}) (height {BOX}) (strokes {told}))"


def _places(stroke: Stroke) -> list[tuple[int, int]]:
    return list(zip(accumulate(stroke[::POINT]), accumulate(stroke[1::POINT]), strict=True))


def _all(lines: Iterable[Iterable[tuple[int, int]]]) -> Iterable[tuple[int, int]]:
    return (place for line in lines for place in line)


def _ends(values: Sequence[int]) -> tuple[int, int]:
    return min(values), max(values)
