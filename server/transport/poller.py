"""Watches the sockets of many connections; the event loop watches one descriptor for all of them.

A transport of the event loop costs a connection that asks for one file more than its answer does.
"""

from __future__ import annotations

import asyncio
import os
import select
import selectors
from collections.abc import Callable
from typing import Protocol

READABLE, WRITABLE = 1, 4
"""What to wait for: the values of `EPOLLIN` and `EPOLLOUT`."""

EVENTS_AT_ONCE = 64
"""Sockets that are told of in a pass of the event loop."""


class Watched(Protocol):
    """A connection."""

    def ready(self) -> None:
        """What was waited for has come, or an error; told again for as long as it is so.

        May not raise: others are told after this one.
        """


class Poll(Protocol):
    """What is used of `select.epoll`."""

    def fileno(self) -> int:
        """The descriptor that is readable when something has happened."""

    def close(self) -> None:
        """Watch nothing more."""

    def register(self, fd: int, eventmask: int, /) -> None:
        """Watch a socket."""

    def modify(self, fd: int, eventmask: int, /) -> None:
        """Wait for something else."""

    def unregister(self, fd: int, /) -> None:
        """Watch this socket no more."""

    def poll(self, timeout: float, maxevents: int, /) -> list[tuple[int, int]]:
        """The sockets to which something has happened, each with what it was."""


class SelectorPoll:
    """The same with the standard library's selector, for kernels without epoll.

    The selector has to have a descriptor, as that for kqueue does.
    """

    def __init__(self) -> None:
        """Watch nothing yet."""
        self._selector = selectors.DefaultSelector()

    def fileno(self) -> int:
        """See `Poll`, as for the others."""
        descriptor: int = self._selector.fileno()
        return descriptor

    def close(self) -> None:
        """Watch nothing more."""
        self._selector.close()

    def register(self, fd: int, eventmask: int, /) -> None:
        """Watch a socket."""
        self._selector.register(fd, eventmask & READABLE or selectors.EVENT_WRITE)

    def modify(self, fd: int, eventmask: int, /) -> None:
        """Wait for something else."""
        self.unregister(fd)
        self.register(fd, eventmask)

    def unregister(self, fd: int, /) -> None:
        """Watch this socket no more."""
        if fd in self._selector.get_map():
            self._selector.unregister(fd)

    def poll(self, timeout: float, maxevents: int, /) -> list[tuple[int, int]]:
        """What has happened."""
        return [(key.fd, events) for key, events in self._selector.select(timeout)[:maxevents]]


def _kernel_poll() -> Poll:
    return select.epoll() if hasattr(select, "epoll") else SelectorPoll()


class Poller:
    """Tells what happens to sockets. It belongs to the event loop on which it is used first."""

    def __init__(self, make_poll: Callable[[], Poll] = _kernel_poll) -> None:
        """Watch nothing yet."""
        self._make_poll = make_poll
        self._poll: Poll | None = None
        self._watched: dict[int, Watched] = {}

    def add(self, descriptor: int, events: int, watched: Watched) -> None:
        """Tell when this socket is READABLE or WRITABLE.

        Raises:
            OSError: the kernel watches no more.
        """
        poll = self._poll
        if poll is None:
            poll = self._poll = self._make_poll()
            asyncio.get_running_loop().add_reader(poll.fileno(), self._tell)
        poll.register(descriptor, events)
        self._watched[descriptor] = watched

    def wait_for(self, descriptor: int, events: int) -> None:
        """Tell of READABLE or of WRITABLE from now on."""
        assert self._poll is not None
        self._poll.modify(descriptor, events)

    def remove(self, descriptor: int) -> None:
        """Tell nothing more of this socket."""
        assert self._poll is not None
        del self._watched[descriptor]
        self._poll.unregister(descriptor)

    def close_socket(self, descriptor: int) -> None:
        """Close a socket that is watched."""
        self._watched.pop(descriptor, None)
        if isinstance(self._poll, SelectorPoll):  # epoll forgets a socket that is closed
            self._poll.unregister(descriptor)
        os.close(descriptor)

    def close(self) -> None:
        """Watch nothing more; the sockets stay open."""
        if self._poll is not None:
            asyncio.get_running_loop().remove_reader(self._poll.fileno())
            self._poll.close()
            self._poll = None
            self._watched.clear()

    def _tell(self) -> None:
        assert self._poll is not None
        for descriptor, _ in self._poll.poll(0, EVENTS_AT_ONCE):
            watched = self._watched.get(descriptor)
            if watched is not None:  # else one before it has closed this one
                watched.ready()
