"""Clients of the SDK that record a history, and `jielong check` of that history."""

from __future__ import annotations

import asyncio
import random
import signal
import subprocess
from pathlib import Path

from jielong import Participant, Pen
from jielong.exceptions import JielongError

from tests.history import HistoryWriter
from tests.integration.command import jielong
from tests.service import Service


class RecordedClient:
    """One participant over several connections."""

    def __init__(self, service: Service, history: HistoryWriter, name: str, seed: int = 0) -> None:
        self.name = name
        self.rng = random.Random(f"{name} {seed}")
        self.pen = Pen(self.rng)
        self.token: str | None = None
        self.service = service
        self._history = history
        self._number = 0
        self._participant: Participant | None = None

    @property
    def participant(self) -> Participant:
        """The present connection."""
        assert self._participant is not None
        return self._participant

    async def connect(self) -> Participant:
        """Connect; this takes over from a connection that is still open."""
        before, number = self._participant, self._number
        self._number += 1
        self._participant = await Participant.connect(
            self.service.ws_url,
            self.token,
            proxy=None,
            tap=self._history.tap(self.name, self._number),
        )
        self.token = self._participant.token
        if before is not None:
            await before.close()
            self._history.closed(self.name, number, 4001)
        return self._participant

    async def close(self) -> None:
        """Close the connection; the seat is kept for the grace."""
        if self._participant is not None:
            one, self._participant = self._participant, None
            await one.close()
            self._history.closed(self.name, self._number, 1000)

    async def commit(self) -> None:
        """Write the character whose turn it is."""
        turn = self.participant.turn
        assert turn is not None
        await self.participant.commit(self.pen.character(turn.char))

    async def finish(self, seconds: float = 20.0) -> None:
        """Write this participant's characters to the end of the work."""
        await self.participant.write_relay(self.pen, timeout=seconds)

    async def pings(self, seconds: float) -> None:
        """Send pings for some seconds."""
        for _ in range(int(seconds / 0.5)):
            await asyncio.sleep(0.5)
            await self.participant.ping()


async def relay(*clients: RecordedClient) -> None:
    """Write a work together, to its end."""
    await asyncio.gather(*(client.finish() for client in clients))


async def at_once(*clients: RecordedClient) -> None:
    """Let all join at once, so that the service may take them in one batch.

    The service is stopped until all have sent, and reads everything in one pass.
    """
    process = clients[0].service.process
    process.send_signal(signal.SIGSTOP)
    try:
        joins = asyncio.gather(
            *(client.participant.join() for client in clients), return_exceptions=True
        )
        await asyncio.sleep(0)  # each sends in its first step
    finally:
        process.send_signal(signal.SIGCONT)
    await joins


async def close_all(*clients: RecordedClient) -> None:
    """Close all connections."""
    for client in clients:
        try:
            await client.close()
        except JielongError:
            continue


def run_check(*words: object) -> subprocess.CompletedProcess[str]:
    """Run `jielong check` with these arguments."""
    return jielong("check", *words)


def broken(checked: subprocess.CompletedProcess[str]) -> set[str]:
    """The promises that are broken, from the table of the report."""
    assert checked.returncode in {0, 1}, checked.stderr
    table = checked.stdout[checked.stdout.index("promise  ") :].splitlines()[1:-1]
    return {line[:16].strip() for line in table if not line.endswith(" 0")}


def history_of(service: Service) -> Path:
    """The path of a test's history, beside the service's data."""
    return service.data / "history.jsonl"
