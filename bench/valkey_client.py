"""A client of the benchmark's own Valkey: calls, their CPU, and the CPU of each command."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import hiredis

from bench.invalid_run import InvalidRunError
from bench.processes import cpu_seconds
from server.store import library

READ_BYTES = 1 << 20


class Share(NamedTuple):
    """The share of one Valkey command in the cost of a joiner."""

    command: str
    calls: float
    us: float


class ValkeyClient:
    """One connection, which sends one call after another, as a worker does."""

    def __init__(self, path: str, pid: int) -> None:
        """Connect to the Valkey with process id `pid` at the socket `path`."""
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(path)
        self._reader = hiredis.Reader()
        self._pid = pid

    def calls(self, function: str, each: Iterable[tuple[Any, ...]], together: int) -> list[Any]:
        """Call a function for each base with its arguments, `together` calls in one write.

        Raises:
            InvalidRunError: one failed.
        """
        name, answers, calls = library.function(function), [], list(each)
        for at in range(0, len(calls), together):
            part = [("FCALL", name, 1, *call) for call in calls[at : at + together]]
            answers += self.commands(part)
        return answers

    def commands(self, commands: Sequence[tuple[Any, ...]]) -> list[Any]:
        """Send commands in one write; return their answers.

        Raises:
            InvalidRunError: one failed.
        """
        self._socket.sendall(b"".join(map(hiredis.pack_command, commands)))
        answers: list[Any] = []
        while len(answers) < len(commands):
            if (reply := self._reader.gets()) is False:
                self._reader.feed(self._socket.recv(READ_BYTES))
            elif isinstance(reply, hiredis.ReplyError):
                raise InvalidRunError(str(reply))
            else:
                answers.append(reply)
        return answers

    def empty(self, bases: Sequence[str]) -> None:
        """Remove everything; let these lanes be used, as by an empty archive."""
        self.commands([("FLUSHALL", "SYNC")])
        self.calls("reconcile", [(base, "bench", 0, 0, 0, 1, 0) for base in bases], 1)

    def cpu(self) -> float:
        """Seconds of CPU that Valkey has used, its threads included."""
        return cpu_seconds(self._pid)

    def used_memory(self) -> int:
        """Bytes that Valkey has allocated."""
        found = self.commands([("INFO", "memory")])[0].decode()
        return int(found.partition("used_memory:")[2].split("\r\n")[0])

    def shares(self, joiners: int) -> list[Share]:
        """The time of every command since the statistics began, by Valkey's own clock.

        The time of functions is that of their Lua alone; what they called has its own rows.
        """
        found = self.commands([("INFO", "commandstats")])[0].decode()
        rows = dict(line[8:].split(":") for line in found.split("\r\n") if line[:8] == "cmdstat_")
        stats = {
            name: {key: float(value) for key, value in (pair.split("=") for pair in row.split(","))}
            for name, row in rows.items()
            if "|" not in name
        }
        called = sum(row["usec"] for name, row in stats.items() if name != "fcall")
        stats["fcall"]["usec"] -= called
        each = [
            Share("Lua" if name == "fcall" else name, row["calls"] / joiners, row["usec"] / joiners)
            for name, row in stats.items()
        ]
        return sorted(each, key=lambda share: -share.us)

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()
