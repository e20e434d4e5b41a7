"""The identity that the workers use, in the web process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from redis.exceptions import RedisError

from server.archive.database import ArchiveAwayError
from server.catalogue import Aliases
from server.session.identity import Identity
from server.store.deployment import Deployment
from server.store.secret import shared_secrets


class SharedIdentity:
    """Asks Redis for the secret when it is needed first: Redis may be away at the start."""

    def __init__(
        self,
        deployment: Deployment,
        configured: Sequence[str],
        aliases: Mapping[str, Aliases],
        token_days: float,
    ) -> None:
        """`configured` are the operator's secrets, if any."""
        self._deployment = deployment
        self._configured = configured
        self._aliases = dict(aliases)
        self._token_days = token_days
        self._identity: Identity | None = None

    async def get(self) -> Identity:
        """The identity.

        Raises:
            ArchiveAwayError: Redis cannot be asked for the secret now.
        """
        if self._identity is None:
            try:
                secrets = await shared_secrets(self._deployment, self._configured)
            except (RedisError, OSError) as error:
                raise ArchiveAwayError("who wrote a work cannot be found out now") from error
            self._identity = Identity(secrets, self._aliases, self._token_days)
        return self._identity
