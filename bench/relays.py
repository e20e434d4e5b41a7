"""CPU of the server and of Valkey for one whole relay, beside bare picows with the same bytes.

`python -m bench.relays [--relays 3000] [--runs 3] [--in-flight 200]`

A relay is two participants who connect, greet, join, write one character each, see the work
completed and close.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import tempfile
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from statistics import median
from typing import Any
from urllib.request import urlopen

import msgspec
import uvloop

from bench import results
from bench.bare_picows import Answers
from bench.campaign import campaign, short_phrase
from bench.client import TIMEOUT_SECONDS, Client, connect, encode
from bench.handwriting import character
from bench.invalid_run import InvalidRunError
from bench.processes import Program, Usage, bare_picows, service

SEED = 20_080_512
IDLE_SECONDS = 2.0
ARCHIVE_SECONDS = 30.0
BARE, SERVICE, GUARD_ON = "bare picows", "service", "service with the guard"

GUARDED = {
    "guard": "on",
    "network_connections": 10**9,
    "network_hellos": 10**9,
    "network_joins": 10**9,
    "network_hands": 10**9,
    "usual_network_joins": 10**9,
    "hand_pace": 1e-6,
    "hold_replays": "false",
}
"""It counts and checks all that it does by default, and lets a load from one address pass. But this
load repeats 50 characters, and each of them would be held back as a replay, in SQL."""


class Turn(msgspec.Struct, frozen=True):
    """Whose turn a room begins with."""

    seat: int


class Heard(msgspec.Struct, frozen=True):
    """What a participant must read of a message."""

    t: str
    room: str = ""
    seat: int = -1
    turn: Turn | None = None
    serial: int = -1


_read = msgspec.msgpack.Decoder(Heard).decode


class Participant:
    """One of the two: says what is to be said next whenever a message asks for it.

    Attributes:
        heard: every message that came, for a trace.
        serial: the number that `completed` gave.
    """

    def __init__(self, client: Client, phrase: str, ink: list[list[int]]) -> None:
        """Writes `ink` for its character of `phrase`."""
        self.serial = -1
        self.seat = -1
        self.heard: list[bytes] = []
        self.completed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._client = client
        self._phrase = phrase
        self._ink = ink
        client.on_message = self._take
        client.send_message("hello", client="bench")

    def _take(self, payload: bytes) -> None:
        self.heard.append(payload)
        message = _read(payload)
        match message.t:
            case "welcome":
                self._client.send_message("join", phrase=self._phrase)
            case "matched":
                self.seat = message.seat
                if message.turn and message.turn.seat == message.seat:
                    self._commit(message.room)
            case "turn" if message.seat == self.seat:
                self._commit(message.room)
            case "completed":
                self.serial = message.serial
                if not self.completed.done():
                    self.completed.set_result(None)
            case "error" | "bye" if not self.completed.done():
                self.completed.set_exception(InvalidRunError(repr(payload)))

    def _commit(self, room: str) -> None:
        self._client.send_message("commit", room=room, c=self.seat, strokes=self._ink)


@dataclass
class Tally:
    """What the load's side saw of one run."""

    serials: list[int] = field(default_factory=list)
    messages: Counter[str] = field(default_factory=Counter)
    bytes_received: int = 0


async def take_part(url: str, phrase: str, ink: list[list[int]]) -> Participant:
    """From the connection to the close.

    Raises:
        InvalidRunError: the service refused something.
        TimeoutError: it did not come to an end.
    """
    client = await connect(url)
    participant = Participant(client, phrase, ink)
    async with asyncio.timeout(TIMEOUT_SECONDS):
        await participant.completed
    await client.close()
    return participant


