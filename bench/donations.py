"""Reports of donations, doubled, reordered, forged and replayed, while workers are killed: exact?

`python -m bench.donations [--events 100000] [--workers 2] [--seed 1] [--database-url URL]`

A provider sends events over many connections; refunds come before or after their donations. When a
third of them is answered, one worker is killed (SIGKILL), and after two thirds a web process. The
status is 1 if a total is not exact, or if an answer has another status than the contract names.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from sqlalchemy import func, select

from bench import results
from bench.donation_events import FUNDS, Event, Events
from bench.processes import Program, children, descendants, is_web, service
from bench.provider import Provider
from server.archive.database import Database
from server.campaign import schema

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
CONNECTIONS = 24
READS = 20
"""How often each total is asked for at the end, so that every worker answers."""


def campaigns() -> str:
    """The file of campaigns."""
    funds = "".join(
        f'[[campaign.fund]]\nid = "{fund}"\ntitle = "{fund}"\ncurrency = "{currency}"\n'
        'url = "https://pay.example.org"\n'
        for fund, currency in FUNDS.items()
    )
    return (
        f'[[campaign]]\nid = "default"\nrelays = ["give"]\n{funds}'
        f'[campaign.webhook]\nsecrets = ["{SECRET}"]\n'
    )


class Killer:
    """Kills a worker, and later a web process, while events are sent."""

    def __init__(self, program: Program, events: int) -> None:
        """Of the service `program`."""
        self._program = program
        self._at = {events // 3: self._worker, 2 * events // 3: self._web}
        self.killed: list[str] = []

    def answered(self, count: int) -> None:
        """So many events were answered."""
        if (find := self._at.get(count)) is not None:
            os.kill(find(), signal.SIGKILL)
            self.killed.append(find.__name__.removeprefix("_"))

    def _worker(self) -> int:
        found = children(self._program.process.pid)
        return next(pid for pid in found if any(map(is_web, descendants(pid))))

    def _web(self) -> int:
        found = descendants(self._program.process.pid)
        return next(pid for pid in found if is_web(pid) and not children(pid))


def in_order(events: list[Event]) -> tuple[list[Event], list[Event]]:
    """Those that wait for nothing, and those that wait for an answer to one of them."""
    return [it for it in events if it.after is None], [it for it in events if it.after is not None]


def expected(events: Events) -> dict[str, tuple[int, int]]:
    """What was raised for each fund and how many gave, by the answers that were given."""
    found: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for gift in events.gifts:
        if gift.told.status == 204:
            left = gift.left()
            found[gift.fund][0] += left
            found[gift.fund][1] += left > 0
    return {fund: (raised, donations) for fund, (raised, donations) in found.items()}


def told(program: Program) -> list[dict[str, tuple[int, int]]]:
    """What the service says, asked several times."""
    answers = []
    for _ in range(READS):
        with urlopen(f"{program.http}/api/campaigns/default", timeout=30) as answer:
            funds = json.loads(answer.read())["funds"]
        answers.append({it["id"]: (it["raised"], it["donations"]) for it in funds})
    return answers


async def summed(url: str) -> dict[str, tuple[int, int]]:
    """The totals summed up anew from the donations in SQL."""
    columns = schema.donations.c
    left = columns.amount - columns.refunded
    query = select(
        columns.fund, func.sum(left), func.count().filter(columns.refunded < columns.amount)
    ).group_by(columns.fund)
    database = Database(url)
    async with database.reading() as connection:
        rows = (await connection.execute(query)).all()
    await database.close()
    return {fund: (int(raised), int(donations)) for fund, raised, donations in rows}


def measure(given: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Send everything to one service, and compare."""
    events = Events(given.events, given.seed)
    file = folder / "campaigns.toml"
    file.write_text(campaigns())
    settings: dict[str, object] = {"campaigns": file, "workers": given.workers}
    url = f"sqlite+aiosqlite:///{folder / 'data' / 'works.sqlite'}"
    if given.database_url:
        settings["database_url"] = url = given.database_url
    with service(folder / "data", **settings) as program:
        killer = Killer(program, given.events)
        provider = Provider(program.port, SECRET, CONNECTIONS)
        begun = time.monotonic()
        for some in in_order(events.events):
            asyncio.run(provider.send(some, killer.answered))
        seconds = time.monotonic() - begun
        answers = told(program)
        sums = asyncio.run(summed(url))
    right = expected(events)
    wrong = [it for it in events.events if it.status not in it.right]
    by_kind: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for event in events.events:
        by_kind[event.kind][str(event.status)] += 1
    took = sorted(provider.seconds)
    return {
        "exact": all(it == right for it in [*answers, sums]),
        "wrong_statuses": [(it.kind, it.status, it.report_id) for it in wrong[:20]],
        "raised": {fund: it[0] for fund, it in right.items()},
        "donations": {fund: it[1] for fund, it in right.items()},
        "answers_by_kind": by_kind,
        "killed": killer.killed,
        "sent_again": provider.again,
        "seconds": seconds,
        "events_per_second": given.events / seconds,
        "p50_ms": 1_000 * took[len(took) // 2],
        "p99_ms": 1_000 * took[len(took) * 99 // 100],
    }


def lines(found: dict[str, Any]) -> Iterator[str]:
    """What is printed."""
    for kind, statuses in sorted(found["answers_by_kind"].items()):
        yield f"{kind:18} {'  '.join(f'{n:7,} x {it}' for it, n in sorted(statuses.items()))}"
    yield f"killed: {', '.join(found['killed'])}; sent again: {dict(found['sent_again'])}"
    yield (
        f"{found['events_per_second']:,.0f} events a second; p50 {found['p50_ms']:.0f} ms, "
        f"p99 {found['p99_ms']:.0f} ms"
    )
    yield f"totals are {'exact' if found['exact'] else 'NOT EXACT'}: {found['raised']}"
    if found["wrong_statuses"]:
        yield f"answers with a wrong status: {found['wrong_statuses']}"


def main() -> int:
    """See the module."""
    parser = argparse.ArgumentParser(prog="python -m bench.donations", description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database-url", default="", help="an empty database; SQLite if absent")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="jielong-") as folder:
        found = measure(given, Path(folder))
        right = found["exact"] and not found["wrong_statuses"]
        if not right:
            print((Path(folder) / "data" / "program.log").read_text())
    print("\n".join(lines(found)))
    shown = {name: value for name, value in vars(given).items() if name != "database_url"}
    kind = "postgresql" if given.database_url else "sqlite"
    print(results.write("donations", {"arguments": shown, "database": kind, **found}))
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
