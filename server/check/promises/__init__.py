"""The promises of the protocol as properties of histories and of the final store.

Only what is certain counts as a violation, whatever the delays of messages were. What none of them
can see: the doings of participants who were not recorded, what a message in flight may explain,
and the order of two events of different clients when neither waited for the other.
"""

from __future__ import annotations

from server.check.findings import Promise
from server.check.promises.counting import CountedOnce
from server.check.promises.ink import NothingLost
from server.check.promises.partners import NewPartners
from server.check.promises.protocol import SoundMessages
from server.check.promises.resume import GivenBack
from server.check.promises.seats import OneSeat
from server.check.promises.turns import OneWriter
from server.check.timeline import Timeline


def all_promises(timeline: Timeline, grace_seconds: float) -> list[Promise]:
    """Every promise, in the protocol's order."""
    return [
        OneSeat(timeline),
        NewPartners(timeline),
        OneWriter(timeline),
        NothingLost(timeline),
        CountedOnce(timeline),
        GivenBack(timeline, grace_seconds),
        SoundMessages(timeline),
    ]
