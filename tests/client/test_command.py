"""The participant on the command line, against a scripted server."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from jielong.__main__ import main

from tests.client.scripted_server import (
    COMMITTED,
    COMPLETED,
    MATCHED,
    WAITING,
    WELCOME,
    Peer,
    acting,
)

BYE = {"t": "bye", "why": "restart", "retry_ms": 10}
BUSY = {"t": "error", "code": "busy", "message": "full", "retry_ms": 20}


async def run(url: str, *flags: str) -> int:
    return await asyncio.to_thread(main, ["write", url, "--json", "--pace", "0", *flags])


async def finish(peer: Peer) -> None:
    """Take one commit and complete the relay."""
    await peer.hear("commit")
    await peer.say(COMMITTED, COMPLETED)
    await peer.ended()


async def play(peer: Peer) -> None:
    await peer.seat(WAITING, MATCHED)
    await finish(peer)


async def test_it_says_what_happens(capsys: pytest.CaptureFixture[str]) -> None:
    async with acting(play) as url:
        assert await run(url) == 0
        page = url.replace("ws://", "http://").removesuffix("/ws")
    assert capsys.readouterr().out.splitlines() == [
        "welcome to 加油接龙; 0 relays so far",
        "waiting for a partner; the phrase is 加油",
        "matched with 青竹; the phrase is 加油, seat 0",
        "you finished character 1",
        f"completed; your number is 1: {page}/w/w",
    ]


async def test_it_records_every_message_in_order(tmp_path: Path) -> None:
    async def matched(peer: Peer) -> None:
        await peer.seat(MATCHED)
        await finish(peer)

    file = tmp_path / "record.jsonl"
    file.write_text('{"kept": true}\n')
    async with acting(matched) as url:
        await run(url, "--phrase", "jiayou", "--record", str(file))
    kept, *lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert kept == {"kept": True}
    assert [(line["event"], line.get("message", {}).get("t")) for line in lines] == [
        ("opened", None),
        ("sent", "hello"),
        ("received", "welcome"),
        ("sent", "join"),
        ("received", "matched"),
        ("sent", "commit"),
        ("received", "committed"),
        ("received", "completed"),
        ("closed", None),
    ]
    assert len({(line["client"], line["connection"]) for line in lines}) == 1
    times = [line["at"] for line in lines]
    assert times == sorted(times)
    assert lines[3]["message"] == {"t": "join", "phrase": "jiayou"}


async def test_who_comes_back_is_recorded_on_another_connection(tmp_path: Path) -> None:
    async def cut(peer: Peer) -> None:
        await peer.seat(MATCHED | {"seat": 1}, BYE)
        await peer.socket.close(1012)

    async def resume(peer: Peer) -> None:
        await peer.hear("hello")
        await peer.say(WELCOME | {"resume": MATCHED})
        await finish(peer)

    file = tmp_path / "record.jsonl"
    async with acting(cut, resume) as url:
        assert await run(url, "--record", str(file)) == 0
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    ends = [line for line in lines if line["event"] in {"opened", "closed"}]
    assert [(line["connection"], line["event"]) for line in ends] == [
        (1, "opened"),
        (1, "closed"),
        (2, "opened"),
        (2, "closed"),
    ]
    assert len({line["client"] for line in lines}) == 1


async def test_it_asks_for_its_languages_at_a_base_address() -> None:
    async def speaks(peer: Peer) -> None:
        assert peer.socket.request
        assert peer.socket.request.path == "/jielong/ws"
        await peer.hear("hello")
        await peer.say(WELCOME)
        assert await peer.hear("join") == {"t": "join", "locales": ["zh", "en"]}
        await peer.say(MATCHED)
        await finish(peer)

    async with acting(speaks) as url:
        base = url.replace("ws://", "http://").removesuffix("ws") + "jielong/"
        assert await run(base, "--locales", "zh, en") == 0


@pytest.mark.parametrize(
    "url", ["http://x/jielong", "x:8000", "ws://", "ws:x", "https:///", "ftp://x/"]
)
def test_what_is_no_address_of_a_service_is_a_wrong_argument(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["write", url])
    assert ended.value.code == 2
    assert "ws:// or wss://" in capsys.readouterr().err


def test_where_nothing_can_be_recorded_it_does_not_begin(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "none" / "record.jsonl"
    assert main(["write", "ws://127.0.0.1:1/ws", "--record", str(file)]) == 2
    assert capsys.readouterr().err == f"{file} cannot be written: No such file or directory\n"


async def test_the_same_seed_writes_the_same(tmp_path: Path) -> None:
    files = [tmp_path / "a", tmp_path / "b"]
    for file in files:
        async with acting(play) as url:
            await run(url, "--seed", "7", "--record", str(file))
    lines = [map(json.loads, file.read_text().splitlines()) for file in files]
    said: list[list[Any]] = [
        [line["message"] for line in record if line["event"] == "sent"] for record in lines
    ]
    assert said[0] == said[1]


@pytest.mark.parametrize("why", ["restart", "over"])
async def test_it_comes_back_after(why: str, capsys: pytest.CaptureFixture[str]) -> None:
    async def cut(peer: Peer) -> None:
        await peer.seat(MATCHED | {"seat": 1}, BYE | {"why": why})
        await peer.socket.close(1012, why)

    async def resume(peer: Peer) -> None:
        assert (await peer.hear("hello"))["token"] == "secret"
        await peer.say(WELCOME | {"resume": MATCHED})
        await finish(peer)

    async with acting(cut, resume) as url:
        assert await run(url) == 0
    assert f"cut off (closed with 1012: {why}); coming back" in capsys.readouterr().out


async def test_it_comes_back_to_a_server_that_is_full() -> None:
    async def full(peer: Peer) -> None:
        await peer.hear("hello")
        await peer.say(BUSY | {"re": "hello"})
        await peer.socket.close(1013, "full")

    async with acting(full, play) as url:
        assert await run(url) == 0


async def test_it_joins_another_room_where_its_own_is_over(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def cut(peer: Peer) -> None:
        await peer.seat(MATCHED | {"seat": 1}, BYE)
        await peer.socket.close(1012)

    async with acting(cut, play) as url:
        assert await run(url) == 0
    assert "the room is gone; joining another" in capsys.readouterr().out


async def test_it_comes_back_to_a_character_that_could_not_be_kept() -> None:
    async def cut(peer: Peer) -> None:
        await peer.seat(MATCHED)
        await peer.hear("commit")
        await peer.say(BUSY | {"re": "commit"})
        await peer.socket.close(1011)

    async def resume(peer: Peer) -> None:
        await peer.hear("hello")
        await peer.say(WELCOME | {"resume": MATCHED})
        await finish(peer)

    async with acting(cut, resume) as url:
        assert await run(url) == 0


async def test_it_does_not_come_back_where_it_was_idle(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def idle(peer: Peer) -> None:
        await peer.seat(MATCHED | {"seat": 1}, BYE | {"why": "idle"})

    async with acting(idle) as url:
        assert await run(url) == 1
    assert capsys.readouterr().err == "closed with 1000\n"


async def test_it_leaves_its_characters_to_others_when_time_is_up() -> None:
    async def script(peer: Peer) -> None:
        await peer.seat(MATCHED | {"seat": 1})
        assert (await peer.hear("leave"))["keep"] is True

    async with acting(script) as url:
        assert await run(url, "--timeout", "0.2") == 1


async def test_a_refusal_is_the_exit_status(capsys: pytest.CaptureFixture[str]) -> None:
    closed = {"t": "error", "code": "closed", "message": "not open yet", "re": "join"}
    async with acting(lambda peer: peer.seat(closed)) as url:
        assert await run(url) == 1
    assert capsys.readouterr().err == "join refused: closed (not open yet)\n"
