"""The Python SDK and the real service together: relays from hello to the stored work."""

from __future__ import annotations

import asyncio
import json
import random
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jielong import CannotConnect, Closed, Participant, Pen, Reconnecting, Refused
from jielong.__main__ import main
from jielong.codec import Format
from jielong.messages import (
    Bye,
    Ink,
    Matched,
    Pace,
    PartnerState,
    React,
    Turn,
    Waiting,
    Welcome,
)
from jielong.strokes import duration

from server.worker.pacing import STEPS_MS
from tests.faults.proxy import Proxy
from tests.integration.metrics import metrics
from tests.integration.recorded_clients import run_check
from tests.service import ROOT, Service

MIXES: list[tuple[Format, Format]] = [
    ("msgpack", "msgpack"),
    ("json", "json"),
    ("msgpack", "json"),
    ("json", "msgpack"),
]


async def connect(
    service: Service, token: str | None = None, wire: Format = "msgpack", resume: float = 60.0
) -> Participant:
    return await Participant.connect(service.ws_url, token, format=wire, proxy=None, resume=resume)


def pen(seed: int) -> Pen:
    return Pen(random.Random(seed))


async def work_of(service: Service, work: str) -> dict[str, Any]:
    """The finished work, which is stored a moment after it was completed."""

    def get() -> dict[str, Any]:
        with urllib.request.urlopen(f"{service.url}/api/works/{work}", timeout=5) as answer:
            body: dict[str, Any] = json.load(answer)
            return body

    for _ in range(50):
        try:
            return await asyncio.to_thread(get)
        except urllib.error.HTTPError as error:
            assert error.code == 404
            await asyncio.sleep(0.1)
    raise AssertionError(f"work {work} was not stored within 5 s")


@pytest.mark.parametrize(("phrase", "length"), [("jiayou", 2), ("zhijing-tianshi", 4)])
@pytest.mark.parametrize("mix", MIXES, ids="+".join)
async def test_two_strangers_finish_a_phrase(
    service: Service, phrase: str, length: int, mix: tuple[Format, Format]
) -> None:
    async with await connect(service, wire=mix[0]) as a, await connect(service, wire=mix[1]) as b:
        assert isinstance(await a.join(phrase), Waiting)
        assert isinstance(await b.join(), Matched)
        assert (await a.next(Matched)).room == a.room == b.room
        done, too = await asyncio.gather(
            a.write_relay(pen(1), timeout=30), b.write_relay(pen(2), timeout=30)
        )
        assert done.work == too.work
        assert sorted((done.serial, too.serial)) == [1, 2]
        assert (done.counters.relays, done.counters.participants) == (1, 2)
        assert a.phrase
        assert len(a.phrase.chars) == length
        assert a.committed == b.committed
        assert len(a.committed) == length
        work = await work_of(service, done.work)
        assert [char["char"] for char in work["chars"]] == list(a.phrase.chars)
        assert [char["seat"] for char in work["chars"]] == [i % 2 for i in range(length)]
        stored = tuple(tuple(map(tuple, char["strokes"])) for char in work["chars"])
        assert stored == a.committed


@pytest.mark.parametrize("mix", MIXES, ids="+".join)
async def test_live_ink_and_reactions_reach_the_partner_as_sent(
    service: Service, mix: tuple[Format, Format]
) -> None:
    async with await connect(service, wire=mix[0]) as a, await connect(service, wire=mix[1]) as b:
        await a.join()
        await b.join()
        await a.next(Matched)
        await a.ink(0, (4095, 0, 60_000, 255, -4095, 4095, 7, -254))
        await a.ink(0, (1, -1, 9, 1), end=True)
        first, second = await b.next(Ink), await b.next(Ink)
        assert (first.c, first.s, first.end) == (0, 0, False)
        assert first.p == (4095, 0, 60_000, 255, -4095, 4095, 7, -254)
        assert (second.p, second.end) == ((1, -1, 9, 1), True)
        await b.react("fan")
        assert (await a.next(React)).e == "fan"


async def test_one_may_write_before_anybody_comes(service: Service) -> None:
    async with await connect(service) as a, await connect(service, wire="json") as b:
        await a.join("jiayou")
        ink = pen(3).character("加")
        await a.commit(ink)
        assert not a.my_turn
        matched = await b.join()
        assert matched.committed == (ink,)
        assert (matched.seat, matched.turn.c) == (1, 1)
        await b.commit(pen(4).character("油"))
        assert (await a.write_relay(pen(3), timeout=10)).work


