"""All checks, and how they are run: one after another, each with a time limit."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence

from websockets.exceptions import ConnectionClosed, InvalidStatus

from ..deadline import within
from ..exceptions import CannotConnect, TimedOut
from . import (
    api,
    counting,
    handshake,
    hello,
    leaving,
    live,
    messages,
    pledging,
    resuming,
    seats,
    turns,
)
from .check import Check, Outcome, Result
from .exceptions import BrokenPromiseError, NotTestableError
from .server import Server

FAMILIES = (
    handshake.FAMILY,
    hello.FAMILY,
    messages.FAMILY,
    seats.FAMILY,
    turns.FAMILY,
    live.FAMILY,
    leaving.FAMILY,
    resuming.FAMILY,
    counting.FAMILY,
    pledging.FAMILY,
    api.FAMILY,
)

CHECKS: tuple[Check, ...] = tuple(check for family in FAMILIES for check in family.checks)
"""Every check, in the order in which they are run."""

_CHECK_SECONDS = 60.0


class UnknownCheckError(Exception):
    """There is no check and no family of that name; the message lists the families."""


def chosen(only: Sequence[str]) -> list[Check]:
    """The checks of these names, or of the families of these names; all if there are none.

    Raises:
        UnknownCheckError: a name stands for nothing.
    """
    for name in only:
        if not any(name in (check.name, check.family) for check in CHECKS):
            families = ", ".join(family.name for family in FAMILIES)
            raise UnknownCheckError(f"there is no check {name}; the families are {families}")
    return [check for check in CHECKS if not only or {check.name, check.family} & set(only)]


async def run(
    url: str, campaign: str | None = None, only: Sequence[str] = ()
) -> AsyncIterator[Outcome]:
    """Run the checks on the server at `url`, and yield what each found.

    Args:
        url: of the socket, or of the service, as `Participant.connect` takes it.
        campaign: the campaign to write in; the default one when None.
        only: names of checks or families; all when empty.

    Raises:
        CannotConnect: nobody answers there.
        UnknownCheckError: a name of `only` stands for nothing.
    """
    for check in chosen(only):
        start = time.monotonic()
        result, why = await _run(check, Server(url, campaign))
        seconds = round(time.monotonic() - start, 3)
        yield Outcome(check.name, check.family, check.promise, result, why, seconds)


async def _run(check: Check, server: Server) -> tuple[Result, str]:
    try:
        async with within(_CHECK_SECONDS, f"end of {check.name}"):
            try:
                await check.test(server)
            finally:
                await server.close()
    except NotTestableError as error:
        return "skipped", str(error)
    except CannotConnect:
        raise
    except (BrokenPromiseError, TimedOut, ConnectionClosed) as error:
        return "fail", str(error)
    except InvalidStatus as error:
        return "fail", f"the handshake is refused with HTTP {error.response.status_code}"
    return "pass", ""
