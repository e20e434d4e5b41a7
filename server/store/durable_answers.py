"""Holds the answers of durable calls back until the writes are as durable as the operator wants."""

from __future__ import annotations

from time import monotonic
from typing import Any, NamedTuple

import structlog

from server.store.call import Call
from server.store.durability import Command, Guarantee

log = structlog.get_logger()

FRESH_SECONDS = 0.25
"""An answer that waited longer may no longer say how a room is."""

Answered = tuple[Call, Any]
"""A call and its answer."""


class Wait:
    """One wait for durability, behind the durable calls of one flush."""

    __slots__ = ("answers", "began", "commands", "replies")

    def __init__(self, commands: tuple[Command, ...], held: list[Answered]) -> None:
        """By these commands; `held` was not durable after the wait before."""
        self.began = 0.0
        self.answers = held
        self.commands = commands
        self.replies: list[Any] = []

    def add(self, call: Call, answer: Any) -> None:
        """A call that waits was answered."""
        if not self.began:
            self.began = monotonic()
        self.answers.append((call, answer))

    def is_over(self, reply: Any) -> bool:
        """One of the commands was answered; whether it was the last one."""
        self.replies.append(reply)
        return len(self.replies) == len(self.commands)


class Ended(NamedTuple):
    """What is to be done after a wait.

    Attributes:
        reached: whether the writes are durable.
        answered: calls to resolve, with their answers.
        again: calls to send again, which changes nothing.
        expired: calls that have waited too long.
    """

    reached: bool
    answered: list[Answered]
    again: list[Call]
    expired: list[Call]


class DurableAnswers:
    """The durable calls of one connection that were sent and not resolved.

    Attributes:
        current: the wait under way, or None.
        in_time: whether the last wait was successful.
    """

    def __init__(self, guarantee: Guarantee) -> None:
        """Nothing waits."""
        self._guarantee = guarantee
        self._wait_of: dict[Call, Wait] = {}
        self._held: list[Answered] = []
        self.current: Wait | None = None
        self.in_time = True

    @property
    def holds(self) -> bool:
        """Whether answers wait for another wait to begin."""
        return bool(self._held)

    def begin(self, calls: list[Call]) -> Wait | None:
        """Wait for these calls and for what is held, if they must wait at all."""
        held, self._held = self._held, []
        waiting = [*(call for call, _ in held), *calls]
        commands = self._guarantee.commands(waiting[-1].base) if waiting else ()
        if not commands:
            return None
        wait = self.current = Wait(commands, held)
        self._wait_of.update(dict.fromkeys(waiting, wait))
        return wait

    def hold(self, call: Call, answer: Any) -> bool:
        """Keep an answer until the wait is over; False when the call need not wait."""
        wait = self._wait_of.get(call)
        if wait is None:
            return False
        call.answered_at = monotonic()
        wait.add(call, answer)
        return True

    def forget(self, call: Call) -> None:
        """The call failed."""
        self._wait_of.pop(call, None)

    def end(self, wait: Wait, oldest: float) -> Ended:
        """A wait is over.

        An answer that waited for long is old, so the call is sent again. A call that cannot be
        sent again is held until its write is durable. Calls since before `oldest` (monotonic
        seconds) have waited too long.
        """
        self.current = None
        reached = self.in_time = self._guarantee.reached(wait.replies)
        if not reached:
            log.warning("writes are not durable in time", durability=self._guarantee.level.value)
        fresh = reached and monotonic() - wait.began < FRESH_SECONDS
        ended = Ended(reached, [], [], [])
        for call, answer in wait.answers:
            del self._wait_of[call]
            if fresh or (reached and not call.repeatable):
                ended.answered.append((call, answer))
            elif call.since < oldest:
                ended.expired.append(call)
            elif call.repeatable:
                ended.again.append(call)
            else:
                self._held.append((call, answer))
        return ended

    def clear(self) -> list[Call]:
        """The connection is lost: the calls that were answered and not resolved."""
        unfinished = [call for wait in set(self._wait_of.values()) for call, _ in wait.answers]
        unfinished += [call for call, _ in self._held]
        self._held = []
        self._wait_of.clear()
        self.current = None
        return unfinished
