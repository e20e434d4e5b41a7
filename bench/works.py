"""What readers of works cost the service: of one work that all read, and of many works.

`python -m bench.works [--works 10000] [--rate 1000] [--seconds 5]`

The archive is filled with works first. Each reader opens a connection of its own, asks for the page
of a work and for the work itself, as the page does; or for its picture, or for a list of works.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any
from urllib.request import urlopen

import msgspec

from bench import accounting, figures, results
from bench.figures import Bars
from bench.handwriting import character
from bench.load.http import Request
from bench.processes import Program, service
from bench.visit_load import idle_share, measure
from server.archive.database import Database
from server.archive.review_state import ReviewState
from server.archive.works import Works
from server.relay.phrase import make_phrase
from server.relay.transition import Hand
from server.store.works import FinishedWork

SEED = 20_080_512
STORED_AT_ONCE = 500
INKS = 64
"""Different characters; all works are made of them."""

DRAWN = 5
"""Pictures that are drawn to tell what one costs."""

PAGE = "page and JSON of {}"
HEADERS = "Accept-Encoding: gzip, deflate, br\r\nAccept: text/html,*/*\r\n"


async def fill(folder: Path, count: int) -> list[str]:
    """Make an archive of so many works in `folder`; their ids."""
    random = Random(SEED)
    inks = [msgspec.Raw(msgspec.msgpack.encode(character(random))) for _ in range(INKS)]
    phrase = make_phrase("jiayou", "加油", "zh-Hans")
    works = [
        FinishedWork(
            f"{number:016}0",
            phrase,
            [Hand(f"p{number}a", 2 * number + 1), Hand(f"p{number}b", 2 * number + 2)],
            [0, 1],
            [random.choice(inks), random.choice(inks)],
            1_600_000_000_000 + number,
            0,
        )
        for number in range(count)
    ]
    database = Database(f"sqlite+aiosqlite:///{folder / 'works.sqlite'}")
    await database.open()
    for at in range(0, count, STORED_AT_ONCE):
        await Works(database).store("default", works[at : at + STORED_AT_ONCE], ReviewState.PUBLIC)
    await database.close()
    return [work.id for work in works]


def asks_for(target: Program, *paths: str) -> list[Request]:
    """The requests of one reader, one after another."""
    host = f"127.0.0.1:{target.port}"
    return [
        Request(0, at, path, f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{HEADERS}\r\n".encode())
        for at, path in enumerate(paths)
    ]


def cases(target: Program, works: list[str]) -> dict[str, list[list[Request]]]:
    """What the readers of each case ask for; the readers of a case take turns."""

    def read(work: str) -> list[Request]:
        return asks_for(target, f"/w/{work}", f"/api/works/{work}")

    many = works[:]
    Random(SEED).shuffle(many)
    return {
        PAGE.format("one work"): [read(works[0])],
        PAGE.format(f"{len(works):,} works"): [read(work) for work in many],
        "picture of one work": [asks_for(target, f"/w/{works[0]}/picture.png")],
        "list of the newest works": [asks_for(target, "/api/works?limit=20")],
    }


def drawing(target: Program, works: list[str]) -> dict[str, float]:
    """Seconds until a picture is there that nobody asked for before, and CPU of drawing it."""
    before, begun = accounting.machine_busy(), time.monotonic()
    for work in works[-DRAWN:]:
        with urlopen(f"{target.http}/w/{work}/picture.png", timeout=30) as answer:
            size = len(answer.read())
    return {
        "seconds": (time.monotonic() - begun) / DRAWN,
        "machine_seconds": (accounting.machine_busy() - before) / DRAWN,
        "bytes": size,
    }


def read_all(given: Any, folder: Path) -> dict[str, Any]:
    """Every case on one service."""
    data = folder / "data"
    data.mkdir()
    works = asyncio.run(fill(data, given.works))
    with service(data) as target:
        drawn = drawing(target, works)
        idle = idle_share(target)
        found: dict[str, Any] = {}
        for name, requests in cases(target, works).items():
            with urlopen(target.http + requests[0][-1].path, timeout=30) as answer:
                answer.read()  # a picture is drawn before the readers come
            made = measure(target, requests, round(given.rate * given.seconds), given.rate)
            cpu = made["used"] - idle * made["seconds"]
            made["us_per_reader"] = cpu * 1e6 / made["visits"]
            made["cores"] = cpu / given.seconds
            found[name] = made
    return {"readers": found, "drawing": drawn}


def lines(found: dict[str, Any]) -> Iterator[str]:
    """What is printed."""
    yield "us of CPU a reader   cores   p50, ms   p99, ms   bytes"
    for name, row in found["readers"].items():
        yield (
            f"{row['us_per_reader']:18.0f} {row['cores']:7.2f} {row['loaded_p50_ms']:9.1f}"
            f" {row['loaded_p99_ms']:9.1f} {row['bytes']:7.0f}  {name}"
        )
    drawn = found["drawing"]
    yield f"a picture: {drawn['bytes']:.0f} bytes, drawn in {drawn['seconds'] * 1_000:.0f} ms"


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(prog="python -m bench.works", description=__doc__)
    parser.add_argument("--works", type=int, default=10_000)
    parser.add_argument("--rate", type=float, default=1_000, help="readers a second")
    parser.add_argument("--seconds", type=float, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="jielong-") as folder:
        found = read_all(given, Path(folder))
    print("\n".join(lines(found)))
    path = results.write("works", {"arguments": vars(given), **found})
    print(path)
    bars = [
        Bars(what, {name: row[key] for name, row in found["readers"].items()}, {})
        for what, key in (
            ("us of CPU a reader", "us_per_reader"),
            ("ms until 99 of 100 readers have it", "loaded_p99_ms"),
        )
    ]
    title = f"{given.rate:,.0f} readers a second, one worker"
    print(figures.save_bars(path, title, bars))


if __name__ == "__main__":
    main()
