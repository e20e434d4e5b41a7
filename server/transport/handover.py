"""Hands open connections over to another process of this machine.

A worker's event loop carries ink, so it answers no request that takes long. The connection of such
a request goes to the web process: its descriptor and the bytes that were read already, in one
message of a unix socket. The kernel moves the descriptor; the peer notices nothing.
"""

from __future__ import annotations

import array
import asyncio
import contextlib
import socket
from collections.abc import Callable
from pathlib import Path

import structlog

log = structlog.get_logger()

MESSAGE_BYTES = 128 * 1024
"""Longest message: the head of a request, and what came with it."""

_DESCRIPTOR_BYTES = array.array("i").itemsize

MakeProtocol = Callable[[], asyncio.Protocol]


class Sender:
    """A worker's way to the web process; it connects again when that process was started anew."""

    def __init__(self, path: Path) -> None:
        """To the process that listens at `path`."""
        self._path = path
        self._socket: socket.socket | None = None

    def send(self, transport: asyncio.Transport, data: bytes) -> bool:
        """Hand a connection over, and close it here; False if nobody takes it now.

        Args:
            transport: has no bytes left to write.
            data: what was read from it and not answered.
        """
        if len(data) > MESSAGE_BYTES:
            return False
        descriptor = transport.get_extra_info("socket").fileno()
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [descriptor]))]
        for _ in range(2):
            try:
                self._connected().sendmsg([data], rights)
            except BlockingIOError:
                return False
            except OSError:
                self.close()
                continue
            transport.abort()
            return True
        return False

    def close(self) -> None:
        """Connect anew with the next connection."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _connected(self) -> socket.socket:
        if self._socket is None:
            connecting = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            connecting.setblocking(False)
            try:
                connecting.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 * MESSAGE_BYTES)
                connecting.connect(str(self._path))
            except OSError:
                connecting.close()
                raise
            self._socket = connecting
        return self._socket


class Receiver:
    """Takes connections from the workers of a machine."""

    def __init__(self, path: Path, make_protocol: MakeProtocol) -> None:
        """At `path`; each connection gets a protocol."""
        self._path = path
        self._make_protocol = make_protocol
        self._listener: socket.socket | None = None
        self._workers: set[socket.socket] = set()
        self._starting: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Listen.

        Raises:
            OSError: the path cannot be used.
        """
        with contextlib.suppress(FileNotFoundError):
            self._path.unlink()
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        listener.setblocking(False)
        listener.bind(str(self._path))
        listener.listen()
        self._listener = listener
        asyncio.get_running_loop().add_reader(listener.fileno(), self._accept, listener)

    def close(self) -> None:
        """Take no more; those that are open stay."""
        loop = asyncio.get_running_loop()
        for one in (self._listener, *self._workers):
            if one is not None:
                loop.remove_reader(one.fileno())
                one.close()
        self._workers.clear()
        self._path.unlink(missing_ok=True)

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(BlockingIOError):
            worker, _ = listener.accept()
            worker.setblocking(False)
            self._workers.add(worker)
            asyncio.get_running_loop().add_reader(worker.fileno(), self._receive, worker)

    def _receive(self, worker: socket.socket) -> None:
        try:
            data, rights, _, _ = worker.recvmsg(
                MESSAGE_BYTES, socket.CMSG_SPACE(_DESCRIPTOR_BYTES), socket.MSG_CMSG_CLOEXEC
            )
        except BlockingIOError:
            return
        except OSError:
            data, rights = b"", []
        descriptors = array.array("i")
        for level, kind, content in rights:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                descriptors.frombytes(content[: len(content) - len(content) % _DESCRIPTOR_BYTES])
        if not descriptors:
            self._forget(worker)
        for descriptor in descriptors:
            connection = socket.socket(fileno=descriptor)
            task = asyncio.get_running_loop().create_task(self._start_one(connection, data))
            self._starting.add(task)
            task.add_done_callback(self._starting.discard)

    async def _start_one(self, connection: socket.socket, data: bytes) -> None:
        connection.setblocking(False)
        try:
            _, protocol = await asyncio.get_running_loop().connect_accepted_socket(
                self._make_protocol, connection
            )
        except OSError as error:
            log.debug("a connection was lost on its way", error=str(error))
            connection.close()
            return
        protocol.data_received(data)

    def _forget(self, worker: socket.socket) -> None:
        """A worker has ended, or hands over what is none."""
        asyncio.get_running_loop().remove_reader(worker.fileno())
        self._workers.discard(worker)
        worker.close()
