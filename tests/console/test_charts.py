"""Charts: scales, gaps and rates."""

from __future__ import annotations

import pytest

from server.console.charts import HEIGHT, WIDTH, Series, bar_chart, line_chart, nice_top
from server.console.pages.overview import rates


@pytest.mark.parametrize(
    ("highest", "top"), [(0, 3), (3, 3), (4, 6), (17, 30), (310, 600), (7_400, 7_500)]
)
def test_the_top_of_a_scale_is_above_the_highest_value_and_round(
    highest: float, top: float
) -> None:
    assert nice_top(highest) == top


def test_a_line_has_a_stretch_for_each_part_without_a_gap() -> None:
    chart = line_chart("", [Series("", [0, 3, None, 3, 0, None])])
    (line,) = chart.lines
    assert [len(points.split()) for points in line.points] == [2, 2]
    assert line.points[0] == f"0.0,{HEIGHT:.1f} {WIDTH / 5:.1f},0.0"
    assert line.last is None


def test_bars_tell_what_is_left_of_the_step_before() -> None:
    bars = bar_chart([("a", 200), ("b", 50), ("c", 0), ("d", 0)])
    assert [bar.share for bar in bars] == [100, 25, 0, 0]
    assert [bar.kept for bar in bars] == [None, 25, 0, None]


def test_a_rate_is_unknown_when_the_total_begins_anew_or_samples_are_missing() -> None:
    every_2_s = [2_000 * number for number in range(4)]
    assert rates(every_2_s, [0, 1, 2, 3]) == [30, 30, 30]
    assert rates(every_2_s, [10, 11, 0, 1]) == [30, None, None]
    assert rates([0, 2_000, 600_000], [0, 1, 2])[-1] is None
    assert rates([], []) == []
    assert rates([0], [5]) == []
