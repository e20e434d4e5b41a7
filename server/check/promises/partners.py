"""Nobody is matched with one of their last three partners while another participant waits."""

from __future__ import annotations

from typing import NamedTuple

from server.check.observed import Connection, Meeting, Participant, Room, Tenure
from server.check.promise import Promise
from server.check.received import Received
from server.check.state import ObservedState
from server.check.store import Store
from server.check.to_client import Matched, RoomView, Waiting

LAST_PARTNERS = 3
MEMORY_SECONDS = 3_600.0
"""Meetings that are older are not checked: a service may forget participants who stay away."""


class _Rematch(NamedTuple):
    """Two recent partners were matched while a third participant seemed to wait.

    Attributes:
        at: when the second of the two received the match.
        text: the text of the violation.
        refs: its evidence.
        campaign: the campaign of all three.
        room_id: the room of the match.
        waiting_room_id: the room of the third participant.
        connection: the connection of the third participant at that time.
    """

    at: float
    text: str
    refs: tuple[int, ...]
    campaign: str
    room_id: str
    waiting_room_id: str
    connection: Connection

    @property
    def was_connected(self) -> bool:
        """Whether the third participant received something later, over the same connection.

        A server knows of a closed connection before its client has recorded the end.
        """
        return self.connection.last_received_at > self.at


class NewPartners(Promise):
    """Two recent partners are not matched again while a third participant waits.

    Violation: two participants are matched, and all of this holds.

    - One of the two was among the last 3 partners of the other, from a meeting within the last
      hour, and both were told `completed` for it.
    - The `join` of each of the two is recorded and has no invite code.
    - The third participant is in the same campaign and the same pool, and met neither of the two.
    - The third participant was told `waiting`, and was welcomed on the connection, before the
      later of the two sent `join`.
    - When the pair received the match, the third participant had no partner, had not left, asked
      for no invite, and had received no end. Every request on the connection was answered: without
      an answer, the server may have given the worker up.
    - The third participant went on waiting, and received a message after that time over the same
      connection. Either the next partner sent `join` after it, and the turn of their match began
      after it; or no partner came.

    Not seen: matches on resume; matches without a recorded `join`; a third participant who met one
    of the two long ago; matches for which one of the three ever had a partner who is not known.
    """

    name = "new partners"
    checked = "matches"

    def __init__(self, state: ObservedState) -> None:
        """Check with this state."""
        super().__init__(state)
        self._waiting: dict[str, Room] = {}
        self._unknown_partners: dict[str, dict[str, float]] = {}
        """By participant and room: when `matched` came for a partner who is not known yet."""
        self._rematches: dict[str, list[_Rematch]] = {}
        """By room of the third participant: rematches that are not yet certain."""
        self._confirmed: list[_Rematch] = []

    def check_received(self, received: Received) -> None:
        """Keep the waiting rooms, and check each match when both participants were told."""
        view, participant = received.view, received.connection.participant
        if view is None or participant is None:
            return
        room = self.state.room(view.room)
        if isinstance(view, Waiting):
            self._waiting[room.id] = room
        else:
            self._waiting.pop(room.id, None)
        other = _last_tenure(room, 1 - view.seat, participant)
        if other is None:
            if isinstance(view, Matched):
                unknown = self._unknown_partners.setdefault(participant.id, {})
                unknown.setdefault(room.id, received.at)
        elif not any(
            meeting.partner is other.participant and meeting.room is room
            for meeting in participant.meetings
        ):
            self._check_match(received, view, participant, other)

    def _check_match(
        self, received: Received, view: RoomView, participant: Participant, other: Tenure
    ) -> None:
        self.facts += 1
        room, at = other.room, received.at
        source = room.tenure_of(participant, view.seat) or received.connection
        joined_at, by_invite = source.join_sent_at, source.by_invite
        self._resolve_unknown(participant, room, other.join_sent_at)
        self._resolve_unknown(other.participant, room, joined_at)
        self._resolve_rematches(room, _turn_began_by(received, view), joined_at, other.join_sent_at)
        if joined_at is not None and other.join_sent_at is not None:
            earlier = _recent_room(participant, other.participant, at)
            earlier = earlier or _recent_room(other.participant, participant, at)
            if earlier is not None and not by_invite and not other.by_invite:
                later_join = max(joined_at, other.join_sent_at)
                self._add_rematches(received, participant, other, earlier, later_join)
        participant.meetings.append(Meeting(other.participant, room, at))
        other.participant.meetings.append(Meeting(participant, room, at))

    def _resolve_unknown(
        self, participant: Participant, room: Room, partner_joined_at: float | None
    ) -> None:
        """Forget an unknown partner in `room`, unless the known one joined after `matched` came."""
        told_at = self._unknown_partners.get(participant.id, {}).get(room.id)
        if told_at is not None and (partner_joined_at is None or partner_joined_at < told_at):
            del self._unknown_partners[participant.id][room.id]

    def _add_rematches(
        self,
        received: Received,
        participant: Participant,
        other: Tenure,
        earlier: Room,
        later_join: float,
    ) -> None:
        pair, room = (participant, other.participant), other.room
        for waiting_room in list(self._waiting.values()):
            tenure = waiting_room.tenures[0]
            if not tenure.waiting:
                del self._waiting[waiting_room.id]
                continue
            third = tenure.participant
            if (
                third in pair
                or waiting_room.campaign != room.campaign
                or any(meeting.partner in pair for meeting in third.meetings)
                or any(self._unknown_partners.get(p.id) for p in (third, *pair))
                or tenure.connection is None
                or not _was_reachable(tenure, tenure.connection, later_join)
            ):
                continue
            refs = (
                tenure.ref,
                *(completion.ref for completion in earlier.completions),
                other.ref,
                received.ref,
            )
            text = (
                f"{participant.id} and {other.participant.id} were matched again in room {room.id} "
                f"(before: room {earlier.id}) while {third.id} waited in room {waiting_room.id}"
            )
            self._rematches.setdefault(waiting_room.id, []).append(
                _Rematch(
                    received.at,
                    text,
                    refs,
                    room.campaign,
                    room.id,
                    waiting_room.id,
                    tenure.connection,
                )
            )

    def _resolve_rematches(self, room: Room, turn_began_by: float, *joins: float | None) -> None:
        """A partner came into a room: confirm the rematches for which its holder still waited."""
        rematches = self._rematches.pop(room.id, [])
        known = [join for join in joins if join is not None]
        if len(known) < len(joins):
            return
        waited_until = min(max(known), turn_began_by)
        self._confirmed += [
            rematch for rematch in rematches if rematch.was_connected and waited_until > rematch.at
        ]

    def finish(self, store: Store | None) -> None:
        """Confirm the rematches for which no partner came, and report those in one pool."""
        for room_id, rematches in self._rematches.items():
            room = self.state.room(room_id)
            tenure = room.tenures[0]
            if len(room.tenures) == 1 and not tenure.matched:
                self._confirmed += [rematch for rematch in rematches if rematch.was_connected]
        for rematch in self._confirmed:
            if store is None or store.share_pool(
                rematch.campaign, rematch.room_id, rematch.waiting_room_id
            ):
                self.add_violation(rematch.text, *rematch.refs)


