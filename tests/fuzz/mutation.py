"""Messages made of others: a corpus that grows, and changes of what is in it, from a seed.

Hypothesis makes a message from nothing, which takes it milliseconds. Here a message is one of the
corpus with a few changes, which takes microseconds. What led to answers that no message before it
had led to joins the corpus, so that changes add up.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator
from copy import deepcopy
from random import Random
from typing import Any

import msgpack

from server.transport.limits import FRAME_BYTES
from tests.fuzz.messages import HERE, garbled, is_well_formed
from tests.integration.protocol_client import JSON, Message, pack
from tests.vectors import load

LARGEST = 4_000
"""Bytes of a message that joins the corpus."""

MOST = 3_000
"""Messages in the corpus; then one that joins takes the place of another."""

STRANGE: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0,
        -1,
        1,
        255,
        4_095,
        4_096,
        60_001,
        2**31,
        2**63 - 1,
        2**64 - 1,
        -(2**63),
    ),
    *(0.5, -0.0, 1e308, "", HERE, "字", "\U0001f43c", "a" * 300, "\x00", "\ud7ff"),
    *([], {}, [[]], [[[]]], [0] * 4, [1, 1, 1, 1, 0, 0], [[0, 0, 0, 1]], {"t": "join"}),
)
"""Values at the ends of ranges, and of other types."""


class Corpus:
    """The messages of one wire."""

    def __init__(self, wire: str, chance: Random) -> None:
        """Begin with the examples of tests/vectors."""
        self._wire = wire
        self._chance = chance
        self._messages = [pack(message, wire) for message in _examples()]
        self._seen: set[Hashable] = set()

    def __len__(self) -> int:
        return len(self._messages)

    def another(self) -> bytes:
        """A message of the corpus, mostly with changes."""
        chance = self._chance
        payload = chance.choice(self._messages)
        kind = chance.random()
        if kind < 0.1:
            return payload
        if kind < 0.35:
            return garbled(payload, chance.getrandbits(32))
        return self._changed(payload)

    def learn(self, payloads: list[bytes], answers: Hashable) -> None:
        """Keep the messages if nothing led to these answers before."""
        if answers in self._seen:
            return
        self._seen.add(answers)
        for payload in payloads:
            if len(payload) <= LARGEST and is_well_formed(payload, self._wire):
                if len(self._messages) < MOST:
                    self._messages.append(payload)
                else:
                    self._messages[self._chance.randrange(MOST)] = payload

    def _changed(self, payload: bytes) -> bytes:
        """The message with some of its values replaced, taken out or put in."""
        try:
            message = _read(payload, self._wire)
            for _ in range(self._chance.randint(1, 3)):
                message = self._change(message)
            changed = pack(message, self._wire)
            return changed if len(changed) <= FRAME_BYTES else payload
        except (ValueError, TypeError, OverflowError):  # what it holds cannot be written so
            return garbled(payload, self._chance.getrandbits(32))

    def _change(self, value: Any) -> Any:
        """The value with one change somewhere in it."""
        chance = self._chance
        if not isinstance(value, dict | list) or not value or chance.random() < 0.1:
            return self._value(value)
        keys = list(value) if isinstance(value, dict) else range(len(value))
        key = chance.choice(list(keys))
        kind = chance.random()
        if kind < 0.15:
            del value[key]
        elif kind < 0.3 and isinstance(value, dict):
            value[chance.choice(("t", "room", "c", "s", "p", "strokes", "x"))] = value[key]
        elif kind < 0.3:
            value[key:key] = [value[key]] * chance.choice((1, 4, 60))
        else:
            value[key] = self._change(value[key])
        return value

    def _value(self, value: Any) -> Any:
        chance = self._chance
        if isinstance(value, int) and chance.random() < 0.5:
            return value + chance.choice((-4_096, -1, 1, 2, 64, 4_096))
        if chance.random() < 0.2:
            return _read(chance.choice(self._messages), self._wire)
        return deepcopy(chance.choice(STRANGE))  # it is changed in its place later


def _examples() -> Iterator[Message]:
    """What a client may send, right and wrong, in the room of the sender."""
    for vector in load("from-client"):
        message: Message = vector["json"]
        here = isinstance(message, dict) and "room" in message
        yield message | {"room": HERE} if here else message


def _read(payload: bytes, wire: str) -> Any:
    return json.loads(payload) if wire == JSON else msgpack.unpackb(payload, strict_map_key=False)
