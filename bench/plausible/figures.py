"""The rates of a set of judged samples, and their plots."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bench.plausible.samples import Sample, script_of
from server.plausible.verdict import Judgement, Verdict
from server.relay.campaign import Thresholds

VERDICTS = (Verdict.OK, Verdict.UNSURE, Verdict.NO)


class Judged(NamedTuple):
    """Samples and what was found of them."""

    samples: Sequence[Sample]
    found: Sequence[Judgement]

    def rates(self, *, honest: bool, kind: str = "", script: str = "") -> dict[str, float]:
        """The share of each verdict, in percent."""
        verdicts = [
            one.verdict
            for sample, one in zip(self.samples, self.found, strict=True)
            if sample.honest == honest
            and kind in {"", sample.kind}
            and script in {"", script_of(sample.char)}
        ]
        return {v: round(100 * verdicts.count(v) / max(1, len(verdicts)), 2) for v in VERDICTS}

    def table(self) -> dict[str, object]:
        """The rates of everything, by kind and by script."""
        kinds = list(dict.fromkeys((one.honest, one.kind) for one in self.samples))
        scripts = sorted({script_of(one.char) for one in self.samples})
        return {
            "honest": self.rates(honest=True),
            "hostile": self.rates(honest=False),
            "kinds": {kind: self.rates(honest=honest, kind=kind) for honest, kind in kinds},
            "scripts": {
                script: {
                    "honest": self.rates(honest=True, script=script),
                    "hostile": self.rates(honest=False, script=script),
                }
                for script in scripts
            },
        }

    def scores(self, *, honest: bool) -> np.ndarray:
        """The scores of honest or of hostile ink."""
        pairs = zip(self.samples, self.found, strict=True)
        return np.array([one.score for sample, one in pairs if sample.honest == honest])


def draw(ways: dict[str, Judged], path: Path) -> None:
    """For each way of judging: the curve of errors, the scores, and the verdicts by kind."""
    import matplotlib.pyplot as plt  # noqa: PLC0415  (only plots need it)

    figure, axes = plt.subplots(len(ways), 3, figsize=(19, 5.6 * len(ways)), squeeze=False)
    for row, (name, judged) in zip(axes, ways.items(), strict=True):
        _curve(row[0], judged)
        _scores(row[1], judged)
        _kinds(row[2], judged)
        row[0].set_title(f"{name}: errors by threshold")
    figure.tight_layout()
    figure.savefig(path, dpi=80)


def _curve(axes, judged: Judged) -> None:
    levels = np.linspace(0, 1, 501)
    honest, hostile = judged.scores(honest=True), judged.scores(honest=False)
    axes.plot(levels, [100 * (hostile >= level).mean() for level in levels], label="hostile passes")
    axes.plot(levels, [100 * (honest < level).mean() for level in levels], label="honest does not")
    defaults = Thresholds()
    for level, word in ((defaults.ok, "ok"), (defaults.no, "no")):
        axes.axvline(level, color="grey", linestyle=":")
        axes.text(level, 40, f" {word}", color="grey")
    axes.set_yscale("log")
    axes.set_ylim(0.02, 100)
    axes.set_xlabel("score at which ink passes")
    axes.set_ylabel("% of samples")
    axes.grid(alpha=0.3)
    axes.legend()


def _scores(axes, judged: Judged) -> None:
    bins = np.linspace(0, 1, 51)
    for honest, word in ((True, "honest"), (False, "hostile")):
        axes.hist(judged.scores(honest=honest), bins, alpha=0.6, label=word)
    axes.set_yscale("log")
    axes.set_title("scores")
    axes.set_xlabel("score")
    axes.legend()


def _kinds(axes, judged: Judged) -> None:
    kinds = list(dict.fromkeys((one.honest, one.kind) for one in judged.samples))[::-1]
    left = np.zeros(len(kinds))
    for verdict, colour in zip(VERDICTS, ("#3b7d4f", "#d8b04a", "#a33a2c"), strict=True):
        widths = np.array([judged.rates(honest=h, kind=kind)[verdict] for h, kind in kinds])
        labels = [f"{kind} ({'honest' if honest else 'hostile'})" for honest, kind in kinds]
        axes.barh(labels, widths, left=left, color=colour, label=verdict)
        for i, width in enumerate(widths):
            if width >= 4:
                axes.text(
                    left[i] + width / 2, i, f"{width:.1f}", ha="center", va="center", color="w"
                )
        left += widths
    axes.set_title("verdicts, % of each kind")
    axes.legend(loc="lower right")
