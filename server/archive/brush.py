"""The shape of a stroke for pictures drawn here: the page's brush, in simpler geometry.

`static/js/shared/brush.js` is the model: the same slanted nib, the same widths, the same entry, and
the same tail after a flick.
"""

from __future__ import annotations

from itertools import accumulate, pairwise
from math import cos, hypot, pi, radians, sin
from typing import NamedTuple

from server.relay.ink import GRID, MAX_NIB, POINT, Stroke

WIDEST_RADIUS = GRID * 0.112
NIB_DEGREES = 38
"""How the nib's long axis lies to the horizontal."""

FLATNESS = 0.7
"""The nib's short axis as a share of the long one."""

FOLLOW = 0.72
"""How much of the way to the next point the brush goes; the rest smooths the hand's shaking."""

ENTRY = GRID * 0.035
LONGEST_EXIT = GRID * 0.34
SHORTEST_EXIT = GRID * 0.025
FLICK = GRID * 0.0035
LEAVING_MS = 60
LEAST_STEP = GRID * 0.003
"""Points closer than this to the one before add nothing that can be seen."""


_COS, _SIN = cos(radians(NIB_DEGREES)), sin(radians(NIB_DEGREES))


class _Place(NamedTuple):
    x: float
    y: float
    radius: float
    time: int
    """Milliseconds since the stroke began."""


class Piece(NamedTuple):
    """A part of a stroke's outline, and when the brush has drawn it.

    Attributes:
        time: in milliseconds since the stroke began.
        path: SVG path data.
    """

    time: int
    path: str


def outline(stroke: Stroke) -> str:
    """The outline as SVG path data in grid units, for the nonzero fill rule; empty without points.

    Costs about 5 us a point, and 50 bytes a point that is kept.
    """
    return "".join(piece.path for piece in pieces(stroke))


def pieces(stroke: Stroke) -> list[Piece]:
    """The parts of the outline in the order in which the brush draws them."""
    points = list(
        zip(
            accumulate(stroke[0::POINT]),
            accumulate(stroke[1::POINT]),
            stroke[2::POINT],
            accumulate(stroke[3::POINT]),
            strict=True,
        )
    )
    if not points:
        return []
    stretched = 1 / FLATNESS
    times = accumulate((dt for _, _, dt, _ in points[1:]), initial=0)
    places = _smooth(
        [
            _Place(*_turned(x, y, stretched), w / MAX_NIB * WIDEST_RADIUS, time)
            for (x, y, _, w), time in zip(points, times, strict=True)
        ]
    )
    tapered = _tapered(places, _exit(points))
    joints = ["", *(_joint(one, other) for one, other in pairwise(tapered))]
    return [
        Piece(place.time, _nib(place) + joint) for place, joint in zip(tapered, joints, strict=True)
    ]


def _smooth(places: list[_Place]) -> list[_Place]:
    """The path of the brush, without points that are too close to each other to matter."""
    kept = [places[0]]
    x, y = places[0].x, places[0].y
    for place in places[1:]:
        x += (place.x - x) * FOLLOW
        y += (place.y - y) * FOLLOW
        if hypot(x - kept[-1].x, y - kept[-1].y) >= LEAST_STEP:
            kept.append(_Place(x, y, place.radius, place.time))
    last = places[-1]
    if hypot(last.x - kept[-1].x, last.y - kept[-1].y) >= LEAST_STEP:
        kept.append(last)
    return kept


def _tapered(places: list[_Place], leaving: float) -> list[_Place]:
    """Make the path thinner at its start, and towards the tip of a tail of length `leaving`."""
    steps = [hypot(b.x - a.x, b.y - a.y) for a, b in pairwise(places)]
    way = sum(steps)
    if way == 0:
        return places
    entry = min(ENTRY, way * 0.4)
    tail = min(leaving, way * 0.5)
    result = []
    for place, gone in zip(places, accumulate(steps, initial=0.0), strict=True):
        share = 1.0
        if gone < entry:
            into = gone / entry
            share = 0.5 + 0.5 * into * (2 - into)
        if way - gone < tail:
            left = max(0.0, way - gone) / tail
            share = min(share, 0.1 + 0.9 * sin(left * pi / 2))
        result.append(place._replace(radius=place.radius * share))
    return result


def _exit(points: list[tuple[int, int, int, int]]) -> float:
    """The length of the tail: none when the hand came to rest, long after a flick."""
    time = 0
    way = 0.0
    for (x, y, dt, _), before in zip(reversed(points), reversed(points[:-1]), strict=False):
        if time >= LEAVING_MS:
            break
        time += dt
        way += hypot(x - before[0], y - before[1])
    share = min(1.0, way / max(1, time) / FLICK)
    length = LONGEST_EXIT * share * share
    return 0.0 if length < SHORTEST_EXIT else length


def _turned(x: float, y: float, squeeze: float) -> tuple[float, float]:
    """A point in coordinates stretched across the nib, in which the nib is round."""
    along = x * _COS + y * _SIN
    across = (y * _COS - x * _SIN) * squeeze
    return along * _COS - across * _SIN, along * _SIN + across * _COS


def _nib(place: _Place) -> str:
    """The nib at a point, as an ellipse."""
    x, y = _turned(place.x, place.y, FLATNESS)
    r = place.radius
    dx, dy = r * _COS, r * _SIN
    half = f"a{r:.1f} {r * FLATNESS:.1f} {NIB_DEGREES} 1 0"
    there, back = f"{2 * dx:.1f} {2 * dy:.1f}", f"{-2 * dx:.1f} {-2 * dy:.1f}"
    return f"M{x - dx:.1f} {y - dy:.1f}{half} {there}{half} {back}Z"


def _joint(a: _Place, b: _Place) -> str:
    """The area between two nibs, with the same orientation as theirs."""
    length = hypot(b.x - a.x, b.y - a.y)
    nx, ny = (a.y - b.y) / length, (b.x - a.x) / length
    corners = (
        _turned(a.x + nx * a.radius, a.y + ny * a.radius, FLATNESS),
        _turned(b.x + nx * b.radius, b.y + ny * b.radius, FLATNESS),
        _turned(b.x - nx * b.radius, b.y - ny * b.radius, FLATNESS),
        _turned(a.x - nx * a.radius, a.y - ny * a.radius, FLATNESS),
    )
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in corners) + "Z"
