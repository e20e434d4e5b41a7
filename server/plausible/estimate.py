"""The chance that ink shows the asked character, from its features: a small network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from server.plausible.points import Floats


@dataclass(frozen=True)
class Network:
    """One hidden layer between the features and the chance.

    Attributes:
        mean, scale: what makes the features comparable, (features,) each.
        hidden, bias: from the features to the hidden layer, (features, h) and (h,).
        output: from the hidden layer and a constant 1, (h + 1,).
    """

    mean: Floats
    scale: Floats
    hidden: Floats
    bias: Floats
    output: Floats

    def chance(self, features: Floats) -> Floats:
        """0 to 1, for features of (..., features)."""
        return (1 / (1 + np.exp(-self.sums(features)))).astype(np.float32)

    def sums(self, features: Floats) -> Floats:
        """The logarithms of the odds."""
        inner = np.tanh((features - self.mean) / self.scale @ self.hidden + self.bias)
        sums: Floats = inner @ self.output[:-1] + self.output[-1]
        return sums

    @classmethod
    def mean_of(cls, networks: Sequence[Network]) -> Network:
        """One network with the mean sums of some, which scale their features alike."""
        first = networks[0]
        output = np.concatenate([it.output[:-1] for it in networks]) / len(networks)
        constant = np.mean([it.output[-1] for it in networks])
        return cls(
            first.mean,
            first.scale,
            np.concatenate([it.hidden for it in networks], axis=1),
            np.concatenate([it.bias for it in networks]),
            np.append(output, constant).astype(np.float32),
        )

    def moved(self, low: tuple[float, float], high: tuple[float, float]) -> Network:
        """The same network with other units: two sums, and the chances that they shall be."""
        (one, chance), (other, other_chance) = low, high
        wanted, other_wanted = (np.log(it / (1 - it)) for it in (chance, other_chance))
        slope = (other_wanted - wanted) / (other - one)
        output = self.output * np.float32(slope)
        output[-1] += wanted - one * slope
        return replace(self, output=output)
