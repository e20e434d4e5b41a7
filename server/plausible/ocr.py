"""The network that reads pictures of text: PP-OCRv6 (small), which the wheel `rapidocr` ships."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np

from server.plausible.points import Floats
from server.plausible.raster import SIDE

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

WIDTH = 96
"""Pixels: the picture, and grey beside it, which reads better than the picture alone."""


class Ocr:
    """The network; it takes 13 ms of CPU a character, in batches, and 150 MB.

    Attributes:
        chars: the character of each class; the first is the blank, the last a space.
        classes: the class of each character.
    """

    def __init__(self, session: InferenceSession) -> None:
        """Read with a session of the model."""
        self._session = session
        table = session.get_modelmeta().custom_metadata_map["character"].splitlines()
        self.chars = ["", *table, " "]
        self.classes = {char: number for number, char in enumerate(table, start=1)}

    @classmethod
    def installed(cls) -> Self | None:
        """The network; None where the extra is not installed."""
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

    def likely(self, pictures: Floats) -> Floats:
        """The largest chance of each class over the steps, 0 for the blank: (pictures, classes)."""
        wide = np.zeros((len(pictures), 3, SIDE, WIDTH), np.float32)
        wide[:, :, :, :SIDE] = (pictures * 2 - 1)[:, None]
        (steps,) = self._session.run(None, {"x": wide})
        largest: Floats = steps.max(axis=1)
        largest[:, 0] = 0
        return largest
