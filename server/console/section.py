"""A section of the console: its entries in the menu, and its routes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from starlette.responses import Response

from server.console.frame import MenuEntry
from server.console.posted import MOST_BYTES
from server.console.roles import Permission
from server.console.visit import Visit

Handler = Callable[[Visit], Awaitable[Response]]


class ConsoleRoute(NamedTuple):
    """A path of the console, and what answers it.

    Attributes:
        path: below the console's address; `{name}` is a parameter.
        method: GET or POST.
        handler: answers.
        permission: who has it may ask; others get 403.
        most_bytes: of what is posted.
    """

    path: str
    method: str
    handler: Handler
    permission: Permission
    most_bytes: int = 0


def get(path: str, handler: Handler, permission: Permission = Permission.LOOK) -> ConsoleRoute:
    """A page, or data of one. It changes nothing."""
    return ConsoleRoute(path, "GET", handler, permission)


def post(
    path: str, handler: Handler, permission: Permission, most_bytes: int = MOST_BYTES
) -> ConsoleRoute:
    """An action, which a form of the console posts."""
    return ConsoleRoute(path, "POST", handler, permission, most_bytes)


class Section:
    """One section; see the package's docstring."""

    menu: Sequence[MenuEntry] = ()

    def routes(self) -> Sequence[ConsoleRoute]:
        """Its routes."""
        raise NotImplementedError

    async def run(self) -> None:
        """What it does while the process lives; if it fails, it is called again after a while."""

    async def close(self) -> None:
        """Close what it has opened."""
