"""Finished works with the ink of a hand."""

from __future__ import annotations

import random

import msgspec

from server.store.works import FinishedWork
from tests.browser.handwriting import Handwriting
from tests.integration.finished_works import make_work


def work_of(number: int, *written: str) -> FinishedWork:
    """A work of 加油 in which these characters were written."""
    hand = Handwriting(random.Random(number))
    ink = [msgspec.Raw(msgspec.msgpack.encode(hand.character(char))) for char in written]
    return msgspec.structs.replace(make_work(number), ink=ink)
