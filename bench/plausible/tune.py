"""Learns what `server/plausible/learned.npz` holds, from the training half of the samples."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from bench.plausible.samples import Sample, Samples
from server.plausible import directions, features
from server.plausible.estimate import Network
from server.plausible.features import Space
from server.plausible.judge import HOPELESS, Asked, with_reading, written
from server.plausible.learned import Learned
from server.plausible.points import Floats, Points, normalized, sample
from server.plausible.reader import Reader
from server.plausible.shapes import Shapes
from server.relay.campaign import Thresholds

DIMENSIONS = 64
HIDDEN, NETWORKS = 8, 3
ROUNDS = 600
RATE, DECAY = 0.01, 0.015

FOLDS = 4
HOSTILE_OK, HONEST_NO = 0.005, 0.013
HOSTILE_OK_READ, HONEST_NO_READ = 0.0010, 0.026
"""Shares of the training half at which the thresholds are set: of hostile ink that passes, without
and with a reader, and of honest ink that is refused. Each part is judged by a network that was
fitted to the other parts. The goals are 1 %, 0.1 % and 3 %: others' ink is of other kinds."""


def tune(reader: Reader, shapes: Shapes, samples: Samples, count: int, seed: int) -> Learned:
    """Learn from `count` honest samples and twice as many hostile ones."""
    space = learn_space(shapes, samples.honest(count, seed + 100))
    every = [*samples.honest(count, seed), *samples.hostile(2 * count, seed)]
    told = measured(every, shapes, space)
    honest = np.array([one.honest for one in every])
    fold = np.array([zlib.crc32(one.char.encode()) // 2 % FOLDS for one in every])
    by_shape = learn_network(told, honest, fold, (HOSTILE_OK, HONEST_NO), seed)
    read = np.flatnonzero(by_shape.chance(told) >= HOPELESS)
    asked = {i: Asked(every[i].char, every[i].ink) for i in read}
    readings = reader.read([written(asked[i], shapes) for i in read])
    known = [(i, reading) for i, reading in zip(read, readings, strict=True) if reading is not None]
    rows = np.array([i for i, _ in known])
    inputs = np.stack([with_reading(asked[i], told[i], it, shapes, space) for i, it in known])
    # All others are refused by their shape, and the shares are of all samples.
    hostile_ok = HOSTILE_OK_READ * float((~honest).sum() / (~honest[rows]).sum())
    honest_no = max(HONEST_NO_READ - float(1 - honest[rows].sum() / honest.sum()), 0.003)
    by_reading = learn_network(inputs, honest[rows], fold[rows], (hostile_ok, honest_no), seed)
    return Learned(space, by_shape, by_reading)


def learn_network(
    inputs: Floats,
    honest: NDArray[np.bool_],
    fold: NDArray[np.intp],
    shares: tuple[float, float],
    seed: int,
) -> Network:
    """The network; its chances are 0.8 and 0.2 at the thresholds for `shares`.

    Those are the share of hostile ink that is to pass, and of honest ink that is to be refused.
    """
    targets = honest.astype(np.float32)
    sums = np.zeros(len(inputs))
    for i in range(FOLDS):
        sums[fold == i] = fit(inputs[fold != i], targets[fold != i], seed).sums(inputs[fold == i])
    ok = float(np.quantile(sums[~honest], 1 - shares[0]))
    no = min(float(np.quantile(sums[honest], shares[1])), ok - 0.5)
    defaults = Thresholds()
    return fit(inputs, targets, seed).moved((no, defaults.no), (ok, defaults.ok))


def learn_space(shapes: Shapes, honest: Iterable[Sample]) -> Space:
    """The space in which hands differ little and characters much: linear discriminant analysis."""
    shape_maps = _maps(shapes.points)
    rests = []
    for one in honest:
        points, _ = normalized(sample(one.ink)[0])
        ink_map = directions.maps(Points(points.xy[None], points.angle[None]))[0]
        rows = shape_maps[shapes.rows(one.char)]
        rests.append(ink_map - rows[np.square(rows - ink_map).sum(axis=1).argmin()])
    rest = np.stack(rests)
    within = rest.T @ rest / len(rest)
    within += np.eye(len(within)) * np.trace(within) / len(within) * 0.15
    values, vectors = np.linalg.eigh(within)
    whitening = vectors / np.sqrt(values)
    spread = np.cov((shape_maps @ whitening).T)
    _, axes = np.linalg.eigh(spread)
    projection = (whitening @ axes[:, ::-1][:, :DIMENSIONS]).astype(np.float16).astype(np.float32)
    return Space(projection, (shape_maps @ projection).astype(np.float16).astype(np.float32))


def measured(samples: Sequence[Sample], shapes: Shapes, space: Space) -> Floats:
    """The features of each sample."""
    rows = [features.features(*sample(one.ink), one.char, shapes, space) for one in samples]
    return np.stack([row for row in rows if row is not None])


def fit(inputs: Floats, targets: Floats, seed: int) -> Network:
    """The mean of NETWORKS networks that began differently: it errs less than each of them."""
    return Network.mean_of([_fit(inputs, targets, seed + it) for it in range(NETWORKS)])


def _fit(inputs: Floats, targets: Floats, seed: int) -> Network:
    """The network of `targets` by `inputs`, by full batches with Adam (Kingma and Ba 2015)."""
    rng = np.random.default_rng(seed)
    mean, scale = inputs.mean(axis=0), inputs.std(axis=0) + 1e-6
    x = (inputs - mean) / scale
    parts = [
        rng.normal(0, 0.3, (x.shape[1], HIDDEN)),
        np.zeros(HIDDEN),
        rng.normal(0, 0.3, HIDDEN + 1),
    ]
    first, second = [np.zeros_like(p) for p in parts], [np.zeros_like(p) for p in parts]
    for step in range(1, ROUNDS + 1):
        inner = np.tanh(x @ parts[0] + parts[1])
        error = (1 / (1 + np.exp(-(inner @ parts[2][:-1] + parts[2][-1]))) - targets) / len(x)
        back = error[:, None] * parts[2][:-1] * (1 - inner**2)
        slopes = [x.T @ back, back.sum(axis=0), np.append(inner.T @ error, error.sum())]
        rate = RATE * min(1.0, 2 * (1 - step / (ROUNDS + 1)))
        for i, slope in enumerate(slopes):
            first[i] += 0.1 * (slope - first[i])
            second[i] += 0.001 * (slope**2 - second[i])
            size = np.sqrt(second[i] / (1 - 0.999**step)) + 1e-8
            parts[i] -= rate * (first[i] / (1 - 0.9**step) / size + DECAY * parts[i])
    return Network(mean, scale, *(part.astype(np.float32) for part in parts))


def _maps(points: Points, at_once: int = 500) -> Floats:
    return np.concatenate(
        [
            directions.maps(Points(points.xy[i : i + at_once], points.angle[i : i + at_once]))
            for i in range(0, len(points.xy), at_once)
        ]
    )
