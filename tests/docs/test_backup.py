"""What docs/operate/backup.md says of backup and restore."""

from __future__ import annotations

import asyncio
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

from scripts.docs.stage import DOCS
from tests.finish_work import finish_work
from tests.integration.http import get_json
from tests.integration.metrics import metrics
from tests.polling import eventually
from tests.service import Service

PAGE = (DOCS / "operate" / "backup.md").read_text(encoding="utf-8")


async def test_works_and_counters_come_back_from_the_database_alone(
    serve: Callable[..., Service], tmp_path: Path
) -> None:
    service = serve("data")
    work = await finish_work(service)

    async def stored() -> bool:
        return (await metrics(service))["jielong_archived_works_total"] == 1

    await eventually(stored)
    (command,) = re.findall(r"^sqlite3 .*$", PAGE, re.MULTILINE)
    await asyncio.to_thread(subprocess.run, ["sh", "-euc", command], cwd=tmp_path, check=True)
    service.stop()
    (tmp_path / "restored").mkdir()
    (tmp_path / "works-backup.sqlite").rename(tmp_path / "restored" / "works.sqlite")
    restored = serve("restored")
    assert (await get_json(restored, f"/api/works/{work}"))["id"] == work
    counters = (await get_json(restored, "/api/campaigns/default"))["counters"]
    assert (counters["relays"], counters["participants"]) == (1, 2)
