"""Tells workers that a participant was deleted: the partner goes on alone, the session ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from server.relay.transition import Transition
from server.session.address import parse_address
from server.store.envelope import Deletion, Envelope, TransitionNotice


class Send(Protocol):
    """Reaches the workers."""

    def send(self, worker: str, envelope: Envelope) -> None:
        """Send to one worker."""

    def send_to_all(self, envelope: Envelope) -> None:
        """Send to every worker."""


def announce_deletion(
    workers: Send, base: str, participant: str, address: str, transitions: Sequence[Transition]
) -> None:
    """A participant, connected at `address`, was deleted from a lane, which changed these rooms."""
    for transition in transitions:
        index = 1 - transition.seat
        partner = parse_address(transition.view.seats[index].address)
        if partner is not None:
            worker, number = partner
            workers.send(worker, TransitionNotice(number, base, index, transition))
    own = parse_address(address)
    if own is None:
        workers.send_to_all(Deletion(0, participant))
    else:
        workers.send(own[0], Deletion(own[1], participant))
