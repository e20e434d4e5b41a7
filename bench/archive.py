"""An archive of a million works: lists and searches at any depth, and exports of all of it.

`python -m bench.archive [--works 1000000] [--database-url URL] [--requests 200]`

The archive is filled with works of two hands first; 1 in 100 waits for a person, 1 in 20 is
private.
Lists are asked for over HTTP; searches as the console does them; the exports run as commands, whose
largest memory the system counts.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from random import Random
from statistics import quantiles
from typing import Any
from urllib.request import urlopen

import msgspec

from bench import figures, results
from bench.figures import Bars
from bench.handwriting import character
from bench.processes import ROOT, Program, service
from server import catalogue
from server.archive import schema
from server.archive.database import Database, insert_rows
from server.archive.review import Review
from server.archive.review_queue import ReviewQueue
from server.archive.review_state import ReviewState
from server.archive.search import Wanted, WorkSearch
from server.archive.waiting import Shown
from server.archive.works import Cursor

SEED = 20_080_512
INKS, AT_ONCE = 64, 5_000
BEGAN_AT = 1_700_000_000_000
APART_MS = 1_000
CAMPAIGN = "default"

PAGE_GOAL_MS, MEMORY_GOAL_MIB = 100, 300


def work_id(number: int) -> str:
    """That of the work of this number, in lane 0."""
    return f"{number:016}0"


def completed_at(number: int) -> int:
    """When it was completed; ms since 1970."""
    return BEGAN_AT + number * APART_MS


def _review(number: int) -> ReviewState:
    if number % 100 == 0:
        return ReviewState.WAITING
    return ReviewState.PRIVATE if number % 20 == 1 else ReviewState.PUBLIC


def _rows(
    begin: int, end: int, inks: list[bytes], phrases: list[bytes]
) -> Iterator[dict[str, Any]]:
    for number in range(begin, end):
        yield {
            "id": work_id(number),
            "campaign": CAMPAIGN,
            "phrase": phrases[number % len(phrases)],
            "writers": b"\0\1",
            "ink": b"\x92" + inks[number % INKS] + inks[number * 7 % INKS],
            "completed_at": completed_at(number),
            "held": False,
            "review": _review(number).value,
            "verdicts": None,
        }


def _hands(begin: int, end: int) -> Iterator[dict[str, Any]]:
    for number in range(begin, end):
        for hand in (0, 1):
            serial = 2 * number + hand + 1
            yield {
                "work": work_id(number),
                "number": hand,
                "participant": f"p{serial * 7_919 % 2_000_003:015}",
                "serial": serial,
            }


async def fill(url: str, count: int) -> None:
    """Store so many works, past the code that stores them one campaign's batch at a time."""
    random, pack = Random(SEED), msgspec.msgpack.encode
    inks = [pack(character(random)) for _ in range(INKS)]
    two = [it for it in catalogue.load_library().phrases.values() if len(it.chars) == 2]
    phrases = [pack(phrase) for phrase in two]
    database = Database(url)
    await database.open()
    for begin in range(0, count, AT_ONCE):
        end = min(begin + AT_ONCE, count)
        async with database.writing() as connection:
            works = list(_rows(begin, end, inks, phrases))
            await connection.run_sync(insert_rows, schema.works, works)
            await connection.run_sync(insert_rows, schema.hands, list(_hands(begin, end)))
    totals = {"relays": count, "participants": 2 * count, "serial": 2 * count}
    async with database.writing() as connection:
        row = {"campaign": CAMPAIGN, "lane": 0} | totals
        await connection.run_sync(insert_rows, schema.lane_totals, [row])
    await database.close()


# Pages --------------------------------------------------------------------------------------------


def pages(target: Program, given: Any) -> dict[str, list[float]]:
    """Milliseconds of each request for a list, each for another place."""
    random = Random(SEED)

    def cursor() -> str:
        number = random.randrange(given.works)
        return f"{completed_at(number)}-{work_id(number)}"

    phrase = next(it.id for it in catalogue.load_library().phrases.values() if len(it.chars) == 2)
    asked: dict[str, Callable[[int], str]] = {
        "/api/works, the first pages": lambda n: (
            f"limit=20&cursor={completed_at(given.works - 20 * n)}-{work_id(0)}"
        ),
        "/api/works, any page": lambda _: f"limit=20&cursor={cursor()}",
        "/api/works, 100 works of any page": lambda _: f"limit=100&cursor={cursor()}",
        "/api/works, any page of a phrase": lambda _: f"phrase={phrase}&cursor={cursor()}",
    }
    found = {}
    for name, query in asked.items():
        times = []
        for number in range(given.requests):
            begun = time.perf_counter()
            with urlopen(f"{target.http}/api/works?{query(number)}", timeout=30) as answer:
                answer.read()
            times.append((time.perf_counter() - begun) * 1_000)
        found[name] = times
    return found


