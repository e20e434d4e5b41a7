"""The processes of a service, as the system lists them."""

from __future__ import annotations

import os
import subprocess

from tests.polling import eventually
from tests.service import Service

VALKEY, WEB = "valkey-server", "jielong-web"


def descendants(pid: int, name: str | None = None) -> list[int]:
    """The processes that this one and its children started; only those of this name, if any."""
    listed = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,comm="], capture_output=True, text=True, check=True
    )
    rows = [line.split(None, 2) for line in listed.stdout.splitlines()]
    family, found = {pid}, []
    for child, parent, comm in sorted(rows, key=lambda row: int(row[0])):
        if int(parent) in family:
            family.add(int(child))
            if name in {None, comm}:
                found.append(int(child))
    return found


def of(service: Service, name: str | None = None) -> list[int]:
    """The processes of a service beside the one that was started."""
    return descendants(service.process.pid, name)


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def ended(pids: list[int]) -> None:
    """Wait until none of these processes lives."""

    async def all_ended() -> bool:
        return not any(map(lives, pids))

    await eventually(all_ended)
