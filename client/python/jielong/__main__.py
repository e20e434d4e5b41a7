"""A participant on the command line: `python -m jielong ws://127.0.0.1:8000/ws`."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

from .address import socket_url
from .exceptions import JielongError
from .pen import Pen
from .player import Options, Player
from .recorder import Recorder


def _url(text: str) -> str:
    parts = urlsplit(socket_url(text))
    if parts.scheme not in {"ws", "wss"} or not parts.hostname:
        raise argparse.ArgumentTypeError(
            f"{text!r} is neither the address of a socket, which begins with ws:// or wss:// and a"
            " host, nor a base address, which begins with http:// or https:// and ends with a slash"
        )
    return text


def _locales(text: str) -> tuple[str, ...]:
    return tuple(tag for tag in map(str.strip, text.split(",")) if tag)


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m jielong",
        description="Take part in one relay: join, write generated strokes, print what happens.",
        add_help=False,
    )
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
    add("--pace", type=float, default=2.0, metavar="SECONDS", help="Time for each character (2).")
    add("--timeout", type=float, default=600.0, metavar="SECONDS", help="Time for the relay (600).")
    add("--seed", type=int, help="Write the same strokes each time.")
    add("--json", action="store_true", help="Use JSON instead of MessagePack.")
    add(
        "--record",
        type=Path,
        metavar="FILE.jsonl",
        help="Append every message, for `jielong check`. The file contains the secret token.",
    )
    add("--version", action="version", version=version("jielong"), help="Show the version.")
    add("--help", "-h", action="help", help="Show this help.")
    return parser.parse_args(argv)


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
    )


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Returns:
        0 when the phrase was completed, 1 when not, 2 when the record cannot be written, 130 when
        interrupted.
    """
    arguments = _arguments(argv)
    pen = Pen(random.Random(arguments.seed))
    with contextlib.ExitStack() as stack:
        recorder = None
        if arguments.record:
            try:
                out = stack.enter_context(arguments.record.open("a", encoding="utf-8"))
            except OSError as error:
                sys.stderr.write(f"{arguments.record} cannot be written: {error.strerror}\n")
                return 2
            recorder = Recorder(out)
        try:
            asyncio.run(Player(_options(arguments), pen, recorder, _say).run())
        except JielongError as error:
            sys.stderr.write(f"{error}\n")
            return 1
        except KeyboardInterrupt:
            return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
