"""Charts as the points of an SVG, which a template draws; no script is needed to see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 420, 120
"""The size of a line chart, in units of its `viewBox`."""

LINES = 3
"""Horizontal lines above the lowest one."""

_NICE = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True)
class Series:
    """One line: its label in English; its values, the oldest first, None where there is none."""

    label: str
    values: Sequence[float | None]


@dataclass(frozen=True)
class Line:
    """A series, laid out.

    Attributes:
        label: in English; translated where it is drawn.
        number: from 1; the colour.
        points: for `<polyline>`, one string for each stretch without a gap.
        last: the newest value; None where there is none.
    """

    label: str
    number: int
    points: Sequence[str]
    last: float | None


@dataclass(frozen=True)
class Chart:
    """A line chart.

    Attributes:
        title: in English; translated where it is drawn.
        lines: its lines.
        scale: positions of the horizontal lines, from above, with the value of each.
        unit: behind the newest values, in English.
    """

    title: str
    lines: Sequence[Line]
    scale: Sequence[tuple[float, str]]
    unit: str = ""


@dataclass(frozen=True)
class Bar:
    """One bar of a bar chart: its share of the longest one, 0 to 100, and of the one before."""

    label: str
    value: int
    share: float
    kept: int | None


def line_chart(title: str, series: Sequence[Series], unit: str = "") -> Chart:
    """A chart of series that have their values at the same moments."""
    highest = max((value for one in series for value in one.values if value), default=0.0)
    top = nice_top(highest)
    lines = [
        Line(one.label, number, _points(one.values, top), _last(one.values))
        for number, one in enumerate(series, 1)
    ]
    scale = [
        (round(HEIGHT * (1 - step / LINES), 1), _number(top * step / LINES))
        for step in range(LINES + 1)
    ]
    return Chart(title, lines, scale, unit)


def bar_chart(values: Sequence[tuple[str, int]]) -> list[Bar]:
    """Bars of steps that follow each other: how many reached each."""
    most = max((value for _, value in values), default=0) or 1
    bars: list[Bar] = []
    for label, value in values:
        before = bars[-1].value if bars else 0
        kept = round(100 * value / before) if before else None
        bars.append(Bar(label, value, round(100 * value / most, 1), kept))
    return bars


def nice_top(highest: float) -> float:
    """The value at the top of a scale: the next one above that is easily divided."""
    step = max(highest, 1) / LINES
    power = 1.0
    while step > power * 10:
        power *= 10
    return next(power * nice * LINES for nice in _NICE if power * nice >= step)


def _points(values: Sequence[float | None], top: float) -> list[str]:
    stretches: list[list[str]] = [[]]
    across = WIDTH / max(len(values) - 1, 1)
    for index, value in enumerate(values):
        if value is None:
            stretches.append([])
        else:
            y = HEIGHT * (1 - min(value, top) / top)
            stretches[-1].append(f"{index * across:.1f},{y:.1f}")
    return [" ".join(points) for points in stretches if len(points) > 1]


def _last(values: Sequence[float | None]) -> float | None:
    return values[-1] if values else None


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.1f}"