@pytest.mark.parametrize("wire", ["msgpack", "json"])
async def test_a_token_brings_the_room_back(service: Service, wire: Format) -> None:
    async with await connect(service) as b:
        a = await connect(service, wire=wire)
        await a.join("zhijing-tianshi")
        await b.join()
        ink = pen(5).character("致")
        await a.commit(ink)
        await b.next(Turn)
        await a.close()
        away = await b.next(PartnerState)
        assert away.state == "away"
        assert away.ms is not None
        assert 0 < away.ms <= 15_000
        async with await connect(service, a.token, wire) as again:
            assert again.participant == a.participant
            assert (again.room, again.seat, again.committed) == (a.room, 0, (ink,))
            assert (await b.next(PartnerState)).state == "back"
            done, too = await asyncio.gather(
                again.write_relay(pen(6), timeout=30), b.write_relay(pen(7), timeout=30)
            )
            assert done.work == too.work


async def test_a_commit_survives_a_line_that_dies_silently(service: Service) -> None:
    proxy = Proxy(service.port, random.Random(1))
    await proxy.start()
    line = f"ws://127.0.0.1:{proxy.port}/ws"
    async with await Participant.connect(line, proxy=None) as a, await connect(service) as b:
        await a.join("jiayou")
        await b.join()
        participant, room = a.participant, a.room
        silent = asyncio.create_task(proxy.freeze(0.999, 60))  # new connections pass
        ink = pen(5).character("加")
        await a.commit(ink, c=0)
        assert (await b.next(Turn)).c == 1
        assert (a.participant, a.room, a.committed) == (participant, room, (ink,))
        assert b.committed == (ink,)
        silent.cancel()
        await asyncio.gather(a.write_relay(pen(6), timeout=10), b.write_relay(pen(7), timeout=10))
    proxy.stop()


async def test_waking_brings_the_room_back_over_a_new_line(service: Service) -> None:
    proxy = Proxy(service.port, random.Random(1))
    await proxy.start()
    line = f"ws://127.0.0.1:{proxy.port}/ws"
    async with (
        await Participant.connect(line, proxy=None, resume=0) as a,
        await connect(service) as b,
    ):
        await a.join("zhijing-tianshi")
        await b.join()
        await a.commit(pen(5).character("致"))
        await b.next(Turn)
        proxy.cut(1)
        with pytest.raises(Closed):
            await a.next(React)
        await a.wake()
        assert (a.room, a.seat, a.committed) == (b.room, 0, b.committed)
        await b.react("fan")
        assert (await a.next(React)).e == "fan"
        await asyncio.gather(a.write_relay(pen(6), timeout=30), b.write_relay(pen(7), timeout=30))
    proxy.stop()


async def test_a_second_connection_takes_the_participant_over(service: Service) -> None:
    async with await connect(service) as a:
        await a.join("jiayou")
        async with await connect(service, a.token) as again:
            assert again.room == a.room
            with pytest.raises(Closed) as end:
                await a.next(Matched)
            assert end.value.code == 4001


async def test_a_character_left_behind_is_finished_by_a_later_stranger(service: Service) -> None:
    async with await connect(service) as a:
        await a.join("jiayou")
        await a.commit(pen(8).character("加"))
        await a.leave(keep=True)
        token = a.token
    async with await connect(service, wire="json") as b:
        matched = await b.join()
        assert isinstance(matched, Matched)
        assert not matched.partner.here
        done = await b.write_relay(pen(9), timeout=10)
    async with await connect(service, token) as a:
        assert [work.work for work in a.welcome.finished] == [done.work]


async def test_only_whose_turn_it_is_may_commit_and_a_repeat_is_answered_again(
    service: Service,
) -> None:
    async with await connect(service) as a, await connect(service) as b:
        await a.join("zhijing-tianshi")
        await b.join()
        with pytest.raises(Refused) as refused:
            await b.commit(pen(1).character("敬"), c=1)
        assert (refused.value.code, refused.value.re) == ("not_your_turn", "commit")
        ink = pen(1).character("致")
        assert await a.commit(ink) == await a.commit(ink, c=0)
        await b.next(Turn)
        assert b.my_turn


async def test_a_friend_comes_by_invitation(service: Service) -> None:
    async with await connect(service) as a, await connect(service) as friend:
        await a.join("jiayou")
        invited = await a.invite()
        with pytest.raises(Refused, match="no_such_room"):
            await friend.join(invite="nonsense")
        assert (await friend.join(invite=invited.code)).room == a.room
        await asyncio.gather(
            a.write_relay(pen(1), timeout=10), friend.write_relay(pen(2), timeout=10)
        )


async def test_refusals_have_the_protocols_codes(service: Service) -> None:
    with pytest.raises(Refused, match="no_such_campaign"):
        await Participant.connect(service.ws_url, campaign="nonsense", proxy=None)
    async with await connect(service) as a:
        assert await a.ping() < 5
        with pytest.raises(Refused, match="no_such_phrase"):
            await a.join("nonsense")


