"""What the networks learn from: the training half of the samples, as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.plausible import altered
from bench.plausible.samples import FOLDS, Sample, Samples, fold_of
from bench.plausible.space import Hands
from server.plausible import features
from server.plausible.features import Space
from server.plausible.judge import Asked, with_reading, written
from server.plausible.points import Floats, sample
from server.plausible.reader import Reader
from server.plausible.shapes import Shapes

HONEST, HOSTILE, ALTERED = 6_000, 12_000, 3_200
"""Samples that are learned from."""


@dataclass(frozen=True)
class Training:
    """Samples of the training half, n of them.

    Attributes:
        samples: them.
        honest: which are honest, (n,).
        altered: which are altered characters, (n,).
        fold: the part of each, by its character, (n,): 0 to FOLDS - 1.
        inputs: what a network is told of each, (n, inputs).
        spaces: in which each part is measured, learned from hands of the other parts: a space fits
            the characters that it was learned from better than others.
    """

    samples: Sequence[Sample]
    honest: NDArray[np.bool_]
    altered: NDArray[np.bool_]
    fold: NDArray[np.intp]
    inputs: Floats
    spaces: Sequence[Space]

    @classmethod
    def by_shape(cls, samples: Samples, shapes: Shapes, hands: Hands, seed: int) -> Training:
        """Write the samples, and measure them."""
        every = [
            *samples.honest(HONEST, seed),
            *samples.hostile(HOSTILE, seed),
            *samples.altered(altered.TUNED, ALTERED, seed),
        ]
        spaces = [hands.space(without=part) for part in range(FOLDS)]
        return cls(
            every,
            np.array([one.honest for one in every]),
            np.array([one.kind in altered.TUNED for one in every]),
            np.array([fold_of(one.char) for one in every]),
            _measured(every, shapes, spaces),
            spaces,
        )

    def by_reading(self, asked: NDArray[np.intp], reader: Reader, shapes: Shapes) -> Training:
        """Those `asked` that the reader can read, with what it reads; takes 13 ms each."""
        every = [Asked(self.samples[i].char, self.samples[i].ink) for i in asked]
        readings = reader.read([written(one, shapes) for one in every])
        rows, inputs = [], []
        for i, one, reading in zip(asked, every, readings, strict=True):
            if reading is not None:
                rows.append(int(i))
                space = self.spaces[self.fold[i]]
                inputs.append(with_reading(one, self.inputs[i], reading, shapes, space))
        return Training(
            [self.samples[i] for i in rows],
            self.honest[rows],
            self.altered[rows],
            self.fold[rows],
            np.stack(inputs),
            self.spaces,
        )


def _measured(samples: Sequence[Sample], shapes: Shapes, spaces: Sequence[Space]) -> Floats:
    rows = [
        features.features(sample(one.ink), one.char, shapes, spaces[fold_of(one.char)])
        for one in samples
    ]
    return np.stack([row for row in rows if row is not None])
