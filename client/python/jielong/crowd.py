"""Several players at once, who come one after another as people do."""

from __future__ import annotations

import asyncio
import random
import sys
from functools import partial
from typing import TextIO

from .exceptions import JielongError
from .pen import Pen
from .player import Options, Player
from .recorder import Recorder

_ARRIVAL_SECONDS = 1.0
"""The longest time between two arrivals."""


class Crowd:
    """Players with the same options, each with a hand of their own.

    Args:
        options: what each of them is to do.
        rng: the source of their hands and of the times of their arrivals.
        record: every message is recorded here, if given.
    """

    def __init__(self, options: Options, rng: random.Random, record: TextIO | None) -> None:
        self._options = options
        self._rng = rng
        self._record = record

    async def run(self, people: int) -> int:
        """Play until every phrase is complete, and tell on standard output what happens.

        Returns:
            How many did not complete theirs; standard error says why.
        """
        if people == 1:
            return int(not await self._play(Pen(self._rng), ""))
        tasks: list[asyncio.Task[bool]] = []
        async with asyncio.TaskGroup() as group:
            for number in range(1, people + 1):
                pen = Pen(random.Random(self._rng.random()))
                tasks.append(group.create_task(self._play(pen, f"{number}: ")))
                await asyncio.sleep(self._rng.uniform(0, _ARRIVAL_SECONDS))
        return sum(not task.result() for task in tasks)

    async def _play(self, pen: Pen, name: str) -> bool:
        recorder = Recorder(self._record) if self._record else None
        say = partial(_print, name)
        try:
            await Player(self._options, pen, recorder, say).run()
        except JielongError as error:
            sys.stderr.write(f"{name}{error}\n")
            return False
        return True


def _print(name: str, text: str) -> None:
    sys.stdout.write(f"{name}{text}\n")
    sys.stdout.flush()
