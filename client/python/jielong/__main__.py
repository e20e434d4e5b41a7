"""The command `jielong-client`, also as `python -m jielong`."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence

from . import __version__, write_command
from .conformance import command as conformance_command


def _conformance(arguments: argparse.Namespace) -> int:
    return asyncio.run(
        conformance_command.command(
            arguments.url, arguments.campaign, arguments.only, arguments.json, print_line
        )
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="jielong-client", description="A client of Jielong.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    write = commands.add_parser(
        "write", help="Take part: join, write characters, print what happens."
    )
    write_command.add_arguments(write)
    write.set_defaults(run=write_command.run)
    conformance = commands.add_parser(
        "conformance", help="Test a server from outside against the promises of the protocol."
    )
    conformance_command.add_arguments(conformance)
    conformance.set_defaults(run=_conformance)
    return parser


def print_line(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command.

    Returns:
        The exit status: 0 when it did what it is for, 1 when not, 2 for wrong arguments, 130 when
        interrupted.
    """
    arguments = _parser().parse_args(argv)
    try:
        status: int = arguments.run(arguments)
    except KeyboardInterrupt:
        return 130
    return status


if __name__ == "__main__":
    sys.exit(main())
