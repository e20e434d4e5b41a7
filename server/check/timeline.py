"""Folds a history into what it tells, event by event."""

from __future__ import annotations

from collections.abc import Iterator

from server.check.messages import (
    Bye,
    Committed,
    Completed,
    Error,
    FromClient,
    FromServer,
    Invited,
    Matched,
    Partner,
    Turn,
    View,
    Welcome,
    digest,
)
from server.check.traces import Completion, Connection, Moment, Person, Reign, Room, Sent

_ANSWERED = frozenset(("hello", "join", "commit", "ping"))
"""What is always answered at once, so that silence after it says something."""


class Timeline:
    """Everything that the histories tell, as of the event read last."""

    def __init__(self, campaign: str | None = None) -> None:
        """Of one campaign, or of all."""
        self._campaign = campaign
        self._connections: dict[tuple[str, int], Connection] = {}
        self._tokens: dict[str, Person] = {}
        self.rooms: dict[str, Room] = {}
        self.people: dict[str, Person] = {}
        self.campaigns: set[str] = set()

    def connection(self, client: str, number: int) -> Connection:
        """A connection of a client."""
        key = (client, number)
        found = self._connections.get(key)
        if found is None:
            found = self._connections[key] = Connection(client, number)
        return found

    def room(self, room_id: str) -> Room:
        """A room by its id."""
        found = self.rooms.get(room_id)
        if found is None:
            found = self.rooms[room_id] = Room(room_id)
        return found

    def person(self, participant: str) -> Person:
        """A participant by their id."""
        found = self.people.get(participant)
        if found is None:
            found = self.people[participant] = Person(participant)
        return found

    def all_reigns(self) -> Iterator[Reign]:
        """Every hold of every seat."""
        for room in self.rooms.values():
            yield from room.reigns

    def ignores(self, message: FromServer) -> bool:
        """Whether a message greets somebody in a campaign that is not checked."""
        return isinstance(message, Welcome) and self._campaign not in {None, message.campaign.id}

    # What a client sends ------------------------------------------------------------------------

    def sent(self, connection: Connection, message: FromClient, at: float, ref: int) -> None:
        """A client sent something."""
        if connection.unheard is None and message.t in _ANSWERED:
            connection.unheard = at
        if message.t == "hello":
            connection.hello, connection.ref = at, ref
            connection.person = self._tokens.get(message.token)
            if connection.person:
                connection.resumes = True
                connection.person.hellos.append(at)
                connection.person.unanswered.add(connection)
            return
        person = connection.person
        if message.t == "join":
            free = person is None or person.reign is None
            connection.joined = at if free else None
            connection.by_invite = bool(message.invite)
        if person is None or not message.room:
            return
        if message.t == "commit":
            room = self.room(message.room)
            sent = Sent(message.c, digest(message.strokes), person.id, at, ref)
            room.sent.append(sent)
            connection.commits.append((room, sent))
            key = (room.id, message.c)
            connection.sent_commits[key] = connection.sent_commits.get(key, 0) + 1
        elif message.t in {"leave", "report"}:
            self._given_up(connection, message, at)

    def _given_up(self, connection: Connection, message: FromClient, at: float) -> None:
        reign = connection.person.reign if connection.person else None
        if reign and reign.room.id == message.room:
            connection.left = message.room
            reign.end(at, "kept" if message.t == "leave" and message.keep else "left")

    # What a client hears --------------------------------------------------------------------------

    def received(self, moment: Moment) -> None:
        """A client heard something."""
        at, ref, connection, message = moment
        if isinstance(message, Welcome):
            self._welcomed(connection, message, at)
        view = moment.view
        if view is not None:
            self._seated(moment, view)
        match message:
            case Committed():
                self._committed(moment, message)
            case Completed():
                self._completed(connection, message, at, ref)
            case Error():
                self._refused(connection, message, at)
            case Turn() | Partner() | Invited() | Bye():
                self._moved(connection, message, at)
            case _:
                pass
        connection.last_heard, connection.unheard = at, None
        reign = connection.person.reign if connection.current and connection.person else None
        if reign and reign.rival and reign.heard_with_rival is None:
            reign.heard_with_rival = at

    def _welcomed(self, connection: Connection, message: Welcome, at: float) -> None:
        person = self.person(message.participant)
        if not connection.resumes:
            person.hellos.append(connection.hello)
        self._tokens[message.token] = person
        if connection.person:
            connection.person.unanswered.discard(connection)
        connection.person, person.connection = person, connection
        connection.campaign, connection.welcomed = message.campaign.id, at
        connection.turn_seconds = message.limits.turn_ms / 1_000
        connection.ignored = self.ignores(message)
        if not connection.ignored:
            self.campaigns.add(message.campaign.id)
        if message.resume is None and person.reign:
            person.reign.end(at, "not resumed")

    def _seated(self, moment: Moment, view: View) -> None:
        at, ref, connection, _ = moment
        person, room = connection.person, self.room(view.room)
        assert person is not None
        room.campaign, room.chars = connection.campaign, tuple(view.phrase.chars)
        for c, strokes in enumerate(view.committed):
            room.tell(c, digest(strokes), at, ref)
        reign = room.reign_of(person, view.seat)
        if person.reign and person.reign is not reign:
            person.reign.end(at, "replaced")
        if reign is None:
            reign = Reign(person, room, view.seat, len(view.committed))
            reign.began, reign.ref = at, ref
            reign.joined, reign.by_invite = connection.joined, connection.by_invite
            room.reigns.append(reign)
            self._find_rival(reign)
        connection.joined = None
        reign.connection, reign.lost, reign.over, reign.why = connection, None, None, ""
        reign.known = max(reign.known, len(view.committed))
        reign.matched = reign.matched or isinstance(view, Matched)
        person.reign = reign
        self._turn(reign, view.turn.c, view.turn.seat, view.turn.ms, at)

    def _find_rival(self, newcomer: Reign) -> None:
        """Who holds the seat already, and heard nothing to the contrary?"""
        for reign in newcomer.room.reigns:
            same = reign.seat == newcomer.seat and reign.person is not newcomer.person
            if same and reign.lives and reign.rival is None and newcomer.began < reign.safe_until:
                reign.rival = newcomer

    def _turn(self, reign: Reign, c: int, seat: int, ms: int, at: float) -> None:
        assert reign.connection is not None
        seconds = reign.connection.turn_seconds
        mine = seat == reign.seat
        reign.heard = at
        reign.writes = c if mine else -1
        reign.told_to_write = c if mine else reign.told_to_write
        reign.safe_until = at + (min(ms / 1_000, seconds) if mine else seconds)

    def _committed(self, moment: Moment, message: Committed) -> None:
        at, ref, connection, _ = moment
        room = self.room(message.room)
        ink = digest(message.strokes)
        room.tell(message.c, ink, at, ref)
        connection.commits = [
            (other, sent)
            for other, sent in connection.commits
            if (other.id, sent.c) != (room.id, message.c)
        ]
        reign = self._current_reign(connection, message.room)
        if reign is None:
            return
        if message.c == reign.known:
            reign.last = message.c
        reign.known = max(reign.known, message.c + 1)
        reign.heard, reign.writes = at, -1
        reign.safe_until = at + connection.turn_seconds

    def _completed(self, connection: Connection, message: Completed, at: float, ref: int) -> None:
        if connection.person is None:
            return
        room = self.room(message.room)
        room.completions.append(Completion(connection.person.id, message.serial, at, ref))
        reign = connection.person.reign
        if reign and reign.room is room:
            reign.end(at, "completed")

    def _refused(self, connection: Connection, message: Error, at: float) -> None:
        if message.re == "commit":
            if message.code == "not_your_turn" and len(connection.commits) == 1:
                room, sent = connection.commits[0]
                room.refused.append(sent)
            connection.commits = []
        reign = connection.person.reign if connection.current and connection.person else None
        if reign and message.code == "no_such_room" and message.re != "join":
            reign.end(at, message.code)

    def _moved(
        self, connection: Connection, message: Turn | Partner | Invited | Bye, at: float
    ) -> None:
        if isinstance(message, Bye):
            reign = connection.person.reign if connection.current and connection.person else None
            if reign and message.why != "restart":
                reign.end(at, message.why)
            return
        reign = self._current_reign(connection, message.room)
        if reign is None:
            return
        if isinstance(message, Turn):
            self._turn(reign, message.c, message.seat, message.ms, at)
        elif isinstance(message, Invited):
            reign.invited = True
        reign.heard = at

    def _current_reign(self, connection: Connection, room: str) -> Reign | None:
        reign = connection.person.reign if connection.current and connection.person else None
        return reign if reign and reign.room.id == room else None

    def closed(self, connection: Connection, at: float) -> None:
        """A connection is over."""
        self._connections.pop((connection.client, connection.number), None)
        connection.sent_commits, connection.told_completed, connection.commits = {}, {}, []
        if connection.current and connection.person and connection.person.reign:
            silent = connection.unheard
            connection.person.reign.lost = at if silent is None else silent
