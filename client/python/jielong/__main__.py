"""A participant on the command line: `python -m jielong ws://127.0.0.1:8000/ws`."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from .codec import Format
from .connection import Direction
from .deadline import Deadline
from .exceptions import CannotConnect, Closed, JielongError, Refused, TimedOut
from .messages import Completed, Seated, parse
from .narration import line
from .participant import Participant
from .pen import Pen
from .recorder import Recorder

_RETURNS = 5
_RETURN_SECONDS = 0.5
_ELSEWHERE = 4001


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"ws", "wss"} or not parts.hostname:
        raise argparse.ArgumentTypeError(f"{text!r} does not begin with ws:// or wss:// and a host")
    return text


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m jielong",
        description="Take part in one relay: join, write with a made-up hand, print what happens.",
    )
    parser.add_argument("url", type=_url, help="e.g. ws://127.0.0.1:8000/ws")
    parser.add_argument("--phrase", metavar="ID", help="phrase to open a room with")
    parser.add_argument("--invite", metavar="CODE", help="go to a friend's room")
    parser.add_argument("--campaign", metavar="ID", help="instead of the default one")
    parser.add_argument("--token", help="come back as an earlier participant")
    parser.add_argument(
        "--pace", type=float, default=2.0, metavar="SECONDS", help="time for a character (2)"
    )
    parser.add_argument(
        "--timeout", type=float, default=600.0, metavar="SECONDS", help="for the whole (600)"
    )
    parser.add_argument("--seed", type=int, help="write exactly as another time")
    parser.add_argument("--json", action="store_true", help="speak JSON instead of MessagePack")
    parser.add_argument(
        "--record",
        type=Path,
        metavar="FILE.jsonl",
        help="append every message, for `jielong check`; the file will hold the token",
    )
    return parser.parse_args(argv)


class _Session:
    """One relay from start to end, over as many connections as it takes."""

    def __init__(self, options: argparse.Namespace, recorder: Recorder | None) -> None:
        self._options = options
        self._recorder = recorder
        self._pen = Pen(random.Random(options.seed))
        self._token: str | None = options.token
        self._joined = False
        self._seat: int | None = None

    async def run(self) -> Completed:
        """Play until the phrase is complete; come back up to five times when cut off."""
        deadline = Deadline("end of the relay", self._options.timeout)
        for attempt in range(_RETURNS + 1):
            pause = random.uniform(0, _RETURN_SECONDS * 2**attempt)
            participant: Participant | None = None
            try:
                participant = await self._connect()
                return await self._play(participant, deadline)
            except (Closed, CannotConnect, Refused) as error:
                if attempt == _RETURNS or self._token is None or _final(error):
                    raise
                if participant is not None and participant.bye is not None:
                    if participant.bye.why == "idle":
                        raise
                    pause = participant.bye.retry_ms / 1000
                elif isinstance(error, Refused) and error.retry_ms is not None:
                    pause = error.retry_ms / 1000
                _say(f"cut off ({error}); coming back in {pause:.1f} s")
            finally:
                if self._recorder:
                    self._recorder.closed()
            await asyncio.sleep(min(pause, deadline.left()))
        raise AssertionError("the last attempt returns or raises")

    async def _connect(self) -> Participant:
        wire: Format = "json" if self._options.json else "msgpack"
        participant = await Participant.connect(
            self._options.url, self._token, self._options.campaign, format=wire, tap=self._tap
        )
        self._token = participant.token
        return participant

    async def _play(self, participant: Participant, deadline: Deadline) -> Completed:
        async with participant:
            if participant.relay is None:
                if self._joined:
                    _say("the room is gone; joining another")
                await participant.join(self._options.phrase, self._options.invite)
                self._joined = True
            self._seat = participant.seat
            try:
                return await participant.write_relay(self._pen, self._options.pace, deadline.left())
            except (asyncio.CancelledError, TimedOut):
                with contextlib.suppress(JielongError):
                    await participant.leave(keep=True)
                raise

    def _tap(self, direction: Direction, message: Mapping[str, object]) -> None:
        if self._recorder:
            self._recorder(direction, message)
        if direction == "received":
            with contextlib.suppress(JielongError):
                parsed = parse(message)
                if isinstance(parsed, Seated):
                    self._seat = parsed.seat
                if said := line(parsed, self._seat):
                    _say(said)


def _final(error: Closed | CannotConnect | Refused) -> bool:
    """Whether coming back would end the same way: taken over elsewhere, or refused."""
    if isinstance(error, Refused):
        return error.retry_ms is None
    if isinstance(error, Closed):
        return error.code == _ELSEWHERE
    return error.status in (400, 403)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Returns:
        0 when the phrase was completed, 1 when not, 2 when it cannot be recorded, 130 when
        interrupted.
    """
    options = _arguments(argv)
    with contextlib.ExitStack() as stack:
        recorder = None
        if options.record:
            try:
                out = stack.enter_context(options.record.open("a", encoding="utf-8"))
            except OSError as error:
                sys.stderr.write(f"{options.record} cannot be written: {error.strerror}\n")
                return 2
            recorder = Recorder(out)
        try:
            asyncio.run(_Session(options, recorder).run())
        except JielongError as error:
            sys.stderr.write(f"{error}\n")
            return 1
        except KeyboardInterrupt:
            return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
