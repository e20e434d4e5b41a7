"""A TLS front for a server that speaks none, with a certificate of one's own authority."""

from __future__ import annotations

import asyncio
import ssl
import threading
from pathlib import Path

import trustme

from tests.service import free_port

CHUNK = 65_536


class TlsFront:
    """Takes TLS connections on a port and passes their bytes to another; runs in a thread."""

    def __init__(self, folder: Path, target: int) -> None:
        """In front of 127.0.0.1:`target`; the authority's certificate is kept in `folder`."""
        authority = trustme.CA()
        self.port = free_port()
        self.authority = folder / "authority.pem"
        authority.cert_pem.write_to_path(self.authority)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(self._context)
        self._target = target
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Listen."""
        self._thread.start()
        assert self._ready.wait(10)

    def stop(self) -> None:
        """Cut everything."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        listening = asyncio.start_server(
            self._serve, "127.0.0.1", self.port, ssl=self._context, limit=CHUNK
        )
        self._server = self._loop.run_until_complete(listening)
        self._ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(_cancel_others())
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._target)
        await asyncio.gather(_pass(reader, back), _pass(there, writer))


async def _cancel_others() -> None:
    """End the connections of a loop that is about to close."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass  # either side is gone, and the other one is told by the close
    finally:
        writer.close()
