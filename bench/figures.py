"""Plots beside the results: one file each, made from what the JSON holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt

Draw = Callable[[Any], None]
WIDTH, HEIGHT = 9.0, 2.6
DPI = 110


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
