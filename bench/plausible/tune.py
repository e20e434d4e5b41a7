"""Learns what `server/plausible/learned.npz` holds, from the training half of the samples."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.plausible.fit import fit
from bench.plausible.samples import Sample, Samples
from bench.plausible.training import FOLDS, HONEST, Training
from server.plausible import directions
from server.plausible.estimate import Network
from server.plausible.features import Space
from server.plausible.judge import HOPELESS
from server.plausible.learned import Learned
from server.plausible.points import Floats, Points, normalized, sample
from server.plausible.reader import Reader
from server.plausible.shapes import Shapes
from server.relay.campaign import Thresholds

DIMENSIONS = 64


class Shares(NamedTuple):
    """Shares of the training half at which the thresholds are set.

    Each part of it is judged by a network that was fitted to the other parts.

    Attributes:
        hostile_ok: of hostile ink that passes, at most; altered characters are not counted.
        honest_ok: of honest ink that passes, at most: so many honest hands wait for a person that
            little of what is defaced passes.
        honest_no: of honest ink that is refused.
    """

    hostile_ok: float
    honest_ok: float
    honest_no: float


BY_SHAPE = Shares(0.006, 0.905, 0.022)
BY_READING = Shares(0.0015, 0.94, 0.03)
"""The goals are 1 % of hostile ink, 0.1 % with a reader, and 3 % of honest ink that is refused:
others' ink is of other kinds."""

READ = 0.1
"""Ink that scores so much less than HOPELESS is learned from as well: a network of readings learns
better from more."""

ALTERED = 0.15
"""An altered character counts as much as so many other samples."""


def tune(reader: Reader, shapes: Shapes, samples: Samples, seed: int) -> Learned:
    """Learn the space, then the network for shapes, then the one for what the reader read."""
    space = learn_space(shapes, samples.honest(HONEST, seed + 100))
    shown = Training.by_shape(samples, shapes, space, seed)
    by_shape = learn_network(shown, BY_SHAPE, seed)
    asked = np.flatnonzero(by_shape.chance(shown.inputs) >= HOPELESS * READ)
    read = shown.by_reading(asked, reader, shapes, space)
    return Learned(space, by_shape, learn_network(read, read_shares(shown, read), seed))


def read_shares(shown: Training, read: Training) -> Shares:
    """BY_READING as shares of what was read; all other ink of `shown` is refused by its shape."""
    hostile = float((~shown.honest & ~shown.altered).sum() / (~read.honest & ~read.altered).sum())
    honest = float(shown.honest.sum() / read.honest.sum())
    return Shares(
        BY_READING.hostile_ok * hostile,
        BY_READING.honest_ok * honest,
        max(1 - (1 - BY_READING.honest_no) * honest, 0.003),
    )


def learn_network(training: Training, shares: Shares, seed: int) -> Network:
    """The network; its chances are 0.8 and 0.2 at the thresholds for these shares."""
    sums = judged_apart(training, seed)
    honest, hostile = sums[training.honest], sums[~training.honest & ~training.altered]
    ok = max(
        float(np.quantile(hostile, 1 - shares.hostile_ok)),
        float(np.quantile(honest, 1 - shares.honest_ok)),
    )
    no = min(float(np.quantile(honest, shares.honest_no)), ok - 0.5)
    defaults = Thresholds()
    return _fitted(training, np.full(len(sums), True), seed).moved(
        (no, defaults.no), (ok, defaults.ok)
    )


def judged_apart(training: Training, seed: int) -> Floats:
    """The sums of each part, by a network that was fitted to the other parts."""
    sums = np.zeros(len(training.honest), np.float32)
    for part in range(FOLDS):
        apart = training.fold == part
        sums[apart] = _fitted(training, ~apart, seed).sums(training.inputs[apart])
    return sums


def _fitted(training: Training, some: NDArray[np.bool_], seed: int) -> Network:
    """The network that is fitted to some of the samples."""
    weights = np.where(training.altered, np.float32(ALTERED), np.float32(1))
    targets = training.honest.astype(np.float32)
    return fit(training.inputs[some], targets[some], weights[some], seed)


def learn_space(shapes: Shapes, honest: Iterable[Sample]) -> Space:
    """The space in which hands differ little and characters much: linear discriminant analysis."""
    shape_maps = _maps(shapes.points)
    rests = []
    for one in honest:
        points, _ = normalized(sample(one.ink).points)
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


def _maps(points: Points, at_once: int = 500) -> Floats:
    return np.concatenate(
        [
            directions.maps(Points(points.xy[i : i + at_once], points.angle[i : i + at_once]))
            for i in range(0, len(points.xy), at_once)
        ]
    )
