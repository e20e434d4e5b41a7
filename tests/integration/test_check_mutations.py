"""`jielong check` finds what it is for: services with one wrong line, and what each breaks."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from jielong import Refused
from jielong.exceptions import JielongError

from tests import service as services
from tests.history import HistoryWriter
from tests.integration.recorded_clients import (
    RecordedClient,
    at_once,
    broken,
    close_all,
    history_of,
    relay,
    run_check,
)
from tests.service import ROOT, Service

FOUR = "zhijing-tianshi"
TRIES = 20
"""Times that two tickets are handed in at once, until the service takes them in one batch."""

Meet = Callable[[str], RecordedClient]


async def a_relay(meet: Meet) -> None:
    """Two participants write four characters; one of them comes back after the first."""
    a, b = meet("a"), meet("b")
    await a.connect()
    await b.connect()
    await a.participant.join(FOUR)
    await b.participant.join()
    await a.commit()
    await a.close()
    await a.connect()
    await relay(a, b)


async def a_kept_character(meet: Meet) -> None:
    """A participant leaves a character behind and joins again."""
    a = meet("a")
    await a.connect()
    await a.participant.join()
    await a.commit()
    await a.participant.leave(keep=True)
    await a.participant.ping()
    await a.connect()
    await a.participant.join(timeout=2)


async def a_return_in_ones_turn(meet: Meet) -> None:
    """A participant comes back and writes the first character."""
    a, b = meet("a"), meet("b")
    await a.connect()
    await b.connect()
    await a.participant.join(FOUR)
    await b.participant.join()
    await a.close()
    await a.connect()
    await a.commit()


async def a_second_join(meet: Meet) -> None:
    """A participant joins while waiting already."""
    a = meet("a")
    await a.connect()
    await a.participant.join()
    await a.participant.join()


async def a_third_joiner(meet: Meet) -> None:
    """Two meet in a room; then another one comes. All stay in touch."""
    clients = [meet(name) for name in "abc"]
    for client in clients:
        await client.connect()
        await client.participant.join(FOUR)
    await asyncio.gather(*(client.pings(5.5) for client in clients))


async def a_hasty_partner(meet: Meet) -> None:
    """The second participant writes the first one's character."""
    a, b = meet("a"), meet("b")
    await a.connect()
    await b.connect()
    await a.participant.join(FOUR)
    await b.participant.join()
    with pytest.raises(Refused):
        await b.participant.commit(b.pen.character("致"), c=0)
        raise Refused("not_your_turn", "it was taken, which the check must find", "commit")


async def an_old_pair(meet: Meet) -> None:
    """Two who wrote together join at once while a third one waits; until one batch takes both."""
    for number in range(TRIES):
        a, b, third = (meet(f"{name}{number}") for name in "abc")
        for client in (a, b, third):
            await client.connect()
        await at_once(a, b)
        await relay(a, b)
        await third.participant.join()
        await at_once(a, b)
        if a.participant.room and a.participant.room == b.participant.room:
            await third.participant.ping()
            return
        for client in (a, b, third):
            if client.participant.room:
                await client.participant.leave()
            await client.participant.ping()


async def a_relay_and_a_wait(meet: Meet) -> None:
    """After a relay its participants stay for the next counters."""
    a, b = meet("a"), meet("b")
    await a.connect()
    await b.connect()
    await at_once(a, b)
    await relay(a, b)
    await a.pings(2.5)


@dataclass(frozen=True)
class Mutation:
    """One wrong line of the library, what shows it, and the promises that it breaks."""

    name: str
    right: str
    wrong: str
    scenario: Callable[[Meet], Awaitable[None]]
    promises: tuple[str, ...]


