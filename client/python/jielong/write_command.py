"""`jielong-client write`: participants that write real characters at the pace of a hand."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import sys
from pathlib import Path
from typing import TextIO
from urllib.parse import urlsplit

from .address import socket_url
from .crowd import Crowd
from .participant import RESUME_SECONDS
from .player import Options


def _url(text: str) -> str:
    parts = urlsplit(socket_url(text))
    if parts.scheme not in {"ws", "wss"} or not parts.hostname:
        raise argparse.ArgumentTypeError(
            f"{text!r} is neither the address of a socket, which begins with ws:// or wss:// and a"
            " host, nor a base address, which begins with http:// or https:// and ends with a slash"
        )
    return text


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError(f"{text} is not 1 or more")
    return count


def _locales(text: str) -> tuple[str, ...]:
    return tuple(tag for tag in map(str.strip, text.split(",")) if tag)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    add = parser.add_argument
    add("url", type=_url, help="Address of the service, e.g. http://127.0.0.1:8000/.")
    add("--phrase", metavar="ID", help="Open a room with this phrase.")
    add("--invite", metavar="CODE", help="Join the room of this invitation.")
    add(
        "--locales",
        type=_locales,
        default=(),
        metavar="TAGS",
        help="Write only phrases in these languages, e.g. zh,en.",
    )
    add("--campaign", metavar="ID", help="Take part in this campaign instead of the default one.")
    add("--token", help="Resume the participant with this token.")
    _add_manner(parser)


def _add_manner(parser: argparse.ArgumentParser) -> None:
    """The arguments that say how many write, how fast, and what is kept of it."""
    add = parser.add_argument
    add(
        "--people",
        type=_count,
        default=1,
        metavar="N",
        help="Number of participants, who come one after another (1).",
    )
    add(
        "--pace",
        type=float,
        metavar="SECONDS",
        help="Seconds for each character; as long as a hand needs for it if not given.",
    )
    add(
        "--timeout",
        type=float,
        default=600.0,
        metavar="SECONDS",
        help="Seconds for the relay (600).",
    )
    add(
        "--resume",
        type=float,
        default=RESUME_SECONDS,
        metavar="SECONDS",
        help="Seconds to come back after a lost connection (60).",
    )
    add("--seed", type=int, help="Number that gives the same strokes each time.")
    add("--json", action="store_true", help="Use JSON instead of MessagePack.")
    add(
        "--record",
        type=Path,
        metavar="FILE.jsonl",
        help="Append every message, for `jielong check`. The file contains the secret token.",
    )


def _options(arguments: argparse.Namespace) -> Options:
    return Options(
        url=arguments.url,
        format="json" if arguments.json else "msgpack",
        token=arguments.token,
        campaign=arguments.campaign,
        phrase=arguments.phrase,
        invite=arguments.invite,
        locales=arguments.locales,
        pace=arguments.pace,
        timeout=arguments.timeout,
        resume=arguments.resume,
    )


def run(arguments: argparse.Namespace) -> int:
    """Run the command.

    Returns:
        0 when every phrase was completed, 1 when one was not, 2 when the record cannot be written.
    """
    with contextlib.ExitStack() as stack:
        out: TextIO | None = None
        if arguments.record:
            try:
                out = stack.enter_context(arguments.record.open("a", encoding="utf-8"))
            except OSError as error:
                sys.stderr.write(f"{arguments.record} cannot be written: {error.strerror}\n")
                return 2
        crowd = Crowd(_options(arguments), random.Random(arguments.seed), out)
        return int(asyncio.run(crowd.run(arguments.people)) > 0)