async def searches(url: str, given: Any) -> dict[str, list[float]]:
    """Milliseconds of each search, as the console makes them."""
    database, random = Database(url), Random(SEED)
    await database.open()
    search, queue, review = WorkSearch(database), ReviewQueue(database), Review(database)

    def any_place() -> Cursor:
        number = random.randrange(given.works)
        return Cursor(completed_at(number), work_id(number))

    def page(**wanted: Any) -> Callable[[], Awaitable[Any]]:
        return lambda: search.page(Wanted(**wanted), 50, any_place())

    asked: dict[str, Callable[[], Awaitable[Any]]] = {
        "search: any page of all": page(),
        "search: any page of what is public": page(campaign=CAMPAIGN, shown=Shown.PUBLIC),
        "search: what waits": page(shown=Shown.WAITING),
        "search: what is private": page(campaign=CAMPAIGN, shown=Shown.PRIVATE),
        "search: a text in the phrase": page(campaign=CAMPAIGN, text="加"),
        "search: a serial number": lambda: search.page(
            Wanted(serial=random.randrange(1, 2 * given.works)), 50
        ),
        "review: the next 10 works": lambda: queue.take(f"m{random.random()}", 10),
        "review: how many wait": review.waiting,
    }
    found = {}
    for name, ask in asked.items():
        times = []
        for _ in range(given.requests):
            begun = time.perf_counter()
            await ask()
            times.append((time.perf_counter() - begun) * 1_000)
        found[name] = times
    await database.close()
    return found


# Exports ------------------------------------------------------------------------------------------


def export(url: str, folder: Path, form: str) -> dict[str, float]:
    """What an export of everything takes."""
    out = folder / f"works.{form}"
    words = ("works", "export", "--review", "all", "--format", form, "--output", str(out))
    begun = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "server", *words, "--database-url", url],
        cwd=ROOT,
        stderr=subprocess.PIPE,
    )
    assert process.stderr is not None
    said = process.stderr.read().decode()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, said
    size = out.stat().st_size
    out.unlink()
    return {
        "works": int(said.split()[0]),
        "seconds": time.monotonic() - begun,
        "mib": used.ru_maxrss / 1_024,
        "file_mb": size / 1e6,
    }


def row(times: list[float]) -> dict[str, float]:
    """The figures of some requests."""
    cuts = quantiles(times, n=20)
    return {"p50_ms": cuts[9], "p95_ms": cuts[18], "most_ms": max(times)}


def measure(given: Any, folder: Path) -> dict[str, Any]:
    """Fill an archive and ask it everything."""
    url = given.database_url or f"sqlite+aiosqlite:///{folder / 'works.sqlite'}"
    begun = time.monotonic()
    asyncio.run(fill(url, given.works))
    filled = time.monotonic() - begun
    with service(folder, database_url=url) as target:
        asked = pages(target, given)
    asked |= asyncio.run(searches(url, given))
    forms = ["jsonl", *(["parquet"] if find_spec("pyarrow") else [])]
    return {
        "database": url.partition("+")[0],
        "filled_in_seconds": filled,
        "pages": {name: row(times) for name, times in asked.items()},
        "exports": {form: export(url, folder, form) for form in forms},
    }


def lines(found: dict[str, Any]) -> Iterator[str]:
    """What is printed."""
    yield f"{found['database']}, filled in {found['filled_in_seconds']:.0f} s"
    yield " p50, ms   p95, ms   most"
    for name, it in found["pages"].items():
        yield f"{it['p50_ms']:8.1f} {it['p95_ms']:9.1f} {it['most_ms']:7.1f}  {name}"
    for form, it in found["exports"].items():
        yield (
            f"{form}: {it['works']:,} works, {it['seconds']:.0f} s, {it['mib']:.0f} MiB of memory,"
            f" a file of {it['file_mb']:,.0f} MB"
        )


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(prog="python -m bench.archive", description=__doc__)
    parser.add_argument("--works", type=int, default=1_000_000)
    parser.add_argument("--database-url", default="")
    parser.add_argument("--requests", type=int, default=200)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="jielong-") as folder:
        found = measure(given, Path(folder))
    print("\n".join(lines(found)))
    arguments = {"works": given.works, "requests": given.requests}
    path = results.write(f"archive-{found['database']}", {"arguments": arguments, **found})
    print(path)
    p95 = {name: it["p95_ms"] for name, it in found["pages"].items()}
    memory = {form: it["mib"] for form, it in found["exports"].items()}
    bars = [
        Bars("ms until 95 of 100 have it", p95, dict.fromkeys(p95, PAGE_GOAL_MS)),
        Bars("MiB of memory of an export", memory, dict.fromkeys(memory, MEMORY_GOAL_MIB)),
    ]
    print(figures.save_bars(path, f"{given.works:,} works, {found['database']}", bars))


if __name__ == "__main__":
    main()
