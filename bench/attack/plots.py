"""Plots of the attacks, beside their results."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import matplotlib.axes

from bench import figures
from bench.figures import Bars

GOAL, MOST = 60, 420
Axis = matplotlib.axes.Axes


def crowds(path: Path, found: dict[str, Any]) -> Path:
    """Hands of the last minute, second by second, in each scenario."""

    def draw(axis: Axis, name: str) -> None:
        for crowd, told in found[name].items():
            if isinstance(told, dict):
                by_second = told["hands_by_second"]
                last = [sum(by_second[max(0, i - 59) : i + 1]) for i in range(len(by_second))]
                axis.plot(last, label=crowd)
        if "farm" in found[name]:
            axis.axhline(GOAL, color="black", linestyle="--", label="goal for a farm")
        axis.set_title(name, fontsize="medium")
        axis.set_ylabel("hands in 60 s")

    panels = [partial(draw, name=name) for name in found]
    return figures.save(path, "Counted hands behind one address", panels, "seconds")


def hour(path: Path, found: dict[str, Any]) -> Path:
    """Hands of each minute of a simulated hour."""

    def draw(axis: Axis, kind: str) -> None:
        for name, told in found.items():
            if name.startswith(kind):
                axis.plot(told["by_minute"], label=name)
        if kind == "farm":
            axis.axhline(GOAL, color="black", linestyle="--", label="goal")
            axis.set_ylim(0, MOST)
        axis.set_ylabel("hands a minute")

    panels = [partial(draw, kind=kind) for kind in ("farm", "school")]
    return figures.save(path, "An hour of the guard's rules, simulated", panels, "minutes")


def siege(path: Path, found: dict[str, Any]) -> Path:
    """Turns of honest clients, in quiet and under attack."""
    told = found["siege"]
    phases = {phase: told[phase] for phase in ("quiet", "attacked")}

    def times(of: dict[str, dict[str, Any]]) -> dict[str, float]:
        ranks = ("p50", "p99")
        return {f"{phase}, {rank}": it[f"{rank}_ms"] for phase, it in of.items() for rank in ranks}

    turns = times(phases)
    control = times({phase: it["control"] for phase, it in phases.items()})
    goal = {"attacked, p99": 2 * told["quiet"]["p99_ms"]}
    memory = {phase: it["mb"] for phase, it in phases.items()}
    panels = [
        Bars("ms from a commit to its answer", turns, goal),
        Bars("ms of a frame through bare picows meanwhile", control, {}),
        Bars("MB resident", memory, {}),
    ]
    title = f"{told['honest']} honest and {told['hostile']} hostile clients"
    return figures.save_bars(path, title, panels)


DRAW: dict[str, Callable[[Path, dict[str, Any]], Path]] = {
    "crowds": crowds,
    "hour": hour,
    "siege": siege,
}
