"""Errors between the service and Redis."""


class StoreError(Exception):
    """Redis or the function library answered with an error; the call changed nothing."""


class StoreAwayError(StoreError):
    """Redis cannot be reached or cannot serve now; try again after `retry_ms`."""

    def __init__(self, retry_ms: int = 500) -> None:
        """Say when to try again, in milliseconds."""
        super().__init__(f"the store is away; try again in {retry_ms} ms")
        self.retry_ms = retry_ms


class JoinLostError(StoreAwayError):
    """The answer of a `join` was lost: the ticket may have a seat, or get one later."""


class StoreRefusedError(StoreAwayError):
    """Redis refused the call, which changed nothing; try again after `retry_ms`."""


class NotPermittedError(StoreError):
    """The user of the Redis URL may not send commands that the service needs."""

    def __init__(self, commands: str) -> None:
        """It may not send `commands`, separated by blanks."""
        allow = " ".join(f"+{command.lower()}" for command in commands.split())
        super().__init__(
            f"Redis does not permit {commands} on the keys and channels jl:*; "
            f"allow them: ACL SETUSER <user> ~jl:* &jl:* {allow}"
        )


class ArchiveUnreachableError(StoreError):
    """The archive cannot be asked now what Redis may have lost."""


class StoreTooOldError(StoreError):
    """The server is older than Redis 7 and has no functions."""


class DeploymentError(StoreError):
    """Redis cannot be used as the settings say; the message says why."""
