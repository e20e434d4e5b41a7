"""Runs `jielong check` over a history, as an operator would."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.service import ROOT


@dataclass(frozen=True)
class Check:
    """The command's exit status and output; status None when there is no such command."""

    status: int | None
    words: str


async def check(history: Path, redis_url: str, database: Path) -> Check:
    """Check all promises on one history."""
    status, _ = await _run("--help")
    if status != 0:
        return Check(None, "")
    return Check(
        *await _run(
            str(history),
            *("--redis-url", redis_url),
            *("--database-url", f"sqlite+aiosqlite:///{database}"),
        )
    )


async def _run(*arguments: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "server", "check", *arguments),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(errors="replace")