MUTATIONS = [
    Mutation(
        "one may enter a room that one was in",
        "return not has(room.who, ticket.participant) end",
        "return true end",
        a_kept_character,
        ("one seat",),
    ),
    Mutation(
        "one who sits is seated again",
        "local room, held = room_of(base, ticket.participant, who)",
        "local room, held = nil, nil",
        a_second_join,
        ("one seat",),
    ),
    Mutation(
        "a taken seat is given away",
        "if room[next_one].holder == '' and c < n then return next_one end",
        "if c < n then return next_one end",
        a_third_joiner,
        ("one seat", "one writer"),
    ),
    Mutation(
        "hosts get no guests",
        "keep_pair(host, find(host, first), waiting)",
        "keep_pair(host, nil, waiting)",
        an_old_pair,
        ("new partners",),
    ),
    Mutation(
        "either seat may commit",
        "if c ~= room.c or c % 2 ~= seat then",
        "if c ~= room.c then",
        a_hasty_partner,
        ("one writer",),
    ),
    Mutation(
        "other ink is kept",
        "call('HSET', key, 'm', pack_room(room), 'i' .. c, ink)",
        r"call('HSET', key, 'm', pack_room(room), 'i' .. c, '\145\148\1\1\0\1')",
        a_relay,
        ("nothing lost",),
    ),
    Mutation(
        "a relay counts twice",
        "call('HINCRBY', base .. ':counters', 'relays', 1)",
        "call('HINCRBY', base .. ':counters', 'relays', 2)",
        a_relay,
        ("counted once",),
    ),
    Mutation(
        "participants are not counted",
        "call('HINCRBY', base .. ':counters', 'participants', #hands)",
        "call('HINCRBY', base .. ':counters', 'participants', 0)",
        a_relay,
        ("counted once",),
    ),
    Mutation(
        "a work is finished twice",
        "if completed(room) then count(base, rules, room, ink) end",
        "if completed(room) then for _ = 1, 2 do count(base, rules, room, ink) end end",
        a_relay,
        ("counted once",),
    ),
    Mutation(
        "a return finds no room",
        "local room, seat = room_of(base, participant, person)\n  local transitions",
        "local room, seat = nil, nil\n  local transitions",
        a_relay,
        ("given back",),
    ),
    Mutation(
        "a return does not restore the address",
        "room[seat].address, room[seat].grace = address, 0",
        "room[seat].address, room[seat].grace = '', 0",
        a_return_in_ones_turn,
        ("given back",),
    ),
    Mutation(
        "heartbeats tell no relays",
        "return { tonumber(counters[1] or 0),",
        "return { 0,",
        a_relay_and_a_wait,
        ("sound messages",),
    ),
]


def mutate(folder: Path, mutation: Mutation) -> None:
    """A copy of the server in `folder`, with one line changed, beside the same pages."""
    shutil.copytree(
        ROOT / "server", folder / "server", ignore=shutil.ignore_patterns("__pycache__")
    )
    for beside in ("static", "client"):
        (folder / beside).symlink_to(ROOT / beside)
    found = 0
    for part in (folder / "server" / "store" / "functions").glob("*.lua"):
        source = part.read_text(encoding="utf-8")
        found += source.count(mutation.right)
        part.write_text(source.replace(mutation.right, mutation.wrong), encoding="utf-8")
    assert found == 1, "the library does not have this line (any more)"


async def play(service: Service, scenario: Callable[[Meet], Awaitable[None]]) -> None:
    """Play a scenario as far as the service goes along, and record it."""
    clients: list[RecordedClient] = []
    with HistoryWriter(history_of(service)) as history:

        def meet(name: str) -> RecordedClient:
            clients.append(RecordedClient(service, history, name))
            return clients[-1]

        try:
            async with asyncio.timeout(15):
                await scenario(meet)
        except (JielongError, TimeoutError):
            pass  # a wrong service may well refuse to go on
        await close_all(*clients)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
async def test_a_wrong_line_is_found(
    mutation: Mutation,
    tmp_path: Path,
    serve: Callable[..., Service],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mutate(tmp_path / "wrong", mutation)
    monkeypatch.setattr(services, "ROOT", tmp_path / "wrong")
    service = serve()
    await play(service, mutation.scenario)
    checked = await asyncio.to_thread(run_check, history_of(service), "--data", service.data)
    assert checked.returncode == 1, checked.stdout
    assert set(mutation.promises) <= broken(checked), checked.stdout
    for promise in mutation.promises:
        assert f"\n{promise}: " in "\n" + checked.stdout


@pytest.mark.parametrize(
    "scenario", dict.fromkeys(mutation.scenario for mutation in MUTATIONS), ids=lambda s: s.__name__
)
async def test_the_same_on_the_right_service_breaks_nothing(
    scenario: Callable[[Meet], Awaitable[None]], service: Service
) -> None:
    await play(service, scenario)
    checked = await asyncio.to_thread(run_check, history_of(service), "--data", service.data)
    assert checked.returncode == 0, checked.stdout + checked.stderr
