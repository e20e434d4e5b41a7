"""What `python -m bench.plausible --tune` has learned: the space of comparison and the networks."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from server.plausible.estimate import Network
from server.plausible.features import Space
from server.plausible.points import Floats

LEARNED = Path(__file__).with_name("learned.npz")


@dataclass(frozen=True)
class Learned:
    """All of it.

    Attributes:
        space: in which maps of directions are compared.
        by_shape: the chance by the features alone.
        by_reading: the chance by the features and what a reader read.
    """

    space: Space
    by_shape: Network
    by_reading: Network


def load(file: Path = LEARNED) -> Learned:
    """Read what `save` wrote."""
    with np.load(file) as arrays:
        loaded = {name: arrays[name].astype(np.float32) for name in arrays.files}

    def part(name: str) -> dict[str, Floats]:
        start = f"{name}."
        return {key.removeprefix(start): it for key, it in loaded.items() if key.startswith(start)}

    networks = Network(**part("by_shape")), Network(**part("by_reading"))
    return Learned(Space(**part("space")), *networks)


def save(learned: Learned, file: Path = LEARNED) -> None:
    """Write the file anew."""
    arrays = {
        f"{name}.{key}": array.astype(np.float16) if name == "space" else array
        for name, part in asdict(learned).items()
        for key, array in part.items()
    }
    np.savez_compressed(file, allow_pickle=False, **arrays)
