"""What one network may do in a minute or an hour, before it is asked to slow down."""

from __future__ import annotations

from dataclasses import dataclass, field

from server.guard.other_proofs import ProofCheck

MINUTE, HOUR = 60.0, 3_600.0


@dataclass(frozen=True)
class Limit:
    """How many events of a kind one network may cause.

    Attributes:
        event: the kind, such as `connection` or `join`.
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
        pledges: new pledges an hour.
        requests: over HTTP a minute, of those that are refused or cost something.
    """

    connections: int = 0
    hellos: int = 0
    joins: int = 0
    hands: int = 0
    pledges: int = 0
    requests: int = 0


@dataclass(frozen=True)
class GuardRules:
    """The operator's settings of the guard.

    Attributes:
        on: False: nobody is limited, and no network is looked at.
        networks: the limits of a network.
        usual_joins: newcomers of a network a minute above which they are asked for work; 0: never.
        usual_campaign_joins: the same for a whole campaign.
        proof_seconds: the most work that is asked of a joiner, in seconds of a core, of a network
            without scribbles; 0: none.
        proof_check: checks proofs of another kind, of a captcha for instance; None: there are none.
        hand_pace: the share of the time of a hand that must have passed before a commit; 0: none.
        find_replays: whether works with ink that was written before are held back.
        follow_verdicts: whether works are checked, so that scribbles cost a network something.
        trusted_proxies: addresses and networks whose `X-Forwarded-For` is believed.
    """

    on: bool = False
    networks: NetworkLimits = field(default_factory=NetworkLimits)
    usual_joins: int = 0
    usual_campaign_joins: int = 0
    proof_seconds: float = 0.0
    proof_check: ProofCheck | None = None
    hand_pace: float = 0.0
    find_replays: bool = False
    follow_verdicts: bool = False
    trusted_proxies: tuple[str, ...] = ()