async def relay(url: str, phrase: str, inks: list[Any], relays: int, in_flight: int) -> Tally:
    """So many relays, with so many participants in flight."""
    tally = Tally()
    numbers = iter(range(2 * relays))

    async def one_after_another() -> None:
        for number in numbers:
            participant = await take_part(url, phrase, inks[number % len(inks)])
            tally.serials.append(participant.serial)
            tally.messages.update(_read(payload).t for payload in participant.heard)
            tally.bytes_received += sum(map(len, participant.heard))

    async with asyncio.TaskGroup() as group:
        for _ in range(in_flight):
            group.create_task(one_after_another())
    return tally


async def record(url: str, phrase: str, ink: list[list[int]]) -> Answers:
    """What the service says in one relay, for bare picows to say the same."""
    both = await asyncio.gather(*(take_part(url, phrase, ink) for _ in range(2)))
    first, second = sorted(both, key=lambda participant: participant.seat)

    def said(participant: Participant, *kinds: str) -> list[bytes]:
        return [payload for payload in participant.heard if _read(payload).t in kinds]

    def after(participant: Participant) -> tuple[list[bytes], list[bytes]]:
        """After the first commit and after the second."""
        one, two = said(participant, "committed")
        return [one, *said(participant, "turn")], [two, *said(participant, "completed")]

    firsts, seconds = after(first), after(second)
    return Answers(
        welcome=said(first, "welcome"),
        waiting=said(first, "waiting"),
        matched=(said(first, "matched"), said(second, "matched")),
        committed=((firsts[0], seconds[0]), (firsts[1], seconds[1])),
    )


def counted(program: Program) -> tuple[int, int]:
    """Relays and participants as the API tells them."""
    counters = campaign(program.http)["counters"]
    return counters["relays"], counters["participants"]


def archived(program: Program) -> int:
    """Works in SQL, as the metrics tell them."""
    with urlopen(f"{program.http}/metrics", timeout=5) as answer:
        text = answer.read().decode()
    by_worker = re.findall(r"^jielong_archived_works_total\S* (\S+)", text, re.MULTILINE)
    return int(sum(map(float, by_worker)))


