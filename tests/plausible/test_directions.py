"""Maps of directions."""

from __future__ import annotations

import numpy as np
import pytest

from server.plausible import directions
from server.plausible.points import Points


def test_the_mirrored_map_is_that_of_mirrored_ink() -> None:
    rng = np.random.default_rng(3)
    xy, angle = rng.uniform(0.1, 0.9, (1, 80, 2)), rng.uniform(0.01, np.pi, (1, 80))
    ink = Points(xy.astype(np.float32), angle.astype(np.float32))
    image = Points((xy * (-1, 1) + (1, 0)).astype(np.float32), (np.pi - angle).astype(np.float32))
    (ink_map,), (image_map,) = directions.maps(ink), directions.maps(image)
    assert directions.mirrored(ink_map) == pytest.approx(image_map, abs=1e-3)
    assert np.abs(ink_map - image_map).max() > 0.1