def _was_reachable(tenure: Tenure, connection: Connection, since: float) -> bool:
    """Whether the holder was connected and waiting since then, with no request unanswered."""
    return (
        connection.unanswered_since is None
        and max(tenure.started_at, connection.welcomed_at) < since
    )


def _turn_began_by(received: Received, view: RoomView) -> float:
    """The latest time at which both seats were taken, from how much of the turn is over.

    The server may have matched a client by an earlier `join` that the client had given up.
    """
    return received.at - max(0.0, received.connection.turn_seconds - view.turn.ms / 1_000)


def _last_tenure(room: Room, seat: int, participant: Participant) -> Tenure | None:
    """The last tenure of a seat; None if there is none or it is the participant's own."""
    for tenure in reversed(room.tenures):
        if tenure.seat == seat:
            return None if tenure.participant is participant else tenure
    return None


def _recent_room(one: Participant, other: Participant, now: float) -> Room | None:
    """The room in which `other` was for certain one of the last three partners of `one`."""
    since: set[str] = set()
    for partner, room, at in reversed(one.meetings):
        if len(since) >= LAST_PARTNERS or now - at > MEMORY_SECONDS:
            return None
        told = {completion.participant_id for completion in room.completions}
        if partner is other and {one.id, other.id} <= told:
            return room
        if partner is not other:
            since.add(partner.id)
    return None