async def wait_for_archive(program: Program, works: int) -> None:
    """Moving works into SQL belongs to the cost.

    Raises:
        InvalidRunError: they are not all there in time.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + ARCHIVE_SECONDS
    while (stored := await asyncio.to_thread(archived, program)) < works:
        if loop.time() > until:
            raise InvalidRunError(f"{works} works finished, {stored} in the archive")
        await asyncio.sleep(0.2)


@dataclass
class Run:
    """One run of one target: CPU for all relays, and what nothing costs in the same time."""

    used: Usage
    idle: Usage
    seconds: float
    relays: int
    tally: Tally

    @property
    def us_per_relay(self) -> Usage:
        """Microseconds of CPU a relay, idle taken off."""
        return (self.used - self.idle) * (1_000_000 / self.relays)


async def measure_bare(bare: Program, inks: list[Any], relays: int, in_flight: int) -> Run:
    """One run of the floor."""
    idle = await idle_second(bare)
    loop = asyncio.get_running_loop()
    start, before = loop.time(), bare.usage()
    tally = await relay(bare.ws, "any", inks, relays, in_flight)
    seconds = loop.time() - start
    return Run(bare.usage() - before, idle * seconds, seconds, relays, tally)


async def measure_service(
    served: Program, phrase: str, inks: list[Any], relays: int, in_flight: int
) -> Run:
    """One run of the service.

    Raises:
        InvalidRunError: its counters are not exactly what was done.
    """
    idle = await idle_second(served)
    works, hands = await asyncio.to_thread(counted, served)
    loop = asyncio.get_running_loop()
    start, before = loop.time(), served.usage()
    tally = await relay(served.ws, phrase, inks, relays, in_flight)
    await wait_for_archive(served, works + relays)
    used, seconds = served.usage() - before, loop.time() - start
    now = await asyncio.to_thread(counted, served)
    if now != (works + relays, hands + 2 * relays) or len(set(tally.serials)) != 2 * relays:
        raise InvalidRunError(
            f"{relays} relays added to {works} works and {hands} hands, counted {now}; "
            f"{len(set(tally.serials))} different serial numbers"
        )
    return Run(used, idle * seconds, seconds, relays, tally)


async def idle_second(program: Program) -> Usage:
    """CPU a second with nobody there."""
    before = program.usage()
    await asyncio.sleep(IDLE_SECONDS)
    return (program.usage() - before) * (1 / IDLE_SECONDS)


async def compare(given: Any, folder: Path) -> dict[str, list[Run]]:
    """The service and bare picows in turns."""
    random = Random(SEED)
    inks = [character(random) for _ in range(50)]
    runs: dict[str, list[Run]] = {BARE: [], SERVICE: [], GUARD_ON: []}
    with ExitStack() as stack:
        served = stack.enter_context(service(folder / "service"))
        guarded = stack.enter_context(service(folder / "guarded", **GUARDED))
        phrase = short_phrase(served.http)
        answers = folder / "answers"
        answers.write_bytes(encode(await record(served.ws, phrase, inks[0])))
        bare = stack.enter_context(bare_picows(folder / "bare", "answers", str(answers)))
        for program in (bare, served, guarded):
            await relay(program.ws, phrase, inks, given.in_flight, given.in_flight)
        for _ in range(given.runs):
            size = given.relays, given.in_flight
            runs[BARE].append(await measure_bare(bare, inks, *size))
            runs[SERVICE].append(await measure_service(served, phrase, inks, *size))
            runs[GUARD_ON].append(await measure_service(guarded, phrase, inks, *size))
    return runs


def summarize(runs: dict[str, list[Run]]) -> dict[str, dict[str, Any]]:
    """Medians and ratios; the floor is bare picows in the same run."""
    floor = [run.us_per_relay.total for run in runs[BARE]]
    summary: dict[str, dict[str, Any]] = {}
    for name, of_target in runs.items():
        costs = [run.us_per_relay for run in of_target]
        ratios = [cost.total / bare for cost, bare in zip(costs, floor, strict=True)]
        summary[name] = {
            "ratio": median(ratios),
            "us_per_relay": median(cost.total for cost in costs),
            "us_per_relay_server": median(cost.server for cost in costs),
            "us_per_relay_valkey": median(cost.store for cost in costs),
            "relays_a_second": median(run.relays / run.seconds for run in of_target),
            "messages_per_relay": median(
                run.tally.messages.total() / run.relays for run in of_target
            ),
            "bytes_per_relay": median(run.tally.bytes_received / run.relays for run in of_target),
            "messages": dict(of_target[-1].tally.messages),
            "runs": [
                {"ratio": ratio, "used": run.used, "idle": run.idle, "seconds": run.seconds}
                for ratio, run in zip(ratios, of_target, strict=True)
            ],
        }
    return summary


def table(summary: dict[str, dict[str, Any]]) -> Iterable[str]:
    """The lines to print, the ratio first."""
    yield "ratio   us/relay   server   valkey   relays/s   messages    bytes"
    for name, found in summary.items():
        yield (
            f"{found['ratio']:5.2f} {found['us_per_relay']:10.0f}"
            f" {found['us_per_relay_server']:8.0f} {found['us_per_relay_valkey']:8.0f}"
            f" {found['relays_a_second']:10.0f} {found['messages_per_relay']:10.1f}"
            f" {found['bytes_per_relay']:8.0f}  {name}"
        )


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(prog="python -m bench.relays", description=__doc__)
    parser.add_argument("--relays", type=int, default=3_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--in-flight", type=int, default=200, help="participants at a time")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="jielong-") as folder:
        runs = uvloop.run(compare(given, Path(folder)))
    summary = summarize(runs)
    print("\n".join(table(summary)))
    print(results.write("relays", {"arguments": vars(given), "targets": summary}))


if __name__ == "__main__":
    main()
