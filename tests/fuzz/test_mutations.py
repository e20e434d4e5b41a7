"""Many messages in a short time: changed ones of a corpus, over several connections at once."""

from __future__ import annotations

import time
from random import Random

import pytest

from tests.fuzz.amount import MESSAGES
from tests.fuzz.messages import is_well_formed, payload_of
from tests.fuzz.mutation import Corpus
from tests.fuzz.talk import SENT, WIRES, Heard, Line, open_line
from tests.service import Service

SLICE = 600
"""Messages of each wire in `make test`."""

LINES = 40
"""Connections at once; those with seats meet each other."""

BAD_MESSAGES, BURST = 10, 28
"""The tenth bad message closes a connection; so many messages at once are within the rate."""

WITNESS_SECONDS = 0.5
"""Between two words of the witness: pings beyond the rate of messages stay unanswered."""

BAD = frozenset(("bad_message", "unknown_type", "hello_first"))
"""What the answers to bad messages say."""


@pytest.mark.parametrize("wire", WIRES, ids=["msgpack", "json"])
def test_changed_messages_get_documented_answers_and_do_not_disturb_others(
    target: Service, wire: str, request: pytest.FixtureRequest
) -> None:
    chance = Random(request.config.getoption("hypothesis_seed") or 1)
    corpus = Corpus(wire, chance)
    witness = open_line(target, wire, seated=False)
    end = SENT["messages"] + (MESSAGES // len(WIRES) or SLICE)
    number, due = 0, 0.0
    while SENT["messages"] < end:
        number += 1
        lines = [Talk(Line(target, wire, seated=chance.random() < 0.7)) for _ in range(LINES)]
        for talk in lines:
            talk.line.greet()
        while some := [talk for talk in lines if talk.left()]:
            for talk in some:
                talk.send(corpus, wire)
            for talk in some:
                talk.check(corpus, wire)
        for talk in lines:
            talk.line.close()
        if time.monotonic() >= due or SENT["messages"] >= end:
            is_undisturbed(witness, number, wire)
            due = time.monotonic() + WITNESS_SECONDS
    witness.close()


def is_undisturbed(witness: Line, number: int, wire: str) -> None:
    """Check that somebody who does nothing wrong is answered."""
    heard = witness.say([payload_of({"t": "ping", "n": number}, wire)])
    assert heard.code is None
    assert {"t": "pong", "n": number} in heard.messages
    assert not [it for it in heard.messages if it["t"] == "error"]


class Talk:
    """A connection, and how much may still be sent on it."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self._sent = self._bad = 0
        self._open = True
        self._batch: list[bytes] = []

    def left(self) -> int:
        """So many messages may be sent, and the service reads each of them, even if all are bad."""
        return min(BAD_MESSAGES - 1 - self._bad, BURST - self._sent) if self._open else 0

    def send(self, corpus: Corpus, wire: str) -> None:
        """Send as many; one that may end the connection is the last."""
        self._batch = _batch(corpus, self.left(), wire)
        self._sent += len(self._batch)
        self.line.tell(self._batch)

    def check(self, corpus: Corpus, wire: str) -> None:
        """Hear the answers; nothing but what no decoder can read ends the connection."""
        heard = self.line.hear()
        well_formed = is_well_formed(self._batch[-1], wire)
        expected = {True: {None}, False: {1007}, None: {None, 1007}}[well_formed]
        assert heard.code in expected, (self._batch, heard)
        self._open = heard.code is None
        self._bad += sum(it["t"] == "error" and it["code"] in BAD for it in heard.messages)
        corpus.learn(self._batch, _kinds(heard))


def _batch(corpus: Corpus, count: int, wire: str) -> list[bytes]:
    """So many messages, of which only the last may be ill-formed."""
    whole: list[bytes] = []
    broken: list[bytes] = []
    while len(whole) + len(broken) < count:
        payload = corpus.another()
        if is_well_formed(payload, wire) is True:
            whole.append(payload)
        elif not broken:
            broken.append(payload)
    return whole + broken


def _kinds(heard: Heard) -> tuple[str, ...]:
    """What distinguishes answers from others: types, and what the errors say."""
    told = {f"{it['t']} {it.get('code', '')} {it.get('message', '')[:40]}" for it in heard.messages}
    return (*sorted(told), str(heard.code))
