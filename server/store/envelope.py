"""What workers send each other: one message for one session, or one for every worker."""

from __future__ import annotations

import msgspec

from server.relay.transition import Transition


class TransitionNotice(msgspec.Struct, array_like=True, tag="n", frozen=True):
    """A transition for one session."""

    session: int
    base: str
    seat: int
    transition: Transition


class LiveMessage(msgspec.Struct, array_like=True, tag="l", frozen=True):
    """What a session's partner sent to be shown at once, packed as the protocol has it."""

    session: int
    room: str
    packed: bytes


class Disconnect(msgspec.Struct, array_like=True, tag="k", frozen=True):
    """The session's participant is connected elsewhere now."""

    session: int


class TakeOver(msgspec.Struct, array_like=True, tag="c", frozen=True):
    """For every worker: `participant` is connected at `address` now.

    A session of this participant that the store does not know yet must close.
    """

    participant: str
    address: str


class Deletion(msgspec.Struct, array_like=True, tag="d", frozen=True):
    """The participant has deleted what is theirs, and the session must end.

    `session` is 0 for a session that the store does not know yet; then it is for every worker.
    """

    session: int
    participant: str


Envelope = TransitionNotice | LiveMessage | Disconnect | TakeOver | Deletion

pack_envelopes = msgspec.msgpack.Encoder().encode
read_envelopes = msgspec.msgpack.Decoder(list[Envelope]).decode
