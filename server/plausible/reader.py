"""Reads ink with a network for printed and handwritten text: the extra `jielong[reader]`.

The network is PP-OCRv6 (small) as the wheel `rapidocr` ships it (Apache-2.0). What counts is not
the text that it reads but how likely it finds the asked character.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np

from server.plausible.points import Floats
from server.plausible.raster import SIDE, picture
from server.relay.ink import Stroke

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

WIDTH = 96
"""Pixels: the picture, and grey beside it, which reads better than the picture alone."""

BATCH = 8


class Reading(NamedTuple):
    """What was read, 0 to 1.

    Attributes:
        asked: how likely the asked character is, where it is likeliest.
        other: the same of the likeliest other character.
    """

    asked: float
    other: float


class Reader:
    """The network; it takes 13 ms of CPU a character, in batches, and 150 MB."""

    def __init__(self, session: InferenceSession) -> None:
        """Read with a session of the model."""
        self._session = session
        table = session.get_modelmeta().custom_metadata_map["character"].splitlines()
        self._classes = {char: number for number, char in enumerate(table, start=1)}

    @classmethod
    def installed(cls) -> Self | None:
        """The reader; None where the extra is not installed."""
        package = find_spec("rapidocr")
        if package is None or find_spec("onnxruntime") is None:
            return None
        import onnxruntime  # noqa: PLC0415  (optional dependency)

        (folder,) = package.submodule_search_locations or [""]
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        model = Path(folder) / "models" / "PP-OCRv6_rec_small.onnx"
        providers = ["CPUExecutionProvider"]
        return cls(onnxruntime.InferenceSession(str(model), options, providers=providers))

    def read(self, inks: Sequence[tuple[Sequence[Stroke], set[str]]]) -> list[Reading | None]:
        """What is read of ink, and of the characters that count as the asked one.

        None where the network knows none of them.
        """
        known = [[self._classes[c] for c in chars if c in self._classes] for _, chars in inks]
        asked = [number for number, classes in enumerate(known) if classes]
        readings: list[Reading | None] = [None] * len(inks)
        for at in range(0, len(asked), BATCH):
            some = asked[at : at + BATCH]
            likely = self._likely(np.stack([picture(inks[number][0]) for number in some]))
            for number, chances in zip(some, likely, strict=True):
                own = chances[known[number]].max()
                chances[known[number]] = 0
                readings[number] = Reading(float(own), float(chances[1:].max()))
        return readings

    def _likely(self, pictures: Floats) -> Floats:
        """The largest chance of each class over the steps: (pictures, classes)."""
        wide = np.zeros((len(pictures), 3, SIDE, WIDTH), np.float32)
        wide[:, :, :, :SIDE] = (pictures * 2 - 1)[:, None]
        (steps,) = self._session.run(None, {"x": wide})
        largest: Floats = steps.max(axis=1)
        return largest
