"""What `/metrics` tells."""

from __future__ import annotations

import re
from collections import defaultdict

from tests.integration.http import get
from tests.service import Service

_WORKER = re.compile(r',?worker="(\d+)"')


async def metrics(service: Service) -> dict[str, float]:
    """The figures by name and labels; those of several workers are added."""
    by_worker = await metrics_of_workers(service)
    total: defaultdict[str, float] = defaultdict(float)
    for figures in by_worker.values():
        for name, value in figures.items():
            total[name] += value
    return dict(total)


async def metrics_of_workers(service: Service) -> dict[str, dict[str, float]]:
    """The figures of each worker; those of all together are at ""."""
    status, _, body = await get(service, "/metrics")
    assert status == 200
    found: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for line in body.splitlines():
        if not line.startswith("#"):
            name, _, value = line.rpartition(" ")
            worker = _WORKER.search(name)
            key = _WORKER.sub("", name).removesuffix("{}")
            found[worker[1] if worker else ""][key] = float(value)
    return dict(found)
