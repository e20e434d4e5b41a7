"""What the protocol says of connections, a row for every rule.

Around every test two others are in the middle of a relay on the same service; whatever somebody
else sends, they hear nothing of it and finish.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.integration.conftest import Connect
from tests.integration.connections.raw import FRIEND
from tests.integration.relays import finish, sit_down, write


@pytest.fixture(scope="module")
def settings() -> dict[str, object]:
    return {"origins": f"{FRIEND}, http://other.example:8080/"}


@pytest.fixture(autouse=True)
async def bystanders(connect: Connect) -> AsyncIterator[None]:
    """Two in the middle of a relay, who notice nothing and finish it."""
    seats = await sit_down(connect)
    await write(seats, 0)
    yield
    for peer in seats:
        await peer.expect_silence()
    await finish(seats, 1, 2)
