"""The listening socket: bound before all else, so that a taken port is one clear error."""

from __future__ import annotations

import errno
import socket
import struct

BACKLOG = 4_096

_TCP_INFO = getattr(socket, "TCP_INFO", None)  # Linux has it
_WAITING = struct.Struct("=24xI")
"""`tcpi_unacked` of Linux's `struct tcp_info`: what waits to be accepted, if the socket listens."""


class PortError(Exception):
    """The port cannot be bound; the message says what to do."""


def bind(
    host: str, port: int, *, shared: bool = False, setting: str = "JIELONG_PORT"
) -> socket.socket:
    """A TCP socket on `host` and `port` (0: a free one), not listening yet.

    Args:
        host: an address of this machine.
        port: 0 to 65535.
        shared: let other sockets of ours have the same port; the kernel spreads connections
            over those that listen.
        setting: what chooses another port, for the error.

    Raises:
        PortError: it is taken, or not permitted.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise PortError(_what_to_do(host, port, error, setting)) from error
    bound.setblocking(False)
    return bound


def _what_to_do(host: str, port: int, error: OSError, setting: str) -> str:
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return (
            f"{host} is no address of this machine ({error.strerror}); "
            f"choose another with {setting.replace('PORT', 'HOST')}"
        )
    why = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be had ({error.strerror})"
    return f"port {port} of {host} {why}; choose another with {setting}"


def listen(bound: socket.socket) -> socket.socket:
    """Start to accept connections.

    Raises:
        PortError: another program listens on it.
    """
    try:
        bound.listen(BACKLOG)
    except OSError as error:
        port = bound.getsockname()[1]
        bound.close()
        raise PortError(f"port {port} is in use; choose another with JIELONG_PORT") from error
    return bound


def count_waiting(listening: socket.socket) -> int | None:
    """Connections that wait in the kernel to be accepted; None if the kernel does not tell."""
    if _TCP_INFO is None:
        return None
    try:
        found = listening.getsockopt(socket.IPPROTO_TCP, _TCP_INFO, _WAITING.size)
    except OSError:  # not every sandbox's kernel has the option
        return None
    return int(_WAITING.unpack(found)[0]) if len(found) == _WAITING.size else None


def reserve(host: str, port: int, setting: str = "JIELONG_PORT") -> socket.socket:
    """Reserve a port for several workers, without accepting connections on it.

    Raises:
        PortError: another program has it, even one that would share it.
    """
    probe = bind(host, port, setting=setting)
    chosen = probe.getsockname()[1]
    probe.close()
    return bind(host, chosen, shared=True, setting=setting)


def url(bound: socket.socket, base_path: str) -> str:
    """The address of the page for a browser."""
    host, port = bound.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}{base_path}/"
