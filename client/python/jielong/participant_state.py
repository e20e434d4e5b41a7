"""What a participant knows at every moment: who it is, and how the room stands."""

from __future__ import annotations

from .events import ConnectionState
from .messages import Bye, Partner, Phrase, Turn, Welcome
from .relay import Relay
from .session import Session
from .strokes import Character


class ParticipantState:
    """The state of one participant and its room, always up to date."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @property
    def welcome(self) -> Welcome:
        """The server's welcome: campaign, phrases, counters, limits, works finished meanwhile."""
        assert self._session.welcome is not None, "connect() returns only after the welcome"
        return self._session.welcome

    @property
    def token(self) -> str:
        """Brings this participant back on another connection. Keep it secret."""
        return self.welcome.token

    @property
    def participant(self) -> str:
        """The participant's public id."""
        return self.welcome.participant

    @property
    def connection(self) -> ConnectionState:
        """Whether messages pass: "online", "reconnecting" or "closed"; see `jielong.events`."""
        return self._session.connection

    @property
    def relay(self) -> Relay | None:
        """The room as a whole, until the next `join` or `leave`; None before any."""
        return self._session.relay

    @property
    def room(self) -> str | None:
        """The room's id."""
        return self.relay.room if self.relay else None

    @property
    def phrase(self) -> Phrase | None:
        """The room's phrase."""
        return self.relay.phrase if self.relay else None

    @property
    def seat(self) -> int | None:
        """The participant's seat, 0 or 1, which writes the characters `c` with `c % 2 == seat`."""
        return self.relay.seat if self.relay else None

    @property
    def turn(self) -> Turn | None:
        """Whose turn it is and what is to be written; None between turns."""
        return self.relay.turn if self.relay else None

    @property
    def my_turn(self) -> bool:
        """Whether this participant is to write now."""
        return self._session.my_turn

    @property
    def partner(self) -> Partner | None:
        """Who has the other seat; None while waiting and after they left."""
        return self.relay.partner if self.relay else None

    @property
    def committed(self) -> tuple[Character, ...]:
        """The characters written so far."""
        return self.relay.committed if self.relay else ()

    @property
    def bye(self) -> Bye | None:
        """What the server said before it closed, with the time to wait before coming back."""
        return self._session.bye

    @property
    def dropped(self) -> int:
        """How many messages were dropped because the inbox was full."""
        return self._session.inbox.dropped
