"""The promises of the protocol, as properties of histories and of the final store.

A promise counts a violation only if it is certain for any delay of messages.

No promise sees:

- what participants did who were not recorded;
- a fault that a message still under way may explain;
- the order of two events of different clients, when neither client waited for the other.
"""

from __future__ import annotations

from server.check.promise import Promise
from server.check.promises.counting import CountedOnce
from server.check.promises.ink import NothingLost
from server.check.promises.messages import ValidMessages
from server.check.promises.partners import NewPartners
from server.check.promises.pledges import PledgedOnce
from server.check.promises.resume import Resume
from server.check.promises.seats import OneSeat
from server.check.promises.turns import OneWriter
from server.check.state import ObservedState


def all_promises(state: ObservedState, grace_seconds: float) -> list[Promise]:
    """Every promise, in the protocol's order."""
    return [
        OneSeat(state),
        NewPartners(state),
        OneWriter(state),
        NothingLost(state),
        CountedOnce(state),
        PledgedOnce(state),
        Resume(state, grace_seconds),
        ValidMessages(state),
    ]
