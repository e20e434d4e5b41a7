"""How the SDK follows its room, and how its inbox hands messages out."""

from __future__ import annotations

import asyncio

import pytest
from jielong import Closed, TimedOut
from jielong.inbox import Inbox, Match
from jielong.messages import (
    Bye,
    Committed,
    Completed,
    Counters,
    Ink,
    Matched,
    Message,
    Partner,
    PartnerState,
    Phrase,
    Pong,
    Turn,
    Waiting,
)
from jielong.relay import Relay, follow
from msgspec.structs import replace

PHRASE = Phrase("jiayou", "加油", ("加", "油"), "zh-Hans")
FIRST = Turn("r", 0, "加", 0, 60_000)
SECOND = Turn("r", 1, "油", 1, 60_000)
STRANGER = Partner("青竹", None, True)
WAITING = Waiting("r", PHRASE, 0, (), FIRST)
MATCHED = Matched("r", PHRASE, 0, (), FIRST, STRANGER)
INK = (((1, 2, 3, 4),),)
COUNTERS = Counters(1, 2, 3, 4)


def after(*messages: Message) -> Relay:
    relay: Relay | None = None
    for message in messages:
        relay = follow(relay, message)
    assert relay is not None
    return relay


def test_one_may_write_while_waiting() -> None:
    assert after(WAITING).my_turn
    assert after(WAITING).partner is None


def test_a_commit_ends_the_turn_until_the_next_one() -> None:
    between = after(MATCHED, Committed("r", 0, 0, INK[0]))
    assert between.turn is None
    assert between.committed == INK
    assert after(MATCHED, Committed("r", 0, 0, INK[0]), SECOND).turn == SECOND
    assert after(MATCHED, SECOND, Committed("r", 0, 0, INK[0])).turn == SECOND


def test_a_commit_answered_again_changes_nothing() -> None:
    once = after(MATCHED, Committed("r", 0, 0, INK[0]), SECOND)
    assert follow(once, Committed("r", 0, 0, INK[0])) == once


def test_messages_of_another_room_change_nothing() -> None:
    relay = after(MATCHED)
    assert follow(relay, replace(SECOND, room="other")) == relay
    assert follow(None, SECOND) is None


def test_the_partner_goes_comes_back_and_leaves() -> None:
    away = after(MATCHED, PartnerState("r", "away", 9_000))
    assert away.partner == replace(STRANGER, here=False)
    back = after(MATCHED, PartnerState("r", "away", 9_000), PartnerState("r", "back", None))
    assert back.partner == STRANGER
    assert back.arrivals == away.arrivals + 1
    assert after(MATCHED, PartnerState("r", "left", None)).partner is None


def test_every_arrival_is_counted() -> None:
    assert [after(WAITING).arrivals, after(WAITING, MATCHED).arrivals] == [0, 1]
    assert after(WAITING, MATCHED, PartnerState("r", "left", None), MATCHED).arrivals == 2


def test_a_completed_room_has_no_turn() -> None:
    done = Completed("r", "w", "/w/w", 1, COUNTERS)
    relay = after(MATCHED, done)
    assert relay.completed == done
    assert not relay.my_turn


def of(kind: type[Message]) -> Match:
    return lambda message: isinstance(message, kind)


async def test_next_takes_its_kind_and_leaves_the_rest_in_order() -> None:
    inbox = Inbox(10)
    for message in (FIRST, Pong(1), SECOND, Pong(2)):
        inbox.put(message)
    assert await inbox.take(of(Pong), 1, "pong") == Pong(1)
    assert [await inbox.take(of(Message), 1, "any") for _ in range(3)] == [FIRST, SECOND, Pong(2)]


async def test_a_full_inbox_forgets_what_is_worth_least() -> None:
    inbox = Inbox(3)
    for message in (Bye("restart", 1), Ink("r", 0, 0, (1,), False), FIRST, SECOND):
        inbox.put(message)
    assert inbox.dropped == 1
    kept = [await inbox.take(of(Message), 1, "any") for _ in range(3)]
    assert kept == [Bye("restart", 1), FIRST, SECOND]


async def test_an_answer_goes_to_who_asked_before_anybody_else() -> None:
    inbox = Inbox(10)
    anybody = asyncio.create_task(inbox.take(of(Message), 1, "any"))
    await asyncio.sleep(0)
    with inbox.expecting(of(Pong)) as expected:
        inbox.put(Pong(1))
        inbox.put(FIRST)
        assert await expected.take(1, "pong") == Pong(1)
    assert await anybody == FIRST


async def test_giving_up_loses_no_message() -> None:
    inbox = Inbox(10)
    waiting = asyncio.create_task(inbox.take(of(Pong), 1, "pong"))
    await asyncio.sleep(0)
    inbox.put(Pong(1))
    inbox.put(Pong(2))
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert [await inbox.take(of(Pong), 1, "pong") for _ in range(2)] == [Pong(1), Pong(2)]


async def test_a_wait_has_a_limit() -> None:
    with pytest.raises(TimedOut, match=r"no pong within 0\.01 s"):
        await Inbox(10).take(of(Pong), 0.01, "pong")


async def test_the_end_reaches_everybody_after_what_was_kept() -> None:
    inbox = Inbox(10)
    inbox.put(Pong(1))
    waiting = asyncio.create_task(inbox.take(of(Turn), 1, "turn"))
    await asyncio.sleep(0)
    inbox.end(Closed(1001, "gone"))
    with pytest.raises(Closed, match="gone"):
        await waiting
    assert await inbox.take(of(Pong), 1, "pong") == Pong(1)
    with pytest.raises(Closed, match="gone"):
        await inbox.take(of(Pong), 1, "pong")
