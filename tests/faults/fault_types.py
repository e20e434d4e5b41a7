"""The faults there are, each a small value: when it comes, whom it hits, how long it lasts.

`where` picks the victim: a number from 0 to 1, scaled to however many candidates there are then.
"""

from __future__ import annotations

import enum
from typing import ClassVar

import msgspec


class State(enum.StrEnum):
    """What a participant is doing; clients vanish in every one of these."""

    GREETING = "greeting"
    """`hello` is sent, `welcome` has not come."""

    IDLE = "idle"
    """Greeted, in no room."""

    WAITING = "waiting"
    """Alone in a room."""

    MY_TURN = "my turn"
    THEIR_TURN = "their turn"
    PARTNER_AWAY = "partner away"
    COMMITTING = "committing"
    """`commit` is sent, `committed` has not come."""

    FINISHED = "finished"
    """`completed` has just come."""


class Fault(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag=str.lower):
    """Any fault; `at` is in seconds from the start of the schedule.

    Attributes:
        broad: whether many participants may be hit, and not only one that is known.
    """

    broad: ClassVar[bool] = True
    at: float

    @property
    def kind(self) -> str:
        """The name of the kind, as reports have it."""
        return str(self.__struct_config__.tag)


class WorkerKilled(Fault, frozen=True, tag="worker killed"):
    """SIGKILL; the supervisor starts another one."""

    where: float


class WorkerStopped(Fault, frozen=True, tag="worker stopped"):
    """SIGSTOP for some seconds; beyond five the others give it up and it must begin anew."""

    where: float
    seconds: float


class WorkersReplaced(Fault, frozen=True, tag="workers replaced"):
    """SIGHUP: all of them in turn, as for a new version."""


class ServiceKilled(Fault, frozen=True, tag="service killed"):
    """SIGKILL for the supervisor; the service is started again at once."""


class ClientVanished(Fault, frozen=True, tag="client vanished"):
    """The connection of a participant in `state` is gone; back after `away` seconds, or never."""

    broad = False
    where: float
    state: State
    away: float | None


class ClientDoubled(Fault, frozen=True, tag="client doubled"):
    """A participant in `state` connects a second time with the same token."""

    broad = False
    where: float
    state: State


class SlowReader(Fault, frozen=True, tag="slow reader"):
    """A participant in `state` reads nothing for some seconds."""

    broad = False
    where: float
    state: State
    seconds: float


class NetworkCut(Fault, frozen=True, tag="network cut"):
    """A share of the connections to clients is reset."""

    share: float


class NetworkFrozen(Fault, frozen=True, tag="network frozen"):
    """Nothing passes through a share of the connections to clients, and none is closed."""

    share: float
    seconds: float


class LinesSilenced(Fault, frozen=True, tag="line dies silently"):
    """Nothing passes through a share of the connections to clients any more; nobody is told."""

    share: float


class NetworkSlowed(Fault, frozen=True, tag="network slowed"):
    """A share of the connections to clients passes `rate` bytes a second each way."""

    share: float
    rate: int
    seconds: float


class StoreKilled(Fault, frozen=True, tag="store killed"):
    """SIGKILL for a server that is written to; it is started again after `seconds`."""

    where: float
    seconds: float


class StoreStopped(Fault, frozen=True, tag="store stopped"):
    """SIGSTOP for a server that is written to."""

    where: float
    seconds: float


class ClockSetBack(Fault, frozen=True, tag="clock set back"):
    """The wall clock of a server that is written to is set back by so many seconds, for good."""

    where: float
    seconds: int


class FailoverOrdered(Fault, frozen=True, tag="failover ordered"):
    """An operator has a replica take over."""

    where: float


class ReplicaKilled(Fault, frozen=True, tag="replica killed"):
    """SIGKILL for a replica; it is started again after `seconds`."""

    where: float
    seconds: float


class SentinelKilled(Fault, frozen=True, tag="sentinel killed"):
    """SIGKILL for one Sentinel; it is started again after `seconds`."""

    where: float
    seconds: float


class StoreLinkCut(Fault, frozen=True, tag="store link cut"):
    """A share of the workers' connections to the store is reset."""

    share: float


class StoreLinkFrozen(Fault, frozen=True, tag="store link frozen"):
    """Nothing passes between the workers and the store, and no connection is closed."""

    seconds: float


class StoreLinkSlowed(Fault, frozen=True, tag="store link slowed"):
    """Each connection of a worker to the store passes `rate` bytes a second each way."""

    rate: int
    seconds: float
