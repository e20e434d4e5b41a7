"""A service with short times, and a campaign of each test's own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.integration.conftest import Connect
from tests.integration.protocol_client import MSGPACK, Peer, open_session
from tests.integration.rooms.assertions import GRACE_MS, TURN_MS
from tests.service import Service

CAMPAIGNS = 60


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    names = ["default", *(f"c{number}" for number in range(CAMPAIGNS))]
    path: Path = tmp_path_factory.mktemp("campaigns") / "campaigns.toml"
    path.write_text("".join(f'[[campaign]]\nid = "{name}"\nlocale = "zh-Hans"\n' for name in names))
    return {
        "campaigns": path,
        "turn_seconds": TURN_MS / 1_000,
        "grace_seconds": GRACE_MS / 1_000,
    }


@pytest.fixture(scope="module")
def campaigns() -> Iterator[str]:
    return (f"c{number}" for number in range(CAMPAIGNS))


@pytest.fixture
def campaign(campaigns: Iterator[str]) -> str:
    """A campaign of the test's own: what others left behind is not met here."""
    return next(campaigns)


@pytest.fixture
async def connect(shared: Service, campaign: str) -> AsyncIterator[Connect]:
    peers: list[Peer] = []

    async def open_one(wire: str | None = MSGPACK, **hello: object) -> Peer:
        peer = await open_session(shared, wire, campaign=campaign, **hello)
        peers.append(peer)
        return peer

    yield open_one
    for peer in peers:
        await peer.quit()
