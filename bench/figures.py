"""Plots beside the results: one file each, made from what the JSON holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt

Draw = Callable[[Any], None]
WIDTH, HEIGHT = 9.0, 2.6
DPI = 110
BAR_HEIGHT, BAR_MARGIN = 0.36, 0.7
"""Inches of one bar, and of what stands around the bars of a panel."""


def save(path: Path, title: str, panels: Sequence[Draw], x_label: str) -> Path:
    """Panels below each other with one x axis, in `path` with the suffix `.png`."""
    figure, axes = plt.subplots(
        len(panels), 1, sharex=True, figsize=(WIDTH, HEIGHT * len(panels)), squeeze=False
    )
    figure.suptitle(title)
    for axis, draw in zip(axes[:, 0], panels, strict=True):
        draw(axis)
        axis.grid(alpha=0.3)
        if axis.get_legend_handles_labels()[0]:
            axis.legend(fontsize="small", loc="upper left")
    axes[-1, 0].set_xlabel(x_label)
    figure.tight_layout()
    target = path.with_suffix(".png")
    figure.savefig(target, dpi=DPI)
    plt.close(figure)
    return target


class Bars(NamedTuple):
    """Figures to be compared.

    Attributes:
        what: they are, with their unit.
        values: by name.
        goals: where a value should not go beyond; only for some names.
    """

    what: str
    values: dict[str, float]
    goals: dict[str, float]


def save_bars(path: Path, title: str, panels: Sequence[Bars]) -> Path:
    """Panels of bars below each other, in `path` with the suffix `.png`; a line is a goal."""
    rows = [max(len(panel.values), 1) for panel in panels]
    figure, axes = plt.subplots(
        len(panels),
        1,
        figsize=(WIDTH, sum(rows) * BAR_HEIGHT + len(rows) * BAR_MARGIN),
        height_ratios=rows,
        squeeze=False,
    )
    figure.suptitle(title)
    for axis, panel in zip(axes[:, 0], panels, strict=True):
        names = list(panel.values)
        drawn = axis.barh(names, list(panel.values.values()), height=0.6)
        axis.bar_label(drawn, fmt="{:,.4g}", padding=4, fontsize="small")
        for name, goal in panel.goals.items():
            at = names.index(name)
            axis.vlines(goal, at - 0.45, at + 0.45, colors="tab:red", linewidth=2)
        axis.invert_yaxis()
        axis.margins(x=0.12)
        axis.set_xlabel(panel.what, fontsize="small")
        axis.grid(axis="x", alpha=0.3)
    figure.tight_layout()
    target = path.with_suffix(".png")
    figure.savefig(target, dpi=DPI)
    plt.close(figure)
    return target
