"""A payment provider: signs reports and sends them again until they are answered.

Of a connection that is lost, and of 503, it knows nothing: it sends the same report again, as
providers do.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from standardwebhooks import Webhook

from bench.donation_events import LATE_SECONDS, Event

TRIES = 200
PAUSE_SECONDS = 0.1
ANSWER_SECONDS = 60.0
SENT_AGAIN = (503, 408)


class Provider:
    """Sends events over several connections at once.

    Attributes:
        again: how often something was sent again, by its reason.
        seconds: how long each answer took, in the order of the answers.
    """

    def __init__(self, port: int, secret: str, connections: int) -> None:
        """To a service on 127.0.0.1, signed with `secret`."""
        self._port = port
        self._connections = connections
        self._webhook, self._forger = Webhook(secret), Webhook("whsec_" + "A" * 32)
        self.again: Counter[str] = Counter()
        self.seconds: list[float] = []

    async def send(self, events: Sequence[Event], answered: Callable[[int], None]) -> None:
        """Send events in their order, as far as none waits for another one's answer.

        `answered` is called after each answer, with their number so far.
        """
        rest = iter(events)
        senders = [self._sender(rest, answered) for _ in range(self._connections)]
        await asyncio.gather(*senders)

    async def _sender(self, rest: Iterator[Event], answered: Callable[[int], None]) -> None:
        connection = _Connection(self._port)
        for event in rest:
            begun = time.perf_counter()
            event.status = await self._until_answered(connection, event)
            self.seconds.append(time.perf_counter() - begun)
            answered(len(self.seconds))
        connection.close()

    async def _until_answered(self, connection: _Connection, event: Event) -> int:
        for _ in range(TRIES):
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    status = await connection.post(
                        f"/api/donations/{event.campaign}", event.body, self._headers(event)
                    )
            except (OSError, EOFError) as error:
                connection.close()
                self.again[type(error).__name__] += 1
            else:
                if status not in SENT_AGAIN:
                    return status
                self.again[str(status)] += 1
            await asyncio.sleep(PAUSE_SECONDS)
        return 0

    def _headers(self, event: Event) -> dict[str, str]:
        shift = {"late": -LATE_SECONDS - 5, "early": LATE_SECONDS + 5}.get(event.how, 0)
        at = datetime.fromtimestamp(time.time() + shift, UTC)
        webhook = self._forger if event.how == "forged" else self._webhook
        headers = {
            "webhook-id": event.report_id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": webhook.sign(event.report_id, at, event.body.decode()),
        }
        if event.how == "unsigned":
            del headers["webhook-signature"]
        return headers


class _Connection:
    """Keeps one connection open as long as the service does."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, path: str, body: bytes, headers: dict[str, str]) -> int:
        """Send a request; the status of the answer.

        Raises:
            OSError, EOFError: the connection is lost.
        """
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        lines = [f"{name}: {value}\r\n" for name, value in headers.items()]
        head = f"POST {path} HTTP/1.1\r\nhost: bench\r\ncontent-length: {len(body)}\r\n"
        writer.write((head + "".join(lines)).encode() + b"\r\n" + body)
        answer = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = answer.partition(b"content-length: ")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length or b"0"))
        if b"connection: close" in answer:
            self.close()
        return int(answer.split(b" ", 2)[1])

    def close(self) -> None:
        """Close it; the next request opens another one."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None
