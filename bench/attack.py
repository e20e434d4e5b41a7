"""A farm of false hands, and a school of honest ones, each behind one address, with the defaults.

The farm is one program: it takes part with new tokens as fast as it can, does all the work that it
is asked for and obeys every `retry_ms`. The school has many participants, who take part one after
another and write at the pace of a hand.

    python -m bench.attack --farm 40 --school 300 --seconds 120
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import uvloop
from jielong import JielongError, Participant, Pen

from bench import results
from bench.campaign import campaign, short_phrase
from bench.processes import Program, service

SEED = 20_200_131
HAND_SECONDS = 3.0
"""An honest hand needs so long for a character."""

SCHOOL = """
[[campaign]]
id = "default"
title = "School"
[[campaign.network]]
address = "127.0.0.1"
participants = {participants}
"""


@dataclass
class Outcome:
    """What came of one run.

    Attributes:
        hands_a_minute: counted by the service.
        most_hands_in_a_minute: in any 60 s of the run.
        relays: that the participants saw finished.
        failed: participations that did not come to a seat or to a work.
        join_seconds: from the join to the seat, proof of work and refusals included.
    """

    hands_a_minute: float = 0.0
    most_hands_in_a_minute: int = 0
    relays: int = 0
    failed: int = 0
    join_seconds: list[float] = field(default_factory=list)

    def summary(self) -> dict[str, Any]:
        """The figures, and of the joins the median, the 99th percentile and the longest."""
        figures = asdict(self)
        waits = sorted(figures.pop("join_seconds")) or [0.0]
        p99 = quantiles(waits, n=100)[98] if len(waits) > 1 else waits[0]
        return figures | {
            "joins": len(waits),
            "join_p50": round(median(waits), 3),
            "join_p99": round(p99, 3),
            "join_max": round(waits[-1], 3),
        }


async def take_part(url: str, phrase: str, pen: Pen, pace: float, outcome: Outcome) -> None:
    """Once, with a new token, from the connection to the finished work."""
    loop = asyncio.get_running_loop()
    async with await Participant.connect(url, proxy=None) as one:
        start = loop.time()
        await one.join(phrase, timeout=120)
        outcome.join_seconds.append(loop.time() - start)
        await one.write_relay(pen, pace, timeout=120)
        outcome.relays += 1


async def keep_on(
    url: str, phrase: str, seed: int, pace: float, pause: float, outcome: Outcome
) -> None:
    """One member of the crowd, who takes part again and again."""
    own = random.Random(seed)
    await asyncio.sleep(own.uniform(0, pause))
    while True:
        try:
            await take_part(url, phrase, Pen(own), pace, outcome)
        except (JielongError, OSError):
            outcome.failed += 1
        await asyncio.sleep(own.uniform(0.5, 1.5) * pause)


async def counted(program: Program, seconds: float, outcome: Outcome) -> None:
    """Read the service's count every second, in a thread that no proof of work waits for."""
    loop = asyncio.get_running_loop()
    hands = []
    with ThreadPoolExecutor(1) as reader:
        until = loop.time() + seconds
        while loop.time() < until:
            found = await loop.run_in_executor(reader, campaign, program.http)
            hands.append(found["counters"]["participants"])
            await asyncio.sleep(1)
    last = len(hands) - 1
    outcome.hands_a_minute = hands[last] * 60 / seconds
    outcome.most_hands_in_a_minute = max(
        hands[min(last, start + 60)] - hands[start] for start in range(len(hands))
    )


async def crowd(
    program: Program, members: int, seconds: float, *, pace: float, pause: float
) -> Outcome:
    """So many members, each of whom takes part again and again."""
    outcome = Outcome()
    phrase = short_phrase(program.http)
    tasks = [
        asyncio.create_task(keep_on(program.ws, phrase, SEED + number, pace, pause, outcome))
        for number in range(members)
    ]
    try:
        await counted(program, seconds, outcome)
    finally:
        for task in tasks:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.wait(tasks, timeout=10)
    return outcome


async def run(given: argparse.Namespace, folder: Path) -> dict[str, Outcome]:
    """The farm, the school where nobody has named it, and the school that a campaign names."""
    outcomes = {}
    if given.farm:
        with service(folder / "farm", guard="on") as program:
            outcomes["farm"] = await crowd(program, given.farm, given.seconds, pace=0, pause=0)
    if given.school:
        pupils = {"pace": HAND_SECONDS, "pause": given.pause}
        with service(folder / "school", guard="on") as program:
            outcomes["school"] = await crowd(program, given.school, given.seconds, **pupils)
        file = folder / "campaigns.toml"
        file.write_text(SCHOOL.format(participants=given.school))
        with service(folder / "named", guard="on", campaigns=file) as program:
            outcomes["named school"] = await crowd(program, given.school, given.seconds, **pupils)
    return outcomes


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(prog="python -m bench.attack", description=__doc__)
    parser.add_argument("--farm", type=int, default=40, help="tasks of the farm; 0: none")
    parser.add_argument("--school", type=int, default=300, help="pupils; 0: none")
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--pause", type=float, default=120, help="seconds between two relays")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="jielong-") as folder:
        outcomes = uvloop.run(run(given, Path(folder)))
    summary = {name: outcome.summary() for name, outcome in outcomes.items()}
    for name, figures in summary.items():
        print(name, *(f"{key} {value}" for key, value in figures.items()), sep="\n  ")
    print(results.write("attack", {"arguments": vars(given), "targets": summary}))


if __name__ == "__main__":
    main()
