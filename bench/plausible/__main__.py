"""`python -m bench.plausible`: how often the check of ink is wrong, and what it costs.

Honest hands and hostile ink come from seeded generators over KanjiVG, another source than the
shapes that they are compared with. Everything is measured on characters that nothing was tuned for.
With `--tune`, `server/plausible/expected.npz` and `learned.npz` are made anew first, from the other
half. With `--altered` only altered characters are judged.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from pathlib import Path

for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[threads] = "1"  # before NumPy is loaded: the cost is that of one thread

import numpy as np  # noqa: E402
from numpy.typing import NDArray  # noqa: E402

from bench import results  # noqa: E402
from bench.plausible import altered, figures, tune  # noqa: E402
from bench.plausible.expected import learn  # noqa: E402
from bench.plausible.figures import Judged  # noqa: E402
from bench.plausible.samples import Sample, Samples  # noqa: E402
from bench.plausible.third_opinion import opinion  # noqa: E402
from bench.plausible.zinnia import Zinnia  # noqa: E402
from server.plausible import expected, learned  # noqa: E402
from server.plausible.expected import Expected  # noqa: E402
from server.plausible.judge import Asked, Judge  # noqa: E402
from server.plausible.ocr import Ocr  # noqa: E402
from server.plausible.reader import Reader  # noqa: E402
from server.plausible.shapes import Shapes  # noqa: E402
from server.plausible.verdict import judged  # noqa: E402
from server.relay.campaign import Thresholds  # noqa: E402

BATCH = 200
"""Characters that are judged at once."""

RUNS = 5
"""Of the check by shapes: its cost is the median. The reader is tried once."""


ROUNDING = 1e-3
"""By so much the numbers of two runs may differ: seen were 0.00003."""


def main() -> None:
    """Tune if asked; measure; write the result and its plot."""
    parser = argparse.ArgumentParser(prog="python -m bench.plausible")
    parser.add_argument("--samples", type=int, default=1_800, help="of either kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tune", action="store_true", help="learn anew from the training half")
    parser.add_argument("--altered", type=int, default=0, help="judge only so many altered ones")
    arguments = parser.parse_args()
    shapes = Shapes()
    if arguments.altered:
        judge_altered(shapes, arguments.altered, arguments.seed)
        return
    if arguments.tune:
        learn_anew(shapes, arguments.seed)
    reader = Reader.installed()
    held_out = Samples("held-out", shapes)
    samples = [
        *held_out.honest(arguments.samples, arguments.seed),
        *held_out.hostile(arguments.samples, arguments.seed),
    ]
    found, told = {}, {}
    for name, judge, runs in ways(reader):
        found[name], cost = measure(judge, samples, runs)
        told[name] = {"ms_per_character": cost} | found[name].table()
        sys.stdout.write(f"{name}: {cost} ms\n")
        for who in cost:
            sys.stdout.write(f"  {who}: {told[name][who]}\n")
    result = {"samples": len(samples), "ways": told}
    if (zinnia := Zinnia.installed()) is not None:
        result["zinnia"] = opinion(zinnia, shapes, found)
        sys.stdout.write(f"zinnia: {result['zinnia']}\n")
    else:
        sys.stdout.write("zinnia is not installed, and its opinion is left out\n")
    path = results.write("plausible", result)
    figures.draw(found, path.with_suffix(".png"))
    sys.stdout.write(f"{path}\n")


def learn_anew(shapes: Shapes, seed: int) -> None:
    """Make `expected.npz` and `learned.npz` anew, and tell whether they differ from before."""
    ocr = Ocr.installed()
    if ocr is None:
        sys.exit("--tune needs the reader: .venv/bin/pip install -e '.[reader]'")
    files = (expected.FILE, learned.LEARNED)
    before = [arrays(file) for file in files]
    expected.save(*learn(ocr, shapes))
    reader = Reader(ocr, Expected(ocr.classes))
    learned.save(tune.tune(reader, shapes, Samples("training", shapes), seed))
    for file, old in zip(files, before, strict=True):
        word = "the same as before" if alike(arrays(file), old) else "changed"
        sys.stdout.write(f"{file.name}: {word}\n")


def arrays(file: Path) -> dict[str, NDArray[np.float64]]:
    """The arrays of a file, by name: versions of zlib write the same ones as other bytes."""
    with np.load(file) as loaded:
        return {name: loaded[name].astype(np.float64) for name in loaded.files}


def alike(new: dict[str, NDArray[np.float64]], old: dict[str, NDArray[np.float64]]) -> bool:
    """Whether two files hold the same numbers but for ROUNDING."""
    return new.keys() == old.keys() and all(
        new[name].shape == old[name].shape
        and np.allclose(new[name], old[name], rtol=0, atol=ROUNDING)
        for name in new
    )


def judge_altered(shapes: Shapes, count: int, seed: int) -> None:
    """Judge altered characters alone, and write the result."""
    samples = list(Samples("held-out", shapes).altered(altered.KINDS, count, seed))
    told = {}
    for name, judge, runs in ways(Reader.installed()):
        found, cost = measure(judge, samples, runs)
        table = found.table()
        told[name] = {
            "ms_per_character": cost,
            "hostile": table["hostile"],
            "kinds": table["kinds"],
        }
        sys.stdout.write(f"{name}: {told[name]}\n")
    path = results.write("plausible-altered", {"samples": len(samples), "ways": told})
    sys.stdout.write(f"{path}\n")


def ways(reader: Reader | None) -> list[tuple[str, Judge, int]]:
    """The names of the ways to judge, and how often each is tried."""
    by_shape = [("shapes", Judge(), RUNS)]
    return by_shape if reader is None else [*by_shape, ("shapes and reader", Judge(reader), 1)]


def measure(judge: Judge, samples: list[Sample], runs: int) -> tuple[Judged, dict[str, float]]:
    """What is found of the samples, and the CPU in ms of an honest and of a hostile one."""
    scores: list[float | None] = [None] * len(samples)
    costs: dict[str, float] = {}
    for honest, who in ((True, "honest"), (False, "hostile")):
        rows = [row for row, one in enumerate(samples) if one.honest == honest]
        spent = []
        for _ in range(runs if rows else 0):
            began = time.process_time()
            for at in range(0, len(rows), BATCH):
                some = rows[at : at + BATCH]
                asked = [Asked(samples[row].char, samples[row].ink) for row in some]
                for row, score in zip(some, judge.scores(asked), strict=True):
                    scores[row] = score
            spent.append((time.process_time() - began) * 1_000 / len(rows))
        if spent:
            costs[who] = round(statistics.median(spent), 2)
    return Judged(samples, [judged(score, Thresholds()) for score in scores]), costs


if __name__ == "__main__":
    main()
