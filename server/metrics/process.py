"""The figures that every client of Prometheus tells of a process."""

from __future__ import annotations

import os
import resource
import time
from contextlib import suppress
from pathlib import Path

from server.metrics.family import Family, counter, gauge

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_STARTED = time.time()


def own_process() -> list[Family]:
    """The figures of this process."""
    families = [
        counter("process_cpu_seconds_total", "CPU time, of user and system.", time.process_time()),
        gauge("process_start_time_seconds", "When the process began, since 1970.", _STARTED),
        gauge("process_open_fds", "Open file descriptors.", _open_descriptors()),
        gauge(
            "process_max_fds",
            "File descriptors that may be open.",
            resource.getrlimit(resource.RLIMIT_NOFILE)[0],
        ),
    ]
    memory = _memory("self")
    if memory is not None:
        families.append(gauge("process_resident_memory_bytes", "Resident memory.", memory))
    return families


def other_process(prefix: str, pid: int) -> list[Family]:
    """CPU and memory of a process of ours, under names that begin with `prefix`; none if gone."""
    memory, cpu = _memory(str(pid)), _cpu(pid)
    if memory is None or cpu is None:
        return []
    return [
        counter(f"{prefix}_process_cpu_seconds_total", "CPU time, of user and system.", cpu),
        gauge(f"{prefix}_process_resident_memory_bytes", "Resident memory.", memory),
    ]


def _open_descriptors() -> int:
    """How many are open; to list those of 50,000 connections would take 20 ms.

    Linux 6.2 and later tell the number. Elsewhere it is that of the lowest free one: those below
    are in use.
    """
    with suppress(OSError):
        if number := Path("/proc/self/fd").stat().st_size:
            return number
    try:
        descriptor = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    os.close(descriptor)
    return descriptor


def _memory(pid: str) -> int | None:
    """Resident bytes; None without Linux' /proc."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * _PAGE
    except (OSError, IndexError):
        return None


def _cpu(pid: int) -> float | None:
    """Seconds; None without Linux' /proc."""
    try:
        # The name, in parentheses, may have blanks.
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS
    except (OSError, IndexError):
        return None
