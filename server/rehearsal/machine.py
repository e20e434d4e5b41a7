"""What the service uses of this machine, read from /proc; None where it is not on this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from server.rehearsal.measured import Usage

PROC = Path("/proc")
LISTEN = "0A"
_TICKS = os.sysconf("SC_CLK_TCK")
_OURS = ("jielong", "server")
"""What the command of one of our processes has in it."""


class Machine:
    """The machine that the rehearsal runs on.

    Attributes:
        cores: CPU cores.
        memory: bytes of memory.
    """

    def __init__(self, port: int) -> None:
        """The service listens on `port`, if it is here."""
        self.cores = os.cpu_count() or 1
        self.memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        self._root = _service_on(port)

    def usage(self) -> Usage | None:
        """What the service and its children use now; the Redis of another service is not in it."""
        if self._root is None:
            return None
        cpu, memory = 0.0, 0
        for pid in _below(self._root):
            with suppress(OSError, ValueError):  # it has ended meanwhile
                cpu += _cpu(pid)
                memory += _memory(pid)
        return Usage(cpu, memory)


def _service_on(port: int) -> int | None:
    """The first of the processes of the service that listens on a port."""
    listening = set(_listeners(port))
    for pid in _pids():
        with suppress(OSError):
            for descriptor in (PROC / str(pid) / "fd").iterdir():
                if str(descriptor.readlink()) in listening:
                    return _topmost(pid)
    return None


def _listeners(port: int) -> Iterator[str]:
    """The sockets that listen on a port, as /proc names them."""
    for name in ("tcp", "tcp6"):
        with suppress(OSError):
            for line in (PROC / "net" / name).read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == LISTEN and int(fields[1].rpartition(":")[2], 16) == port:
                    yield f"socket:[{fields[9]}]"


def _topmost(pid: int) -> int:
    """The service's first process: a supervisor starts workers, and a worker its helpers."""
    with suppress(OSError, ValueError):
        while (parent := int(_stat(pid)[1])) > 1 and _is_ours(parent):
            pid = parent
    return pid


def _is_ours(pid: int) -> bool:
    command = (PROC / str(pid) / "cmdline").read_bytes().decode(errors="replace").split("\0")
    return "serve" in command and any(word in part for part in command for word in _OURS)


def _below(root: int) -> list[int]:
    """A process, its children and theirs."""
    found = [root]
    for pid in found:
        with suppress(OSError):
            for task in (PROC / str(pid) / "task").iterdir():
                found += map(int, (task / "children").read_text().split())
    return found


def _pids() -> Iterator[int]:
    yield from (int(entry.name) for entry in PROC.iterdir() if entry.name.isdecimal())


def _stat(pid: int) -> list[str]:
    """The fields behind the command's name."""
    return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()


def _cpu(pid: int) -> float:
    return sum(map(int, _stat(pid)[11:15])) / _TICKS


def _memory(pid: int) -> int:
    """Its share of the memory: what several processes share is counted once."""
    for line in (PROC / str(pid) / "smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0
