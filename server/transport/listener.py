"""The listening socket: bound before all else, so that a taken port is one clear error."""

from __future__ import annotations

import errno
import socket

BACKLOG = 4_096

ACCEPTED_AT_ONCE = 4
"""Connections accepted in one pass of the event loop at most; see `duplicates`. Those inside wait
for the whole of a pass, several times in a turn: twice as long in a storm with 32
(`bench/storm.py`)."""


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


def duplicates(listening: socket.socket) -> list[socket.socket]:
    """A listening socket under several descriptors; all must be closed.

    libuv accepts one connection of a descriptor in each pass of the event loop. A busy worker makes
    a few hundred passes a second, and connections that it does not accept wait in the kernel, where
    none of our limits hold.
    """
    return [listening, *(listening.dup() for _ in range(ACCEPTED_AT_ONCE - 1))]


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
