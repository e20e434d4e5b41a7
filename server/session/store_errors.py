"""Answers a client whose message the store refused or could not serve."""

from __future__ import annotations

from collections.abc import Callable

from server.relay.from_client import FromClient
from server.relay.to_client import ErrorCode
from server.session.limits import RETRY_MS
from server.session.session import Session
from server.store.answers import RefusedError
from server.store.errors import StoreAwayError, StoreError

_EXPLANATIONS: dict[ErrorCode, str] = {
    "no_such_room": "you have no seat in this room",
    "not_your_turn": "somebody else writes now",
}


class StoreErrors:
    """Turns errors of the store into answers of the protocol."""

    def __init__(self, lost_lease: Callable[[str], None]) -> None:
        """`lost_lease` is called with the address of a session whose worker lost its lease."""
        self._lost_lease = lost_lease

    def answer(
        self, session: Session, error: RefusedError | StoreError, message: FromClient
    ) -> None:
        """Answer `message`, whose call of the store ended with this error."""
        if isinstance(error, StoreError):
            retry_ms = error.retry_ms if isinstance(error, StoreAwayError) else RETRY_MS
            session.refuse("busy", "not possible at the moment; try again", message, retry_ms)
        elif error.code == "elsewhere":
            session.replaced()
        elif error.code == "fenced":
            self._lost_lease(session.address)
        else:
            session.refuse(error.code, _EXPLANATIONS[error.code], message)
