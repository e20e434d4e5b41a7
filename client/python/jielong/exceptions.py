"""Everything that can go wrong, in one tree.

* :exc:`JielongError`
    * :exc:`CannotConnect`: no connection was made.
    * :exc:`Closed`: there was one, and it has ended.
    * :exc:`Refused`: the server answered a request with `error`.
    * :exc:`TimedOut`: nothing came within the time limit.
    * :exc:`Malformed`: the server sent what the protocol does not allow.

Arguments that cannot be right whatever the server thinks (a stroke outside the grid, a message
over 64 KiB) raise :exc:`ValueError`.
"""

# ruff: noqa: N818 - a name says what happened; that it is an error, the base class says
from __future__ import annotations


class JielongError(Exception):
    """Base class of every exception of this package."""


class CannotConnect(JielongError):
    """The connection could not be opened.

    Attributes:
        url: the address tried.
        status: the HTTP status of the refusal (400: subprotocol, 403: origin), None when no HTTP
            answer came at all.
    """

    def __init__(self, url: str, why: str, status: int | None = None) -> None:
        super().__init__(f"cannot connect to {url}: {why}")
        self.url = url
        self.status = status


class Closed(JielongError):
    """The connection has ended.

    Attributes:
        code: WebSocket close code; 1006 when the peer vanished without a word.
        reason: the words that came with the code, or an empty string.
    """

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(f"closed with {code}" + (f": {reason}" if reason else ""))
        self.code = code
        self.reason = reason


class Refused(JielongError):
    """The server (or, for what it would surely refuse, this package) said no.

    Attributes:
        code: one of the protocol's error codes, e.g. "not_your_turn".
        message: the same in words, for logs; its wording may change.
        re: the type of the message refused, e.g. "commit"; None when the server did not say.
        retry_ms: milliseconds after which asking again makes sense; None when it does not.
    """

    def __init__(
        self, code: str, message: str = "", re: str | None = None, retry_ms: int | None = None
    ) -> None:
        super().__init__(
            f"{re or 'message'} refused: {code}" + (f" ({message})" if message else "")
        )
        self.code = code
        self.message = message
        self.re = re
        self.retry_ms = retry_ms


class TimedOut(JielongError, TimeoutError):
    """What was waited for did not come within its time limit.

    Attributes:
        what: what was waited for.
        seconds: the limit.
    """

    def __init__(self, what: str, seconds: float) -> None:
        super().__init__(f"no {what} within {seconds:g} s")
        self.what = what
        self.seconds = seconds


class Malformed(JielongError):
    """The server sent something that contradicts the protocol."""
