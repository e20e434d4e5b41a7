"""Answers of the Lua library as types: refusals, transitions, and what a participant missed."""

from __future__ import annotations

from typing import Literal

import msgspec

from server.relay.room import Rules
from server.relay.transition import Refusal, Shortage, Transition


class Answer(msgspec.Struct, array_like=True, frozen=True):
    """Refusals ("" for none) and transitions, in the order of the call's arguments."""

    refusals: list[Refusal | Shortage | Literal[""]]
    transitions: list[Transition]


class UnacknowledgedWork(msgspec.Struct, array_like=True, frozen=True):
    """A finished work that a participant has not acknowledged, and the participant's serial."""

    work: str
    serial: int


class Resumed(msgspec.Struct, array_like=True, frozen=True):
    """What a returning participant has in a lane.

    Attributes:
        previous: the address that was connected until now; "" for none.
        transitions: the participant's room, if any.
        unacknowledged: works finished and not acknowledged.
        refusal: why the other attributes are empty; "" when they are not.
        recent: the last partners as words, latest first.
        seated_at: when the participant was seated here last; ms since 1970.
    """

    previous: str
    transitions: list[Transition]
    unacknowledged: list[UnacknowledgedWork]
    refusal: Refusal | Literal[""]
    recent: str
    seated_at: int


class Expired(msgspec.Struct, array_like=True, frozen=True):
    """What `expire` changed, and who waits in the lane.

    Attributes:
        alone_ms: how long the oldest room of the pool has been without a partner; -1 for none.
        alone: the locales asked for in which a room has waited for long.
        kept: the locales asked for in which rooms that nobody holds wait for a stranger.
    """

    transitions: list[Transition]
    alone_ms: int
    alone: list[str]
    kept: list[str]


class Deleted(msgspec.Struct, array_like=True, frozen=True):
    """What a lane did to forget a participant.

    Attributes:
        address: where the participant was connected; "" for nowhere.
        transitions: the seat that was given up, if any.
    """

    address: str
    transitions: list[Transition]


class RefusedError(Exception):
    """The library refused a call; `code` says why."""

    def __init__(self, code: Refusal) -> None:
        """Refused with `code`."""
        super().__init__(code)
        self.code = code


class OutOfSerialsError(Exception):
    """The lane needs serials before the work can be finished."""


read_answer = msgspec.msgpack.Decoder(Answer).decode
read_deleted = msgspec.msgpack.Decoder(Deleted).decode
read_expired = msgspec.msgpack.Decoder(Expired).decode
read_resumed = msgspec.msgpack.Decoder(Resumed).decode


def as_error(refusal: Refusal | Shortage) -> RefusedError | OutOfSerialsError:
    """The error to raise for a refusal."""
    return OutOfSerialsError() if refusal == "no_serials" else RefusedError(refusal)


def only(answer: Answer) -> Transition:
    """The one transition of an answer to a single call.

    Raises:
        RefusedError: the call was refused.
        OutOfSerialsError: the lane has too few serials for the hands of the work.
    """
    if answer.refusals:
        raise as_error(answer.refusals[0] or "no_such_room")
    return answer.transitions[0]


def rule_arguments(rules: Rules, now: int = 0) -> list[int]:
    """ARGV[1..4] of a function; `now` 0 stands for the clock of Redis, one for all workers."""
    return [now, rules.turn_ms, rules.grace_ms, rules.keep_ms]
