"""What one network may do in a minute or an hour, before it is asked to slow down."""

from __future__ import annotations

from dataclasses import dataclass, field

from server.guard.networks import NamedNetwork

MINUTE, HOUR = 60.0, 3_600.0


@dataclass(frozen=True)
class Limit:
    """How many events of a kind one network may cause.

    Attributes:
        event: the kind: `connection`, `hello`, `join` or `hand`.
        most: events in a window; 0 for any number.
        seconds: the length of the window.
        per_participant: events for each participant of a network that a campaign names.
    """

    event: str
    most: int
    seconds: float
    per_participant: int


@dataclass(frozen=True)
class NetworkLimits:
    """The limits of one network; 0 for any number.

    Attributes:
        connections: WebSockets opened a minute.
        hellos: `hello` a minute.
        joins: `join` a minute.
        hands: hands in finished works an hour.
    """

    connections: int = 0
    hellos: int = 0
    joins: int = 0
    hands: int = 0


@dataclass(frozen=True)
class GuardRules:
    """Everything that the guard is told by the operator.

    Attributes:
        on: False: nobody is limited, and no network is looked at.
        networks: the limits of a network.
        named_networks: those that campaigns name.
        trusted_proxies: addresses and networks whose `X-Forwarded-For` is believed.
    """

    on: bool = False
    networks: NetworkLimits = field(default_factory=NetworkLimits)
    named_networks: tuple[NamedNetwork, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
