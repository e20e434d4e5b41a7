"""Differential test of pledges: the model and the Lua library get every call and answer alike."""

from __future__ import annotations

from collections import Counter
from typing import ClassVar

import msgspec
import pytest
import redis
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from server.relay.pledges import BehindError, MadePledge, Pledges, PledgeTotals
from server.store import keys
from server.store.library import function
from server.store.pledges import read_answer, read_totals

BASE = keys.lane("model")
PEOPLE = [f"p{number}" for number in range(6)]
PLEDGES = ["tea", "no-wild-meat"]

people, pledges = st.sampled_from(PEOPLE), st.sampled_from(PLEDGES)
read_made = msgspec.msgpack.Decoder(MadePledge).decode


class PledgeMachine(RuleBasedStateMachine):
    """Makes the same calls to both. The archive is a list of what was taken from the stream."""

    coverage: ClassVar[Counter[str]] = Counter()

    def __init__(self, client: redis.Redis) -> None:
        super().__init__()
        self.client = client
        client.flushall()
        self.model = Pledges()
        self.now = 1_700_000_000_000
        self.certificates = 0
        self.archived: dict[str, MadePledge] = {}
        self.told: list[MadePledge] = []

    @rule(participant=people, pledge=pledges, is_open=st.booleans() | st.just(True))
    def somebody_pledges(self, participant: str, pledge: str, is_open: bool) -> None:
        """As the service does: whoever is in the archive is answered from there."""
        if any(
            (it.participant, it.pledge) == (participant, pledge) for it in self.archived.values()
        ):
            self.coverage["found in the archive"] += 1
            return
        self.certificates += 1
        self.now += 1
        arguments = (self.now, participant, pledge, f"c{self.certificates}")
        try:
            made, is_new = self.model.pledge(*arguments, is_open=is_open)
        except BehindError:
            with pytest.raises(redis.ResponseError, match="BEHIND"):
                self.call("pledge", *arguments, int(is_open))
            self.coverage["behind"] += 1
            return
        answer = read_answer(self.call("pledge", *arguments, int(is_open)))
        if made is None:
            assert answer.certificate == ""
            self.coverage["closed"] += 1
            return
        assert msgspec.structs.astuple(answer) == (*msgspec.structs.astuple(made), int(is_new))
        self.coverage["made" if is_new else "repeated"] += 1
        if is_new:
            self.told.append(made)

    @rule(most=st.integers(1, 4))
    def the_archiver_stores_some(self, most: int) -> None:
        for entry, fields in self.client.xrange(keys.pledged(BASE), count=most):
            made = read_made(fields[b"pledge"])
            self.archived[made.certificate] = made
            self.client.xdel(keys.pledged(BASE), entry)
            self.model.waiting.remove(made)

    @rule()
    def a_day_passes(self) -> None:
        """What the archive has is forgotten."""
        for made in self.archived.values():
            self.client.delete(keys.pledge(BASE, made.pledge, made.participant))
            self.model.made.pop((made.pledge, made.participant), None)

    @rule(skipped=st.sampled_from([0, 10]))
    def the_lane_is_compared_with_the_archive(self, skipped: int) -> None:
        """As when a worker connects; numbers that were told are known to it."""
        known = {it.certificate: it for it in self.archived.values()}
        known |= {it.certificate: it for it in self.model.waiting}
        archived = {
            pledge: PledgeTotals(
                sum(it.pledge == pledge for it in known.values()),
                max((it.number for it in self.told if it.pledge == pledge), default=0),
            )
            for pledge in PLEDGES
        }
        arguments = [
            word for pledge, it in archived.items() for word in (pledge, it.count, it.number)
        ]
        lost = self.model.reconcile(skipped, archived)
        assert self.call("reconcile_pledges", skipped, *arguments) == lost
        self.client.set(keys.generation(BASE), "run")
        self.coverage["compared after a loss" if lost else "compared"] += 1

    @rule(whole=st.booleans())
    def redis_starts_again(self, whole: bool) -> None:
        """With everything that it had, or with nothing."""
        if whole:
            self.client.delete(keys.generation(BASE))
            self.model.compared = False
        else:
            self.client.flushall()
            self.model = Pledges()

    @invariant()
    def both_agree(self) -> None:
        stored = self.client.hgetall(keys.pledges(BASE))
        flat = [word for item in stored.items() for word in item]
        assert read_totals(flat) == self.model.totals
        entries = self.client.xrange(keys.pledged(BASE))
        assert [read_made(fields[b"pledge"]) for _, fields in entries] == self.model.waiting

    @invariant()
    def numbers_are_given_once_and_ascend(self) -> None:
        for pledge in PLEDGES:
            numbers = [it.number for it in self.told if it.pledge == pledge]
            assert numbers == sorted(set(numbers))
            assert numbers[:1] in ([], [1]) or self.coverage["compared after a loss"]

    def call(self, name: str, *arguments: object) -> object:
        return self.client.fcall(function(name), 1, BASE, *arguments)


def test_the_model_and_lua_agree(client: redis.Redis, profile: settings) -> None:
    PledgeMachine.coverage.clear()
    fewer = settings(profile, max_examples=profile.max_examples // 4)
    run_state_machine_as_test(lambda: PledgeMachine(client), settings=fewer)
    assert PledgeMachine.coverage.keys() >= {
        *("made", "repeated", "closed", "behind", "found in the archive"),
        *("compared", "compared after a loss"),
    }
