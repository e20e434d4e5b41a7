"""The log on standard error: lines for a terminal, or JSON for what collects them.

Every line tells `level`, `event`, `timestamp` and `pid`; in a worker and its processes also
`worker`, its number; and `campaign` and `room` where the line is about one. No line has an address
of a participant, a token or ink.
"""

from __future__ import annotations

import logging
import os
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

from server.settings import Settings
from server.store import keys


def set_up_logging(settings: Settings, worker: int | None = None) -> None:
    """Log to standard error as `settings` say; `worker` is the number of this one, if it is one.

    Processes that are forked from this one log in the same way.
    """
    number = logging.getLevelNamesMapping()[settings.log_level.upper()]
    about = {} if worker is None else {"worker": worker}

    def add_process(_: object, __: str, event: EventDict) -> EventDict:
        """Several processes write to one log."""
        return {**about, **event, "pid": os.getpid()}

    shared: list[Processor] = [
        structlog.processors.add_log_level,
        add_process,
        _add_campaign,
        structlog.processors.TimeStamper(fmt="iso"),
        *_renderers(settings),
    ]
    structlog.configure(
        processors=shared,
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),  # one write a line
    )
    _set_up_libraries(max(number, logging.WARNING), shared)


def _renderers(settings: Settings) -> list[Processor]:
    """What makes a line."""
    is_terminal = sys.stderr.isatty()
    wanted = settings.log_format
    if wanted == "text" or (wanted == "auto" and is_terminal):
        return [
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer(colors=is_terminal),
        ]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(default=str)]


def _add_campaign(_: object, __: str, event: EventDict) -> EventDict:
    """A line about a lane is about its campaign."""
    lane = event.get("lane")
    if isinstance(lane, str) and "campaign" not in event:
        event["campaign"] = keys.campaign_of(lane)
    return event


def _set_up_libraries(level: int, processors: list[Processor]) -> None:
    """Have libraries log in the same way."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[_forget_record, *processors[1:]],
            foreign_pre_chain=[structlog.stdlib.add_log_level, _add_library],
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("picows").setLevel(logging.ERROR)
    logging.getLogger("picows.server").addFilter(_is_ours)
    logging.getLogger("uvicorn").setLevel(logging.ERROR)


def _add_library(_: object, __: str, event: EventDict) -> EventDict:
    """Which library says it, with the error if there is one."""
    record: logging.LogRecord = event["_record"]
    event["library"] = record.name
    if record.exc_info:
        event["exc_info"] = record.exc_info
    return event


def _forget_record(_: object, __: str, event: EventDict) -> EventDict:
    """The standard library's own form of the line is no part of ours."""
    return structlog.stdlib.ProcessorFormatter.remove_processors_meta(None, "", event)


def _is_ours(record: logging.LogRecord) -> bool:
    """Whether picows logs a fault of ours; a peer's fault is answered on its connection."""
    said: Any = record.msg
    return not said.startswith(("WS parser error", "on_ws_frame raised WSProtocolError"))
