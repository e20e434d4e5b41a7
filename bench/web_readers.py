"""Readers of works: asks a service for lists, pages and pictures, in a process of its own.

`python -m bench.web_readers ADDRESS RATE SECONDS` prints how many were answered, by status.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit
from urllib.request import urlopen

CONNECTIONS = 6
"""As many as a browser opens."""

NICENESS = 5
"""The load with the clock must not wait for this one."""


def requests_for(works: list[str]) -> Iterator[str]:
    """A gallery that is scrolled through: a page of works, and for it some works and pictures."""
    for work in itertools.cycle(works):
        yield "/api/works?limit=100"
        yield f"/w/{work}"
        yield f"/w/{work}/picture.png"
        yield f"/api/works/{work}"


async def ask(
    host: str, port: int, paths: Iterator[str], rate: float, until: float
) -> Counter[int]:
    """One connection, which is kept, with so many requests a second at most."""
    loop = asyncio.get_running_loop()
    found: Counter[int] = Counter()
    reader, writer = await asyncio.open_connection(host, port)
    due = loop.time()
    while due < until:
        await asyncio.sleep(due - loop.time())
        writer.write(f"GET {next(paths)} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = head.partition(b"content-length: ")[2].partition(b"\r")[0]
        await reader.readexactly(int(length or 0))
        found[int(head.split()[1])] += 1
        if b"connection: close" in head:
            writer.close()
            reader, writer = await asyncio.open_connection(host, port)
        due = max(due + 1 / rate, loop.time() - 1)
    writer.close()
    return found


async def read(address: str, works: list[str], rate: float, seconds: float) -> Counter[int]:
    """All connections."""
    place = urlsplit(address)
    paths = requests_for(works)
    until = asyncio.get_running_loop().time() + seconds
    asking = [
        ask(place.hostname or "", place.port or 80, paths, rate / CONNECTIONS, until)
        for _ in range(CONNECTIONS)
    ]
    return sum(await asyncio.gather(*asking), Counter())


def main() -> None:
    """See the module."""
    address, rate, seconds = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
    os.nice(NICENESS)
    with urlopen(f"{address}/api/works?limit=100", timeout=10) as answer:
        works = [work["id"] for work in json.load(answer)["works"]]
    found = asyncio.run(read(address, works, rate, seconds))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
