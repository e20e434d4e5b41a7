"""The characters that the Python client's pen knows."""

from __future__ import annotations

import importlib.util
import random
from importlib.machinery import SourceFileLoader
from types import ModuleType

from jielong.characters import lines
from jielong.pen import Pen
from jielong.strokes import decode, duration

from tests.service import ROOT


def test_the_lines_are_those_of_the_page() -> None:
    script = _script("character-medians")
    made = ROOT / "client/python/jielong/characters/medians.json"
    assert made.read_text(encoding="utf-8") == script.medians(), "run scripts/character-medians"


def test_a_character_is_written_with_its_own_strokes_in_their_order() -> None:
    left, right = (decode(stroke) for stroke in Pen(random.Random(7)).character("人"))
    assert left[0].x - left[-1].x > 1000  # 撇, down to the left
    assert right[-1].x - right[0].x > 1000  # 捺, down to the right
    assert min(left[-1].y - left[0].y, right[-1].y - right[0].y) > 1000


def test_a_hand_needs_a_human_time() -> None:
    for char in "加油":
        assert 1.0 < duration(Pen(random.Random(1)).character(char)) < 10.0


def test_every_line_goes_from_one_point_to_another_in_the_cell() -> None:
    for char in "加油致敬天使":
        for line in lines(char) or []:
            assert len(line) >= 2
            assert all(-0.05 < value < 1.05 for point in line for value in point)
    assert lines("A") is None


def _script(name: str) -> ModuleType:
    loader = SourceFileLoader(name.replace("-", "_"), str(ROOT / "scripts" / name))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module
