"""CPU of Valkey alone for matching and for turns: the library's calls, without any WebSocket.

`python -m bench.match [--joiners 20000] [--batches 1 8 64 500] [--lanes 1 4 16] [--runs 3]`

Tickets of strangers go in as `join` batches, dealt out over lanes; then every room is written to
its end by `commit`, as many calls in one write as a batch has tickets, and every hand is `told`, as
many in one call. Seats and works are counted, so nothing is left out.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, groupby
from pathlib import Path
from random import Random
from statistics import median
from typing import Any, NamedTuple

import msgspec
import redis.asyncio

from bench import join_parts, results
from bench.handwriting import character
from bench.invalid_run import InvalidRunError
from bench.valkey_client import Share, ValkeyClient
from server.relay.matching import Ticket
from server.relay.room import Rules
from server.session.random_ids import new_id
from server.store import keys, library
from server.store.acknowledgements import AT_ONCE
from server.store.answers import read_answer, rule_arguments
from server.store.embedded import EmbeddedServer
from server.store.lanes import lane_bases, letter_of
from server.store.pool import SEED_BITS, ticket_arguments

JOINERS = 20_000
BATCHES = (1, 8, 64, 500)
LANES = (1, 4, 16)
WORKERS = (2, 100, 1_000)
WORKER = "bench"
SEED = 20_080_512
CHARS = 2
COMMITS = 512
"""Commits for which lanes other than 0 are granted their serials at once."""

RULES = rule_arguments(Rules())

pack = msgspec.msgpack.Encoder().encode


@dataclass
class Seated:
    """A participant with a seat, as a commit needs it."""

    base: str
    participant: str
    address: str
    room: str
    seat: int


class Receipt(NamedTuple):
    """That a participant has heard of a work, which is its id with the serial that it gave."""

    base: str
    participant: str
    work: str


def tickets(joiners: int) -> list[Ticket]:
    """So many strangers who never met."""
    phrase = pack({"id": "jiayou", "text": "加油", "chars": ["加", "油"], "locale": "zh"})
    return [
        Ticket(
            participant=new_id(),
            address=f"{WORKER}/{number}",
            room=new_id(),
            phrase=phrase,
            chars=CHARS,
        )
        for number in range(joiners)
    ]


@dataclass
class Run:
    """Seconds of Valkey's CPU for one kind of run, and its memory.

    Attributes:
        join: for all joiners.
        commit: for all their commits, one each; the second one of a room counts the work.
        told: for hearing that each has been told of the work.
        seated_bytes: memory for everybody once seated.
    """

    join: float
    commit: float
    told: float
    seated_bytes: float


def measure(store: ValkeyClient, joiners: int, batch: int, lanes: int, random: Random) -> Run:
    """Seat everybody, write every room to its end, and look at the counters."""
    bases = lane_bases("bench", lanes)
    store.empty(bases)
    everybody = tickets(joiners)
    empty = store.used_memory()
    before = store.cpu()
    answers = join_all(store, bases, everybody, batch, random)
    join = store.cpu() - before
    seated_bytes = store.used_memory() - empty
    in_order = in_order_of_turns(answers, joiners)
    ink = pack(character(random))
    before = store.cpu()
    receipts = commit_all(store, bases, in_order, ink, batch)
    commit = store.cpu() - before
    before = store.cpu()
    removed = store.calls("acknowledge", told_calls(receipts, min(batch, AT_ONCE)), 1)
    told = store.cpu() - before
    if sum(removed) != joiners:
        raise InvalidRunError(f"{joiners} wrote, {sum(removed)} had a work to hear of")
    if (counted := works(store, bases)) != joiners // 2:
        raise InvalidRunError(f"{joiners} wrote, {counted} works were counted")
    return Run(join, commit, told, seated_bytes)


def join_all(
    store: ValkeyClient, bases: list[str], everybody: list[Ticket], batch: int, random: Random
) -> list[tuple[str, bytes]]:
    """Every ticket, in batches that go to the lanes in turn; the answers."""
    calls = join_calls(bases, everybody, batch, random)
    answers = store.calls("join", calls, 1)
    return [(call[0], answer) for call, answer in zip(calls, answers, strict=True)]


def join_calls(
    bases: list[str], everybody: list[Ticket], batch: int, random: Random
) -> list[tuple[Any, ...]]:
    """The base and the arguments of each call of `join`."""
    calls = []
    for number, at in enumerate(range(0, len(everybody), batch)):
        base = bases[number % len(bases)]
        arguments: list[Any] = [*RULES, 1 + random.getrandbits(SEED_BITS), WORKER]
        for ticket in everybody[at : at + batch]:
            arguments += ticket_arguments(ticket, letter_of(base))
        calls.append((base, *arguments))
    return calls


def commit_all(
    store: ValkeyClient, bases: list[str], everybody: list[Seated], ink: bytes, together: int
) -> list[Receipt]:
    """Every character; lanes other than 0 are granted serials as they need them."""
    receipts: list[Receipt] = []
    for at in range(0, len(everybody), COMMITS):
        some = everybody[at : at + COMMITS]
        last_ones = Counter(one.base for one in some if one.seat == CHARS - 1)
        for base, count in last_ones.items():
            if base != bases[0]:
                last = store.calls("grant_serials", [(bases[0], CHARS * count)], 1)[0]
                store.calls("add_serials", [(base, 0, last - CHARS * count + 1, last, 0)], 1)
        answers = store.calls(
            "commit",
            (
                (one.base, *RULES, one.participant, one.address, one.room, one.seat, ink)
                for one in some
            ),
            together,
        )
        for one, answer in zip(some, map(read_answer, answers), strict=True):
            if answer.refusals:
                raise InvalidRunError(f"a commit was refused: {answer.refusals[0]}")
            receipts += (
                Receipt(one.base, hand.participant, f"{one.room} {hand.serial}")
                for hand in answer.transitions[0].hands
            )
    return receipts


def told_calls(receipts: list[Receipt], together: int) -> Iterator[tuple[Any, ...]]:
    """The base and the arguments of each call of `acknowledge`, with so many receipts at most."""
    in_order = sorted(receipts, key=lambda receipt: receipt.base)
    for base, of_lane in groupby(in_order, key=lambda receipt: receipt.base):
        pairs = [(receipt.participant, receipt.work) for receipt in of_lane]
        for at in range(0, len(pairs), together):
            yield base, *chain.from_iterable(pairs[at : at + together])


def in_order_of_turns(answers: list[tuple[str, bytes]], joiners: int) -> list[Seated]:
    """Everybody's seat, those first who write first.

    Raises:
        InvalidRunError: not all have one.
    """
    seats = [seated for base, answer in answers for seated in seats_of(base, answer)]
    latest = {(seated.room, seated.seat): seated for seated in seats}
    if len(latest) != joiners:
        raise InvalidRunError(f"{joiners} joined, {len(latest)} have seats")
    return sorted(latest.values(), key=lambda seated: (seated.seat, seated.room))


def seats_of(base: str, answer: bytes) -> Iterator[Seated]:
    """The seats that an answer tells of."""
    for transition in read_answer(answer).transitions:
        for seat, holder in enumerate(transition.view.seats):
            if holder.participant:
                room = transition.view.room
                yield Seated(base, holder.participant, holder.address, room, seat)


def profile(
    store: ValkeyClient, joiners: int, batch: int, random: Random
) -> dict[str, list[Share]]:
    """Where the time of `join` and of `commit` goes in one lane, for each joiner."""
    base = keys.lane("bench")
    store.empty([base])
    store.commands([("CONFIG", "RESETSTAT")])
    answers = join_all(store, [base], tickets(joiners), batch, random)
    join = store.shares(joiners)
    in_order = in_order_of_turns(answers, joiners)
    store.commands([("CONFIG", "RESETSTAT")])
    commit_all(store, [base], in_order, pack(character(random)), batch)
    return {"join": join, "commit": store.shares(joiners)}


def whole_batches(joiners: int, size: int) -> int:
    """About so many joiners: an even number of batches of this size, so that all find a partner."""
    return max(1, joiners // (2 * size)) * 2 * size


def works(store: ValkeyClient, bases: list[str]) -> int:
    """Finished works of these lanes."""
    found = store.commands([("HGET", keys.counters(base), "relays") for base in bases])
    return sum(int(count or 0) for count in found)


async def compare(given: Any, folder: Path) -> dict[str, Any]:
    """Every number of lanes with every size of batch, in turns, each on an empty store."""
    server = EmbeddedServer(folder)
    await server.start()
    try:
        client = redis.asyncio.Redis.from_url(server.url)
        await library.load(client)
        pid = int((await client.info("server"))["process_id"])
        await client.aclose()
        return await asyncio.to_thread(compare_on, given, server.url.removeprefix("unix://"), pid)
    finally:
        await server.stop()


def compare_on(given: Any, path: str, pid: int) -> dict[str, Any]:
    """The same, on this server."""
    random = Random(SEED)
    store = ValkeyClient(path, pid)
    cases = [(lanes, batch) for lanes in given.lanes for batch in given.batches]
    runs: dict[tuple[int, int], list[Run]] = {case: [] for case in cases}
    for _ in range(given.runs):
        for lanes, batch in cases:
            joiners = whole_batches(given.joiners, batch * lanes)
            run = measure(store, joiners, batch, lanes, random)
            runs[lanes, batch].append(
                Run(
                    *(seconds * 1e6 / joiners for seconds in (run.join, run.commit, run.told)),
                    seated_bytes=run.seated_bytes / joiners,
                )
            )
    beats = [measure_beats(store, workers, given.beats) for workers in given.workers]
    batch = max(given.batches)
    joiners = whole_batches(given.joiners, batch)
    shares = profile(store, joiners, batch, random)
    calls = join_calls([keys.lane("bench")], tickets(joiners), batch, random)
    parts = join_parts.parts(store, calls, joiners)
    store.close()
    found_cases = [
        {
            "lanes": lanes,
            "batch": batch,
            "us_join": median(run.join for run in found),
            "us_commit": median(run.commit for run in found),
            "us_told": median(run.told for run in found),
            "bytes_seated": median(run.seated_bytes for run in found),
            "runs": found,
        }
        for (lanes, batch), found in runs.items()
    ]
    profiled = {call: [share._asdict() for share in each] for call, each in shares.items()}
    return {
        "cases": found_cases,
        "beats": beats,
        "profile": {"batch": batch, **profiled},
        "parts_of_join": {"batch": batch, **parts},
    }


def measure_beats(store: ValkeyClient, workers: int, beats: int) -> dict[str, float]:
    """Microseconds of Valkey's CPU for a heartbeat and for a look at the clock, both of which every
    worker sends to every lane, when so many workers are alive.
    """
    base = keys.lane("bench")
    store.empty([base])
    store.calls("heartbeat", [(base, 0, f"worker-{i:06}", 1, 1, "1") for i in range(workers)], 16)
    before = store.cpu()
    each = [(base, 0, f"worker-{i % workers:06}", 1, 1, "0") for i in range(beats)]
    store.calls("heartbeat", each, 16)
    beat = (store.cpu() - before) * 1e6 / beats
    before = store.cpu()
    store.calls("expire", [(base, *RULES, 100) for _ in range(beats)], 16)
    return {
        "workers": workers,
        "us_beat": beat,
        "us_expire": (store.cpu() - before) * 1e6 / beats,
    }


def lines(found: dict[str, Any]) -> Iterator[str]:
    """What is printed; the last column is what one core of Valkey could seat and see through."""
    yield "us of Valkey's CPU a joiner"
    yield "lanes  batch    join   commit    told    joiners/s a core"
    for case in found["cases"]:
        total = case["us_join"] + case["us_commit"] + case["us_told"]
        yield (
            f"{case['lanes']:5} {case['batch']:6} {case['us_join']:7.1f} {case['us_commit']:8.1f}"
            f" {case['us_told']:7.1f} {1e6 / total:15,.0f}"
        )
    yield "us of Valkey's CPU a call, by workers alive: beat, expire"
    for beat in found["beats"]:
        yield f"{beat['workers']:6,} {beat['us_beat']:8.1f} {beat['us_expire']:8.1f}"
    for call in ("join", "commit"):
        yield f"{call} in batches of {found['profile']['batch']}, a joiner: calls, us"
        for share in found["profile"][call]:
            yield f"  {share['command']:12} {share['calls']:6.2f} {share['us']:8.2f}"
    parts = found["parts_of_join"]
    yield f"join in batches of {parts['batch']}, us a joiner; its parts measured alone"
    for part in ("join", "arguments", "pairing", "writes"):
        yield f"  {part:12} {parts[part]:8.2f}"


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.match",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--joiners", type=int, default=JOINERS)
    parser.add_argument("--batches", type=int, nargs="+", default=BATCHES)
    parser.add_argument("--lanes", type=int, nargs="+", default=LANES)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--workers", type=int, nargs="+", default=WORKERS, help="that beat")
    parser.add_argument("--beats", type=int, default=2_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="jielong-") as folder:
        found = asyncio.run(compare(given, Path(folder)))
    print("\n".join(lines(found)))
    print(results.write("match", {"arguments": vars(given), **found}))


if __name__ == "__main__":
    main()
