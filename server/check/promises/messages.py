"""Every message matches the protocol, and no message repeats or takes back what is final."""

from __future__ import annotations

from server.check.promise import Promise
from server.check.received import Received
from server.check.to_client import Completed, Counters, CounterValues, Welcome


class ValidMessages(Promise):
    """Messages match the protocol's types; `completed` comes once; totals never decrease.

    Violations:

    - A received message cannot be decoded as one of the protocol's types.
    - `completed` names another work than the room's, or an address other than the work's page.
    - A connection receives `completed` for one room more often than it sent the last character,
      and more than once. A repeated commit is answered again.
    - `relays` or `participants` is lower than in an earlier message on the same connection.

    Not seen: totals that decrease between two connections, because messages of one may overtake
    those of the other.
    """

    name = "valid messages"
    checked = "messages"

    def check_undecodable(self, error: str, ref: int) -> None:
        """Count the message as a violation."""
        self.facts += 1
        self.add_violation(f"a message does not match the protocol: {error}", ref)

    def check_received(self, received: Received) -> None:
        """Check `completed` and all totals."""
        self.facts += 1
        match received.message:
            case Completed() as message:
                self._check_completed(received, message)
                self._check_totals(received, message.counters)
            case Counters() as message:
                self._check_totals(received, message)
            case Welcome() as message:
                self._check_totals(received, message.counters)
            case _:
                pass

    def _check_completed(self, received: Received, message: Completed) -> None:
        connection, room = received.connection, self.state.room(message.room)
        counts = connection.received_completions
        count = counts[room.id] = counts.get(room.id, 0) + 1
        sent = connection.sent_commits.get((room.id, len(room.chars) - 1), 0)
        participant = connection.participant
        if count > max(1, sent) and room.chars:
            earlier = [
                completion.ref
                for completion in room.completions
                if participant and completion.participant_id == participant.id
            ]
            self.add_violation(
                f"a connection was told twice that work {message.work} is completed",
                *earlier,
                received.ref,
            )
        page = message.url.partition("?")[0]
        if message.work != message.room or not page.endswith(f"/w/{message.work}"):
            self.add_violation(
                f"`completed` of room {message.room} has work {message.work!r} and url "
                f"{message.url!r}",
                received.ref,
            )

    def _check_totals(self, received: Received, counters: Counters | CounterValues) -> None:
        connection = received.connection
        relays, participants = connection.totals
        if counters.relays < relays or counters.participants < participants:
            self.add_violation(
                f"totals decreased from {relays} relays and {participants} participants to "
                f"{counters.relays} and {counters.participants}",
                connection.totals_ref,
                received.ref,
            )
        connection.totals = (counters.relays, counters.participants)
        connection.totals_ref = received.ref
