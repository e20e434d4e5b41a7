"""The port of a worker: connections are accepted by `transport`, plain HTTP goes to uvicorn."""

from __future__ import annotations

from collections.abc import Sequence

import uvicorn
from starlette.types import ASGIApp

from server.transport.accept import MakeProtocol
from server.transport.listener import BACKLOG
from server.web.forwarded import ForwardedScheme

KEEP_ALIVE_SECONDS = 75


def http_server(
    app: ASGIApp, accept: MakeProtocol, trusted_proxies: Sequence[str]
) -> uvicorn.Server:
    """A uvicorn server that is not started yet; `accept` makes the protocol of a connection.

    The forwarded headers of `trusted_proxies` are believed.
    """
    config = uvicorn.Config(
        app,
        http=accept,  # type: ignore[arg-type]
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        forwarded_allow_ips=list(trusted_proxies),
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=1,
    )
    config.load()
    config.loaded_app = ForwardedScheme(config.loaded_app)
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    return server
