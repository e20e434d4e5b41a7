"""A Valkey process on 127.0.0.1 that a test can kill, stop and start again."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import time
from pathlib import Path

import redis.asyncio
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from server.store.embedded import find_server
from tests.service import reserve_port
from tests.settable_clock import SettableClock

READY_SECONDS = 20.0
CALL_SECONDS = 2.0

SENTINEL_PACE = ("info-period", 1000, "publish-period", 500)
"""Milliseconds, as `docs/operate/durability.md` advises. With Sentinel's defaults, 10,000 and
2,000, a master that wakes as a master after a failover becomes a replica only after some 10 s."""


class Valkey:
    """A server or a Sentinel with its configuration, data and log in one folder."""

    def __init__(
        self,
        folder: Path,
        options: dict[str, object],
        *,
        sentinel: str = "",
        clock: SettableClock | None = None,
    ) -> None:
        """Not started yet.

        Args:
            folder: made for it.
            options: of its configuration.
            sentinel: what a Sentinel watches, empty for a server.
            clock: its wall clock, the machine's if there is none.
        """
        self.clock = clock
        self.port = reserve_port(self)
        self._folder = folder
        self._sentinel = bool(sentinel)
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True)
        fixed = {"port": self.port, "bind": "127.0.0.1", "dir": folder, "save": '""'}
        if self._sentinel:
            del fixed["save"]
        lines = [f"{name} {value}" for name, value in (fixed | options).items()]
        (folder / "valkey.conf").write_text("\n".join([*lines, sentinel, ""]))

    def __repr__(self) -> str:
        return f"{'sentinel' if self._sentinel else 'valkey'}:{self.port}"

    @property
    def alive(self) -> bool:
        """Whether the process exists, stopped or not."""
        return self._process is not None

    def follow(self, master: Valkey) -> None:
        """Become its replica at the next start, as an operator of a replicated Redis configures."""
        with (self._folder / "valkey.conf").open("a") as configuration:
            configuration.write(f"\nreplicaof 127.0.0.1 {master.port}\n")

    async def start(self) -> None:
        """Start with the data of before and wait until it answers."""
        if self._process is not None:
            return
        self._process = self._spawn()
        deadline = time.monotonic() + READY_SECONDS
        while not await self._serves():
            assert self._process and self._process.poll() is None, f"{self} ended"
            assert time.monotonic() < deadline, f"{self} does not answer"
            await asyncio.sleep(0.01)
        if self._sentinel:
            await self.ask("SENTINEL", "DEBUG", *SENTINEL_PACE)

    def _spawn(self) -> subprocess.Popen[bytes]:
        command = [str(find_server()), str(self._folder / "valkey.conf")]
        with (self._folder / "valkey.log").open("ab") as log:
            return subprocess.Popen(
                command + ["--sentinel"] * self._sentinel,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=os.environ | (self.clock.environment if self.clock else {}),
            )

    def kill(self) -> None:
        """Kill the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()

    def stop(self) -> None:
        """Stop the process (SIGSTOP) until `resume`."""
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a stopped process go on (SIGCONT)."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)

    def client(self) -> redis.asyncio.Redis:
        """A client of this server."""
        return redis.asyncio.Redis(
            port=self.port,
            protocol=2,
            socket_timeout=CALL_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )

    async def ask(self, *command: object) -> object:
        """Send one command."""
        async with self.client() as client:
            return await client.execute_command(*command)

    async def role(self) -> str:
        """`master`, `slave` or `sentinel`."""
        answer = await self.ask("ROLE")
        assert isinstance(answer, list)
        return str(answer[0], "ascii")

    async def _serves(self) -> bool:
        try:
            return bool(await self.ask("PING"))
        except (RedisError, OSError):
            return False
