"""Clients in other languages, written from `/asyncapi.json` alone, as processes."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from tests.service import ROOT

SOURCE = ROOT / "tests" / "client" / "independent"
TSC = ROOT / "tests" / "tools" / "node_modules" / ".bin" / "tsc"
BUILD_SECONDS, SAYS_SECONDS, END_SECONDS = 120.0, 45.0, 10.0

Command = tuple[str | Path, ...]
"""A program and its first arguments."""


async def build_go(folder: Path) -> Command:
    """Compile the client in Go, with the standard library alone."""
    program = folder / "participant"
    # Its own cache folder, so that nothing is left in the home of whoever runs the tests.
    environment = {"GOCACHE": str(folder / "cache"), "GOFLAGS": "-mod=mod", "GOPROXY": "off"}
    await _build(("go", "build", "-o", program, "."), SOURCE / "go", environment)
    return (program,)


async def build_typescript(folder: Path) -> Command:
    """Check the types of the client in TypeScript strictly and compile it for Node."""
    source = SOURCE / "typescript"
    await _build((TSC, "-p", source, "--outDir", folder), source, {})
    (folder / "package.json").write_bytes((source / "package.json").read_bytes())
    # Node 20 has WebSockets behind this flag, later ones without.
    return ("node", "--experimental-websocket", folder / "main.js")


async def _build(command: Sequence[str | Path], cwd: Path, environment: dict[str, str]) -> None:
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=cwd,
        env=os.environ | environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(BUILD_SECONDS):
        said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()


@dataclass
class IndependentClient:
    """A running client; it writes its part of one relay and says what happens."""

    name: str
    _process: asyncio.subprocess.Process
    _said: list[str] = field(default_factory=list)

    @classmethod
    async def start(
        cls, command: Command, url: str, wire: str, phrase: str, authority: Path
    ) -> Self:
        """Let it open a room with `phrase`, in `wire`: "msgpack" or "json".

        Args:
            authority: the certificate that signs the server's.
        """
        process = await asyncio.create_subprocess_exec(
            *(*command, url, wire, phrase),
            env=os.environ
            | {"SSL_CERT_FILE": str(authority), "NODE_EXTRA_CA_CERTS": str(authority)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        return cls(f"{Path(str(command[-1])).name} {wire}", process)

    async def says(self, word: str) -> list[str]:
        """Wait for a line that begins with this word; the words after it."""
        assert self._process.stdout
        async with asyncio.timeout(SAYS_SECONDS):
            while line := (await self._process.stdout.readline()).decode().strip():
                self._said.append(line)
                if line.split()[0] == word:
                    return line.split()[1:]
        raise AssertionError(await self._why())

    def heard(self, word: str) -> int:
        """How many lines so far begin with this word."""
        return sum(line.split()[0] == word for line in self._said)

    async def ended(self) -> None:
        """Wait for its end, which must be a good one."""
        async with asyncio.timeout(END_SECONDS):
            assert await self._process.wait() == 0, await self._why()

    async def kill(self) -> None:
        """End it, if it runs."""
        if self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def _why(self) -> str:
        assert self._process.stderr
        said = (await self._process.stderr.read()).decode()
        return f"{self.name}: {said or 'it has ended'}; before: {self._said}"
