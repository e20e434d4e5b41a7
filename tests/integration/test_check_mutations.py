"""`jielong check` finds the violations of services with one changed line in the Lua library."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest
import redis
from jielong import Refused
from jielong.exceptions import JielongError

from server.store import library
from server.store.embedded import EmbeddedServer
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
from tests.service import Service

FOUR = "zhijing-tianshi"
TRIES = 20
"""How often two clients join at once, until the service takes both tickets in one batch."""

MakeClient = Callable[[str], RecordedClient]


async def a_relay_with_a_return(make_client: MakeClient) -> None:
    """Two participants write four characters; one of them reconnects after the first."""
    a, b = make_client("a"), make_client("b")
    await a.connect()
    await b.connect()
    await a.participant.join(FOUR)
    await b.participant.join()
    await a.commit()
    await a.close()
    await a.connect()
    await relay(a, b)


async def a_kept_character(make_client: MakeClient) -> None:
    """A participant commits a character, leaves with `keep` and joins again."""
    a = make_client("a")
    await a.connect()
    await a.participant.join()
    await a.commit()
    await a.participant.leave(keep=True)
    await a.participant.ping()
    await a.connect()
    await a.participant.join(timeout=2)


async def a_return_during_a_turn(make_client: MakeClient) -> None:
    """A participant reconnects during their turn and commits the character."""
    a, b = make_client("a"), make_client("b")
    await a.connect()
    await b.connect()
    await a.participant.join(FOUR)
    await b.participant.join()
    await a.close()
    await a.connect()
    await a.commit()


async def a_second_join(make_client: MakeClient) -> None:
    """A participant who already waits joins again."""
    a = make_client("a")
    await a.connect()
    await a.participant.join()
    await a.participant.join()


async def a_third_joiner(make_client: MakeClient) -> None:
    """Two participants are matched, and a third one joins. All three go on sending pings."""
    clients = [make_client(name) for name in "abc"]
    for client in clients:
        await client.connect()
        await client.participant.join(FOUR)
    await asyncio.gather(*(client.pings(5.5) for client in clients))


async def a_commit_out_of_turn(make_client: MakeClient) -> None:
    """The second participant commits the first one's character."""
    a, b = make_client("a"), make_client("b")
    await a.connect()
    await b.connect()
    await a.participant.join(FOUR)
    await b.participant.join()
    with pytest.raises(Refused):
        await b.participant.commit(b.pen.character("致"), c=0)
        raise Refused(
            "not_your_turn", "the service accepted it, which the check must find", "commit"
        )


async def a_rematch(make_client: MakeClient) -> None:
    """Two recent partners join at once while a third participant waits.

    They repeat it until the service takes both tickets in one batch.
    """
    for number in range(TRIES):
        a, b, third = (make_client(f"{name}{number}") for name in "abc")
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


async def a_relay_and_pings(make_client: MakeClient) -> None:
    """After a relay, a participant stays connected until counters come."""
    a, b = make_client("a"), make_client("b")
    await a.connect()
    await b.connect()
    await at_once(a, b)
    await relay(a, b)
    await a.pings(2.5)


@dataclass(frozen=True)
class Mutation:
    """One changed line of the Lua library.

    Attributes:
        name: what the changed service does.
        right: the line.
        wrong: what it is replaced with.
        scenario: the clients that show the fault.
        promises: the promises that are violated.
    """

    name: str
    right: str
    wrong: str
    scenario: Callable[[MakeClient], Awaitable[None]]
    promises: tuple[str, ...]


