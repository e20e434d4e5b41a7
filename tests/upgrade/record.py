"""Records the data of an earlier version, for tests that need no history of the repository.

`python -m tests.upgrade.record 0.2.0 COMMIT` writes `recorded/0.2.0`: the files of SQLite and of
the embedded Valkey, as a killed service left them; `answers.json`, what its API answered before;
and `library.lua`, its Lua library. The archive may not have taken the last work yet.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from jielong import Participant

from tests.finish_work import finish
from tests.integration import processes
from tests.integration.http import get_json
from tests.polling import eventually
from tests.service import SERVE, Service, start_service
from tests.upgrade.versions import RECORDED, unpack

KEPT = ("works.sqlite", "appendonlydir")
PHRASES = ("jiayou", "ni-zui-bang", "xiangxin-ziji", "jiayou")


async def record(version: str, commit: str) -> None:
    """Let an earlier version keep a few works, and take its files."""
    with tempfile.TemporaryDirectory(prefix="jielong-record-") as name:
        app, data = Path(name) / "app", Path(name) / "data"
        unpack(commit, app)
        service = start_service(data, command=SERVE, cwd=app)
        works = [await finish(service, phrase, seed) for seed, phrase in enumerate(PHRASES)]
        answers = await _answers(service, [done.work for done in works])
        async with await Participant.connect(service.ws_url, works[0].token) as one:
            pass
        late = await finish(service, "jiayou", len(PHRASES))
        _kill(service)
        answers |= {"late": late.work, "token": one.token, "participant": one.participant}
        target = RECORDED / version
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        for file in KEPT:
            with suppress(FileNotFoundError):
                copy = shutil.copytree if (data / file).is_dir() else shutil.copy
                copy(data / file, target / file)
        for rest in data.glob("works.sqlite-wal"):
            shutil.copy(rest, target / rest.name)
        (target / "library.lua").write_bytes(_library(app))
        (target / "answers.json").write_text(
            json.dumps(answers, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )


async def _answers(service: Service, works: list[str]) -> dict[str, Any]:
    """What the API answers about each work, once the archive has all, and the counters."""

    async def archived() -> bool:
        listed = await get_json(service, "/api/works?campaign=default&limit=100")
        return len(listed["works"]) == len(works)

    await eventually(archived)
    return {
        "works": {work: await get_json(service, f"/api/works/{work}") for work in works},
        "counters": (await get_json(service, "/api/campaigns/default"))["counters"],
    }


def _library(app: Path) -> bytes:
    code = "from server.store import library; print(library.CODE, end='')"
    return subprocess.check_output([sys.executable, "-c", code], cwd=app)


def _kill(service: Service) -> None:
    """At once, with its Valkey: nothing is put in order."""
    pids = [service.process.pid, *processes.of(service)]
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    service.process.wait()


if __name__ == "__main__":
    asyncio.run(record(sys.argv[1], sys.argv[2]))
