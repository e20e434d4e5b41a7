"""The server of another site, whose pages are what their address says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import quote, unquote, urlsplit


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Answer with the document in the query."""
        body = unquote(urlsplit(self.path).query).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@contextmanager
def other_site(port: int) -> Iterator[None]:
    """It listens on this port of 127.0.0.1, which is two origins: by name and by number."""
    with ThreadingHTTPServer(("127.0.0.1", port), _Answers) as running:
        thread = Thread(target=running.serve_forever)
        thread.start()
        try:
            yield
        finally:
            running.shutdown()
            thread.join()


def address_of(origin: str, document: str) -> str:
    """Where this document is found."""
    return f"{origin}/?{quote(document)}"