async def test_a_paced_relay_shows_all_its_ink_to_a_newcomer(service: Service) -> None:
    async with await connect(service) as a, await connect(service, wire="json") as b:
        await a.join("jiayou")
        writing = asyncio.create_task(a.write_relay(pen(11), pace=1.5, timeout=30))
        await asyncio.sleep(0.7)
        await b.join()
        await b.next(Turn)
        strokes: dict[int, tuple[int, ...]] = {}
        while tuple(strokes.values()) != b.committed[0]:
            ink = await b.next(Ink, timeout=1)
            strokes[ink.s] = strokes.get(ink.s, ()) + ink.p
        await b.commit(pen(12).character("油"))
        await writing


async def test_a_busy_worker_asks_for_less_ink(serve: Callable[..., Service]) -> None:
    service = serve(pace_load=0.0001)
    async with await connect(service) as a, await connect(service, wire="json") as b:
        await a.join("jiayou")
        await b.join()
        writing = asyncio.create_task(a.write_relay(pen(11), pace=4.5, timeout=30))
        paced = await a.next(Pace, timeout=20)
        assert paced.ink_ms in STEPS_MS[1:]
        told = await metrics(service)
        assert told["jielong_ink_interval_seconds"] * 1_000 >= paced.ink_ms
        assert told["jielong_paces_total"] >= 1
        while (await b.next(Turn, timeout=20)).c == 0:
            pass
        await b.commit(pen(12).character("油"))
        await writing


async def test_a_short_turn_that_runs_out_says_idle(serve: Callable[..., Service]) -> None:
    service = serve(turn_seconds=1)
    async with await connect(service) as a, await connect(service) as b:
        await a.join("jiayou")
        await b.join()
        with pytest.raises(Closed):
            await a.next(Turn, timeout=10)
        assert a.bye is not None
        assert a.bye.why == "idle"
        assert (await b.next(PartnerState)).state == "left"


async def test_a_room_outlives_a_restart_of_the_service(serve: Callable[..., Service]) -> None:
    service = serve()
    async with await connect(service) as a, await connect(service, wire="json") as b:
        await a.join("zhijing-tianshi")
        await b.join()
        ink = pen(1).character("致")
        await a.commit(ink)
        await asyncio.to_thread(service.stop)
        for participant in (a, b):
            assert (await participant.next(Bye)).why == "restart"
            await participant.next(Reconnecting)
            assert participant.connection == "reconnecting"
        in_memory = asyncio.create_task(b.commit(pen(2).character("敬"), c=1, timeout=30))
        await asyncio.to_thread(serve, port=service.port)
        assert (await in_memory).c == 1
        await a.next(Welcome)
        assert a.room == b.room
        assert b.committed[0] == ink
        await asyncio.gather(a.write_relay(pen(3), timeout=20), b.write_relay(pen(4), timeout=20))


async def test_a_participant_of_the_command_line_meets_another(
    service: Service, tmp_path: Path
) -> None:
    async def play(name: str, *flags: str) -> tuple[int | None, str]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "jielong", "write", service.ws_url, "--phrase", "jiayou"),
            *("--pace", "0.5", "--timeout", "20", "--record", str(tmp_path / name), *flags),
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
        )
        out, _ = await process.communicate()
        return process.returncode, out.decode()

    (status, said), (status_too, _) = await asyncio.gather(
        play("a.jsonl"), play("b.jsonl", "--json")
    )
    assert (status, status_too) == (0, 0)
    assert f": {service.url}/w/" in said
    records = [
        [json.loads(line) for line in (tmp_path / name).read_text().splitlines()]
        for name in ("a.jsonl", "b.jsonl")
    ]
    works = [
        [
            line["message"]["work"]
            for line in record
            if line["event"] == "received" and line["message"]["t"] == "completed"
        ]
        for record in records
    ]
    assert works[0] == works[1]
    assert len(works[0]) == 1
    checked = await asyncio.to_thread(
        run_check, tmp_path / "a.jsonl", tmp_path / "b.jsonl", "--data", service.data
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


async def test_people_of_one_command_write_as_long_as_a_hand_does(
    service: Service, tmp_path: Path
) -> None:
    record = tmp_path / "people.jsonl"
    flags = ("--phrase", "jiayou", "--people", "2", "--seed", "7", "--record", str(record))
    assert await asyncio.to_thread(main, ["write", service.ws_url, *flags]) == 0
    begun: dict[str, float] = {}
    hands = 0
    for line in map(json.loads, record.read_text().splitlines()):
        message, client = line.get("message", {}), line["client"]
        match message.get("t"):
            case "waiting" | "matched" | "turn":
                begun.setdefault(client, line["at"])
            case "commit":
                assert line["at"] - begun[client] > 0.95 * duration(message["strokes"])
                hands += 1
    assert hands == 2
    checked = await asyncio.to_thread(run_check, record, "--data", service.data)
    assert checked.returncode == 0, checked.stdout + checked.stderr


async def test_a_refused_connection_says_with_which_status(service: Service) -> None:
    with pytest.raises(CannotConnect) as refused:
        await Participant.connect(f"{service.ws_url}/more", proxy=None)
    assert refused.value.status == 404
