"""Learns what `server/plausible/learned.npz` holds, from the training half of the samples."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.plausible.fit import Scaling, fit
from bench.plausible.samples import FOLDS, Samples
from bench.plausible.space import Hands
from bench.plausible.training import HONEST, Training
from server.plausible import features
from server.plausible.estimate import Network
from server.plausible.judge import HOPELESS
from server.plausible.learned import Learned
from server.plausible.points import Floats
from server.plausible.reader import Reader
from server.plausible.shapes import Shapes
from server.relay.campaign import Thresholds


class Shares(NamedTuple):
    """Shares of the training half at which the thresholds are set.

    Each part of it is judged by a network that was fitted to the other parts. The mean of these
    networks is shipped.

    Attributes:
        hostile_ok: of hostile ink that passes, at most; altered characters are not counted.
        honest_ok: of honest ink that passes, at most: so many honest hands wait for a person that
            little of what is defaced passes.
        honest_no: of honest ink that is refused.
    """

    hostile_ok: float
    honest_ok: float
    honest_no: float


BY_SHAPE = Shares(0.006, 0.9, 0.024)
BY_READING = Shares(0.002, 0.946, 0.033)
"""The goals are 1 % of hostile ink that passes, 0.1 % with a reader, and of honest ink 3 % that is
refused and 10 % that waits, 3 % with a reader. Most of what passes here are look-alikes, which are
chosen harder than those that are measured with."""

READ = 0.03
"""Ink that scores so much less than HOPELESS is learned from as well: a network of readings learns
better from more."""

ALTERED = 0.15
"""An altered character counts as much as so many other samples."""


def tune(reader: Reader, shapes: Shapes, samples: Samples, seed: int) -> Learned:
    """Learn the space, then the network for shapes, then the one for what the reader read."""
    hands = Hands.of(shapes, samples.honest(HONEST, seed + 100))
    shown = Training.by_shape(samples, shapes, hands, seed)
    by_shape = learn_network(shown, BY_SHAPE, np.full(len(shown.samples), False), seed)
    asked = np.flatnonzero(by_shape.chance(shown.inputs) >= HOPELESS * READ)
    read = shown.by_reading(asked, reader, shapes)
    refused = by_shape.chance(read.inputs[:, : features.COUNT]) < HOPELESS
    by_reading = learn_network(read, read_shares(shown, read), refused, seed)
    return Learned(hands.space(), by_shape, by_reading)


def read_shares(shown: Training, read: Training) -> Shares:
    """BY_READING as shares of what was read; all other ink of `shown` is refused by its shape."""
    hostile = float((~shown.honest & ~shown.altered).sum() / (~read.honest & ~read.altered).sum())
    honest = float(shown.honest.sum() / read.honest.sum())
    return Shares(
        BY_READING.hostile_ok * hostile,
        BY_READING.honest_ok * honest,
        max(1 - (1 - BY_READING.honest_no) * honest, 0.003),
    )


def learn_network(
    training: Training, shares: Shares, refused: NDArray[np.bool_], seed: int
) -> Network:
    """The network; its chances are 0.8 and 0.2 at the thresholds for these shares.

    What is `refused` already, (n,), is learned from, but does not pass at any threshold.
    """
    networks, sums = cross_fitted(training, seed)
    sums[refused] = sums.min()
    honest, hostile = sums[training.honest], sums[~training.honest & ~training.altered]
    ok = max(
        float(np.quantile(hostile, 1 - shares.hostile_ok)),
        float(np.quantile(honest, 1 - shares.honest_ok)),
    )
    no = min(float(np.quantile(honest, shares.honest_no)), ok - 0.5)
    defaults = Thresholds()
    return Network.mean_of(networks).moved((no, defaults.no), (ok, defaults.ok))


def cross_fitted(training: Training, seed: int) -> tuple[list[Network], Floats]:
    """For each part of the samples a network that was fitted to the others, and its sums of it."""
    weights = np.where(training.altered, np.float32(ALTERED), np.float32(1))
    targets = training.honest.astype(np.float32)
    scaling = Scaling.of(training.inputs)
    networks, sums = [], np.zeros(len(targets), np.float32)
    for part in range(FOLDS):
        apart = training.fold == part
        network = fit(training.inputs[~apart], targets[~apart], weights[~apart], scaling, seed)
        sums[apart] = network.sums(training.inputs[apart])
        networks.append(network)
    return networks, sums
