"""Nobody is asked for a script that they cannot write: `locales` of `join`."""

from __future__ import annotations

import pytest

from server.relay.matching import SLACK
from tests.integration.conftest import Connect
from tests.integration.protocol_client import JSON, Message, Peer
from tests.integration.relays import INK, finish, invite, open_room


async def join(peer: Peer, *locales: str) -> Message:
    """Ask for a seat; `waiting` or `matched`."""
    await peer.send("join", locales=list(locales))
    return await peer.next()


async def open_in(peer: Peer, language: str) -> str:
    """Open a room in one language, and wait in it."""
    waiting = await join(peer, language)
    assert waiting["t"] == "waiting"
    assert waiting["phrase"]["locale"].startswith(language)
    return str(waiting["room"])


@pytest.mark.parametrize("wire", [None, JSON])
@pytest.mark.parametrize("language", ["zh", "zh-Hans", "en", "ja"])
async def test_a_room_opened_has_a_phrase_that_its_opener_writes(
    connect: Connect, wire: str | None, language: str
) -> None:
    one = await connect(wire, locale="ko")
    await open_in(one, language)


async def test_of_several_languages_the_page_s_own_is_preferred(connect: Connect) -> None:
    one = await connect(locale="ja-JP")
    waiting = await join(one, "en", "ja", "zh-Hans")
    assert waiting["phrase"]["locale"] == "ja"


async def test_each_is_seated_with_somebody_of_the_own_language(connect: Connect) -> None:
    hans, ann, bob, han = [await connect() for _ in range(4)]
    chinese = await open_in(hans, "zh-Hans")
    english = await open_in(ann, "en")
    assert (await join(bob, "en"))["room"] == english
    assert (await join(han, "zh-Hans", "ja"))["room"] == chinese
    await ann.expect("matched", room=english)
    await hans.expect("matched", room=chinese)


async def test_whoever_writes_any_language_is_seated_in_any(connect: Connect) -> None:
    ann, bob, cid = [await connect() for _ in range(3)]
    room = await open_in(ann, "en")
    await bob.send("join")
    await bob.expect("matched", room=room)
    await ann.expect("matched")
    await cid.send("join", locales=[])
    await cid.expect("waiting")


async def test_a_language_is_found_behind_many_rooms_of_another(connect: Connect) -> None:
    hosts = [await connect() for _ in range(SLACK + 3)]
    guests = [await connect() for _ in hosts]
    for host, guest in zip(hosts, guests, strict=True):
        room = await open_in(host, "zh")
        assert (await join(guest, "zh"))["room"] == room
    for guest in guests:
        await guest.send("leave", room=guest.room)
    # All their rooms are open again, and who waits now waits behind them.
    for host in hosts:
        await host.expect("matched")
        await host.expect("partner", state="left")
        await host.expect("turn")
    ann, bob = await connect(), await connect()
    english = await open_in(ann, "en")
    assert (await join(bob, "en"))["room"] == english


async def test_a_room_left_behind_waits_for_who_writes_its_language(connect: Connect) -> None:
    hans, ann, han = [await connect() for _ in range(3)]
    room = await open_room(hans, "jiayou")
    await hans.send("commit", room=room, c=0, strokes=INK)
    await hans.expect("committed")
    await hans.expect("turn")
    await hans.send("leave", room=room, keep=True)
    await hans.expect_silence()
    assert (await join(ann, "en"))["t"] == "waiting"
    matched = await join(han, "zh")
    assert (matched["t"], matched["room"]) == ("matched", room)


async def test_a_phrase_asked_for_is_honoured_in_any_language(connect: Connect) -> None:
    ann, han = await connect(), await connect()
    await ann.send("join", phrase="jiayou", locales=["en"])
    waiting = await ann.expect("waiting")
    assert waiting["phrase"]["id"] == "jiayou"
    assert (await join(han, "zh"))["room"] == waiting["room"]
    await ann.expect("matched")
    await finish((ann, han), 0, 2)


async def test_a_friend_s_room_is_entered_in_any_language(connect: Connect) -> None:
    hans, ann = await connect(), await connect()
    room, code = await invite(hans)
    await ann.send("join", invite=code, locales=["xx"])
    await ann.expect("matched", room=room)


@pytest.mark.parametrize("locales", [["ko"], ["zh-Hans-CN"], ["z"], ["ko", "xx-Latn"]])
async def test_a_campaign_without_a_phrase_in_the_language_says_so(
    connect: Connect, locales: list[str]
) -> None:
    one = await connect()
    await one.send("join", locales=locales)
    await one.expect("error", code="no_such_phrase", re="join")
    await one.send("join")
    await one.expect("waiting")


@pytest.mark.parametrize("locales", ["zh", [1], [""], ["a" * 36], ["en"] * 33, {"en": 1}])
async def test_ill_typed_locales_are_refused(connect: Connect, locales: object) -> None:
    one = await connect()
    await one.send("join", locales=locales)
    await one.expect("error", code="bad_message", re="join")
