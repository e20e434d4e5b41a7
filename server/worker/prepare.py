"""What a worker needs before its event loop starts: its content, and a fork for its web process."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from server.console.console import Console
from server.metrics.shared_file import Place
from server.settings import Settings
from server.web import process
from server.web.content import read_content
from server.worker.web_process import WebProcess
from server.worker.worker import Worker

MakeWorker = Callable[[str], Worker]
"""Makes the worker over the Redis at this address."""


def prepare_worker(settings: Settings, place: Place) -> MakeWorker:
    """Read the content and fork. Call this before an event loop, a thread or a socket of ours.

    Raises:
        CatalogueError: the campaigns cannot be read.
    """
    content = read_content(settings)
    web = WebProcess(partial(process.serve, settings, content, Console, place.number))
    return lambda redis_url: Worker(settings, content, redis_url, web, place)
