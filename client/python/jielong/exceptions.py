"""The exceptions of this package, in one tree.

* :exc:`JielongError`
    * :exc:`CannotConnect`: no connection was made.
    * :exc:`Closed`: the connection has ended.
    * :exc:`Refused`: the server answered a request with `error`.
    * :exc:`TimedOut`: no answer or message came within the time limit.
    * :exc:`Malformed`: the server sent what the protocol does not allow.

Arguments that no server would accept (a stroke outside the grid, a message over 64 KiB) raise
:exc:`ValueError`.
"""

# ruff: noqa: N818 - the names say what happened; the base class says that it is an error
from __future__ import annotations


class JielongError(Exception):
    """Base class of every exception of this package."""


class CannotConnect(JielongError):
    """The connection could not be opened.

    Attributes:
        url: the address tried.
        status: the HTTP status of the refusal (400: subprotocol, 403: origin), None when there
            was no HTTP answer.
    """

    def __init__(self, url: str, why: str, status: int | None = None) -> None:
        super().__init__(f"cannot connect to {url}: {why}")
        self.url = url
        self.status = status


class Closed(JielongError):
    """The connection has ended.

    Attributes:
        code: WebSocket close code; 1006 when the connection ended without a closing handshake.
        reason: the text that came with the code, or an empty string.
    """

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(f"closed with {code}" + (f": {reason}" if reason else ""))
        self.code = code
        self.reason = reason


class Refused(JielongError):
    """The server refused a request, or this package did because the server would.

    Attributes:
        code: one of the protocol's error codes, e.g. "not_your_turn".
        message: the same as text, for logs; its wording may change.
        re: the type of the message refused, e.g. "commit"; None when the server did not say.
        retry_ms: milliseconds after which to send the request again; None when that is no use.
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
    """No answer or message came within the time limit.

    Attributes:
        what: names what was awaited.
        seconds: the limit.
    """

    def __init__(self, what: str, seconds: float) -> None:
        super().__init__(f"no {what} within {seconds:g} s")
        self.what = what
        self.seconds = seconds


class Malformed(JielongError):
    """The server sent what the protocol does not allow."""
