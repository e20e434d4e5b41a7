"""`invite`: wait for a friend instead of a stranger."""

from __future__ import annotations

from server.relay.from_client import Invite
from server.relay.to_client import Invited
from server.session.background import BackgroundTasks
from server.session.dispatch import Dispatcher
from server.session.random_ids import new_id
from server.session.session import Session
from server.session.store_errors import StoreErrors
from server.store.answers import RefusedError
from server.store.errors import StoreError
from server.store.lanes import letter_of
from server.store.rooms import Rooms


class InviteHandler:
    """Takes rooms out of the pool."""

    def __init__(self, rooms: Rooms, errors: StoreErrors, tasks: BackgroundTasks) -> None:
        """Every part is that of this worker."""
        self._rooms = rooms
        self._errors = errors
        self._tasks = tasks

    def register(self, dispatcher: Dispatcher) -> None:
        """Handle `invite`."""
        dispatcher.register(Invite, self.invite)

    def invite(self, session: Session, message: Invite) -> None:
        """Take the room out of the pool, and answer with a code for the friend."""
        self._tasks.spawn(self._invite(session, message), session)

    async def _invite(self, session: Session, message: Invite) -> None:
        campaign = session.campaign
        base = campaign.lanes.base_of(message.room)
        code = new_id() + letter_of(base)
        try:
            code = await self._rooms.invite(
                base, session.participant, session.address, message.room, code
            )
        except (RefusedError, StoreError) as error:
            self._errors.answer(session, error, message)
        else:
            session.connection.send(Invited(message.room, code, campaign.invite_url(code)))
