"""A service with few file descriptors tells callers so, and goes on with those who are inside."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

import pytest

from tests.integration.http import Answer, ask
from tests.integration.protocol_client import JSON, Peer, open_session
from tests.integration.relays import finish, sit_down
from tests.polling import eventually
from tests.service import SERVE, Service

LIMIT = 120
LIMITED = ("sh", "-c", f'ulimit -n {LIMIT} && exec "$@"', "sh", *SERVE)
CALM_SECONDS = 15.0


@pytest.fixture
def service(serve: Callable[..., Service]) -> Service:
    return serve(command=LIMITED)


def idle(service: Service) -> socket.socket:
    """A connection that never asks for anything: its request begins, and does not end."""
    made = socket.create_connection(("127.0.0.1", service.port), 10)
    made.sendall(b"G")
    return made


async def get(service: Service, path: str) -> Answer:
    return await ask(service, path, Connection="close")


async def test_with_few_descriptors_callers_are_told_and_those_inside_go_on(
    service: Service,
) -> None:
    async def connect(**hello: object) -> Peer:
        return await open_session(service, JSON, **hello)

    idlers: list[socket.socket] = []
    try:
        seats = await sit_down(connect)
        for _ in range(LIMIT):
            idlers.append(idle(service))
            answer = await get(service, "/api/campaigns/default")
            if answer.status != 200:
                break
        assert answer.status == 503
        assert int(answer.headers["retry-after"]) > 0
        assert b"busy" in answer.body
        idlers += [idle(service) for _ in range(LIMIT)]  # many more than there are descriptors
        for _ in range(20):
            assert (await get(service, "/api/campaigns/default")).status == 503
            assert (await get(service, "/healthz")).status == 200
        ready = await get(service, "/readyz")
        assert (ready.status, b"few file descriptors" in ready.body) == (503, True)
        assert b"jielong_refused_connections_total" in (await get(service, "/metrics")).body
        await finish(seats, 0, 2)
    finally:
        for one in idlers:
            one.close()

    async def is_ready() -> bool:
        return (await get(service, "/readyz")).status == 200

    await eventually(is_ready, CALM_SECONDS)
    assert (await get(service, "/api/campaigns/default")).status == 200
    for peer in seats:
        await peer.quit()
    assert await asyncio.to_thread(service.stop) == 0
    log = service.log.read_text()
    assert log.count("few file descriptors are left") == 1
    assert log.count("there are file descriptors again") == 1
    assert "Traceback" not in log
