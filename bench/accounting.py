"""CPU and memory of a running deployment by part, as the kernel counts them."""

from __future__ import annotations

import os
import re
from collections import Counter
from contextlib import suppress
from pathlib import Path

from bench.processes import descendants, is_web

SUPERVISOR, WORKER, WEB, VALKEY = "supervisor", "worker", "web", "valkey"
_COMMAND = re.compile(rb"\0server(?:\0|\.[a-z_]+\.)([a-z_]+)\0")
_TICK = os.sysconf("SC_CLK_TCK")


def family(pid: int) -> dict[int, str]:
    """A service's processes with their parts: one that has workers under it is a supervisor.

    A worker's web process and the keeper of it are the part `web`.
    """
    parts = {child: _part(child) for child in descendants(pid)}
    has_workers = WORKER in parts.values()
    return {pid: SUPERVISOR if has_workers else WORKER, **parts}


def _part(pid: int) -> str:
    """What `python -m server` runs in a process, e.g. `worker`, or a module's own process."""
    if is_web(pid):
        return WEB
    command = _COMMAND.search(Path(f"/proc/{pid}/cmdline").read_bytes())
    return command[1].decode() if command else VALKEY


def workers(pid: int) -> list[int]:
    """The worker processes of a service."""
    return sorted(child for child, part in family(pid).items() if part == WORKER)


def cpu(pids: dict[int, str]) -> Counter[str]:
    """Seconds of user and system time so far, by part and by kind, to 10 ms, e.g. `worker user`."""
    seconds: Counter[str] = Counter()
    for pid, part in pids.items():
        with suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            seconds[f"{part} user"] += int(fields[11]) / _TICK
            seconds[f"{part} system"] += int(fields[12]) / _TICK
    return seconds


def by_part(seconds: Counter[str]) -> dict[str, float]:
    """User and system together."""
    parts: Counter[str] = Counter()
    for name, value in seconds.items():
        parts[name.partition(" ")[0]] += value
    return dict(parts)


def running_seconds(pid: int) -> float:
    """Seconds that the living threads of a process have run, to the nanosecond (CFS's own sum)."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


def machine_busy() -> float:
    """Seconds in which any core of the machine was not idle, steal left out: a check that nothing
    of weight, such as the kernel's work for packets, is missing from the processes' sums.
    """
    fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    user, nice, system, _, _, irq, softirq = map(int, fields[:7])
    return (user + nice + system + irq + softirq) / _TICK


def memory(pid: int) -> dict[str, int]:
    """Bytes of a process: `rss`, all that is mapped to memory; `pss`, with shared pages divided
    among those who share them; `private`, its own alone.
    """
    kib: Counter[str] = Counter()
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
        name, _, value = line.partition(":")
        kib[name] = int(value.split()[0])
    private = kib["Private_Clean"] + kib["Private_Dirty"]
    return {"rss": kib["Rss"] << 10, "pss": kib["Pss"] << 10, "private": private << 10}
