"""Schemathesis against a running service: every answer is as `/openapi.json` says."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

from tests.fuzz.amount import amount
from tests.integration.protocol_client import open_session
from tests.integration.relays import finish, meet
from tests.service import Service

SEED = "1"
EXAMPLES = 3
"""Of each operation and phase."""


def test_schemathesis_finds_nothing_wrong(target: Service, tmp_path: Path) -> None:
    asyncio.run(_write_a_work(target))
    done = subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"),
            "run",
            f"{target.url}/openapi.json",
            f"--seed={SEED}",
            f"--max-examples={amount(EXAMPLES).max_examples}",
            "--generation-deterministic",
            "--warnings=off",
            "--no-color",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


async def _write_a_work(service: Service) -> None:
    """There is one work, so that the API has something to tell."""
    seats = await open_session(service), await open_session(service)
    await meet(seats)
    await finish(seats, 0, 2)
    for peer in seats:
        await peer.close()
