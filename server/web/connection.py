"""A connection while the web process answers one request of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from server.transport.http import END, NOT_HTTP, answer_and_close

ANSWER_SECONDS = 60.0
"""The longest that an answer may take, until all of it is out."""


class WebConnection(HttpToolsProtocol):
    """One request, answered with uvicorn; then the connection goes back to the worker.

    uvicorn never sees what follows the request. A connection whose request has a body ends with the
    answer, because nobody knows where an unread body ends.
    """

    def __init__(
        self,
        data: bytes,
        give_back: Callable[[int, bytes], object],
        on_lost: Callable[[], None],
        **settings: Any,
    ) -> None:
        """Answer the request that `data` begins with.

        Args:
            data: the whole head, and what came after it.
            give_back: takes the descriptor of a connection with what was read of the next request.
            on_lost: called when the connection is gone or given back.
            settings: uvicorn's `config`, `server_state` and `app_state`.
        """
        super().__init__(**settings)
        end = data.find(END) + len(END)
        self._head, self._rest = data[:end], data[end:]
        self._give_back = give_back
        self._on_lost = on_lost
        self._has_body = False
        self._is_answered = False
        self._is_refused = False
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Read the request."""
        super().connection_made(transport)
        self._deadline = self.loop.call_later(ANSWER_SECONDS, transport.abort)
        super().data_received(self._head)
        if self._has_body:
            super().data_received(self._rest)
        else:
            transport.pause_reading()

    def data_received(self, data: bytes) -> None:
        """More of the body, or the next request."""
        if self._has_body:
            super().data_received(data)
        else:
            self._rest += data

    def connection_lost(self, error: Exception | None) -> None:
        """The connection is closed, here at least."""
        if self._deadline is not None:
            self._deadline.cancel()
        super().connection_lost(error)
        self._on_lost()

    def on_headers_complete(self) -> None:
        """The head of the request is complete; a body may follow."""
        super().on_headers_complete()
        self._has_body = any(
            name == b"transfer-encoding" or (name == b"content-length" and value != b"0")
            for name, value in self.headers
        )
        if self._has_body:
            self.cycle.keep_alive = False

    def on_response_complete(self) -> None:
        """Give the connection back when the whole answer is out."""
        super().on_response_complete()
        self._unset_keepalive_if_required()
        if self.transport.is_closing():
            return
        self._is_answered = True
        if self.transport.get_write_buffer_size():
            self.transport.set_write_buffer_limits(0)  # `resume_writing` when all is written
        else:
            self._finish()

    def resume_writing(self) -> None:
        """The peer has read; perhaps everything."""
        super().resume_writing()
        if self._is_answered:
            self._finish()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no request; `msg` is uvicorn's. The application's answer is dropped."""
        if self._is_refused or self.transport.is_closing():
            return
        self._is_refused = True
        if self.cycle is not None:
            self.cycle.disconnected = True
        answer_and_close(self.transport, NOT_HTTP)

    def _finish(self) -> None:
        if not self.transport.is_closing():
            self._give_back(self.transport.get_extra_info("socket").fileno(), self._rest)
            self.transport.abort()
