"""Fits the small networks that make a chance of what is told of ink."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from server.plausible.estimate import Network
from server.plausible.points import Floats

HIDDEN, NETWORKS = 16, 3
ROUNDS = 600
RATE, DECAY = 0.01, 0.015


class Scaling(NamedTuple):
    """What makes the features comparable, (features,) each."""

    mean: Floats
    scale: Floats

    @classmethod
    def of(cls, inputs: Floats) -> Scaling:
        """By the mean and the deviation of each feature; the inputs are (n, features)."""
        return cls(inputs.mean(axis=0), inputs.std(axis=0) + np.float32(1e-6))


def fit(inputs: Floats, targets: Floats, weights: Floats, scaling: Scaling, seed: int) -> Network:
    """The mean of NETWORKS networks that began differently: it errs less than each of them.

    `weights` tell how much each sample counts, (n,).
    """
    x = (inputs - scaling.mean) / scaling.scale
    each = weights / weights.sum()
    parts = [_fit(x, targets, each, seed + it) for it in range(NETWORKS)]
    return Network.mean_of([Network(*scaling, *some) for some in parts])


def _fit(x: Floats, targets: Floats, weights: Floats, seed: int) -> list[Floats]:
    """The network of `targets` by `x`, by full batches with Adam (Kingma and Ba 2015)."""
    rng = np.random.default_rng(seed)
    hidden, output = rng.normal(0, 0.3, (x.shape[1], HIDDEN)), rng.normal(0, 0.3, HIDDEN + 1)
    parts = [part.astype(np.float32) for part in (hidden, np.zeros(HIDDEN), output)]
    first, second = [np.zeros_like(p) for p in parts], [np.zeros_like(p) for p in parts]
    for step in range(1, ROUNDS + 1):
        inner = np.tanh(x @ parts[0] + parts[1])
        chance = 1 / (1 + np.exp(-(inner @ parts[2][:-1] + parts[2][-1])))
        error = (chance - targets) * weights
        back = error[:, None] * parts[2][:-1] * (1 - inner**2)
        slopes = [x.T @ back, back.sum(axis=0), np.append(inner.T @ error, error.sum())]
        rate = RATE * min(1.0, 2 * (1 - step / (ROUNDS + 1)))
        for i, slope in enumerate(slopes):
            first[i] += 0.1 * (slope - first[i])
            second[i] += 0.001 * (slope**2 - second[i])
            size = np.sqrt(second[i] / (1 - 0.999**step)) + 1e-8
            parts[i] -= rate * (first[i] / (1 - 0.9**step) / size + DECAY * parts[i])
    return parts