MUTATIONS = [
    Mutation(
        "a participant is matched in a room that they left",
        "return not has(room.people, ticket.participant) and writes(ticket, room.locale)",
        "return writes(ticket, room.locale)",
        a_kept_character,
        ("one seat",),
    ),
    Mutation(
        "a participant with a seat gets another one",
        "local room, held = room_of(base, ticket.participant, record)",
        "local room, held = nil, nil",
        a_second_join,
        ("one seat",),
    ),
    Mutation(
        "a taken seat is given to another participant",
        "if room[next_one].holder == '' and turn < chars then return next_one end",
        "if turn < chars then return next_one end",
        a_third_joiner,
        ("one seat", "one writer"),
    ),
    Mutation(
        "waiting hosts get no guests",
        "keep_pair(host, find(host, at), waiting)",
        "keep_pair(host, nil, waiting)",
        a_rematch,
        ("new partners",),
    ),
    Mutation(
        "either seat may commit",
        "if c ~= room.turn or c % 2 ~= seat then",
        "if c ~= room.turn then",
        a_commit_out_of_turn,
        ("one writer",),
    ),
    Mutation(
        "other ink is stored",
        "call('HSET', key, 'state', pack_room(room), 'ink' .. c, ink)",
        r"call('HSET', key, 'state', pack_room(room), 'ink' .. c, '\145\148\1\1\0\1')",
        a_relay_with_a_return,
        ("nothing lost",),
    ),
    Mutation(
        "a relay counts twice",
        "local relays, participants = (before[1] or 0) + 1,",
        "local relays, participants = (before[1] or 0) + 2,",
        a_relay_with_a_return,
        ("counted once",),
    ),
    Mutation(
        "participants are not counted",
        "(before[2] or 0) + hands",
        "(before[2] or 0) + 0",
        a_relay_with_a_return,
        ("counted once",),
    ),
    Mutation(
        "a work is finished twice",
        "if hands then count(base, rules, room, hands, by, ink, args[10]) end",
        "for _ = 1, hands and 2 or 0 do count(base, rules, room, hands, by, ink, args[10]) end",
        a_relay_with_a_return,
        ("counted once",),
    ),
    Mutation(
        "resume finds no room",
        "local room, seat = room_of(base, participant, record)\n  local transitions",
        "local room, seat = nil, nil\n  local transitions",
        a_relay_with_a_return,
        ("resume",),
    ),
    Mutation(
        "resume does not restore the address",
        "room[seat].address, room[seat].grace = address, 0",
        "room[seat].address, room[seat].grace = '', 0",
        a_return_during_a_turn,
        ("resume",),
    ),
    Mutation(
        "heartbeats report no relays",
        "return { tonumber(counters[1] or 0),",
        "return { 0,",
        a_relay_and_pings,
        ("valid messages",),
    ),
]


def mutate(service: Service, mutation: Mutation) -> None:
    """Change one line of the library that the service's Valkey has."""
    found = library.CODE.count(mutation.right)
    assert found == 1, f"the library has this line {found} times"
    with redis.Redis.from_url(EmbeddedServer(service.data).url, socket_timeout=10) as client:
        client.function_load(library.CODE.replace(mutation.right, mutation.wrong), replace=True)


async def record(service: Service, scenario: Callable[[MakeClient], Awaitable[None]]) -> None:
    """Run a scenario and record it, up to the first error of the service."""
    clients: list[RecordedClient] = []
    with HistoryWriter(history_of(service)) as history:

        def make_client(name: str) -> RecordedClient:
            clients.append(RecordedClient(service, history, name))
            return clients[-1]

        try:
            async with asyncio.timeout(15):
                await scenario(make_client)
        except (JielongError, TimeoutError):
            pass  # a changed service may fail in the middle of a scenario
        await close_all(*clients)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
async def test_the_check_finds_a_changed_line(mutation: Mutation, service: Service) -> None:
    mutate(service, mutation)
    await record(service, mutation.scenario)
    checked = await asyncio.to_thread(run_check, history_of(service), "--data", service.data)
    assert checked.returncode == 1, checked.stdout
    assert set(mutation.promises) <= broken(checked), checked.stdout
    for promise in mutation.promises:
        assert f"\n{promise}: " in "\n" + checked.stdout


@pytest.mark.parametrize(
    "scenario", dict.fromkeys(mutation.scenario for mutation in MUTATIONS), ids=lambda s: s.__name__
)
async def test_the_unchanged_service_has_no_violations_in_the_same_scenario(
    scenario: Callable[[MakeClient], Awaitable[None]], service: Service
) -> None:
    await record(service, scenario)
    checked = await asyncio.to_thread(run_check, history_of(service), "--data", service.data)
    assert checked.returncode == 0, checked.stdout + checked.stderr
