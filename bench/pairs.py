"""Pairs of participants who write live ink to each other: how they meet, and what they send."""

from __future__ import annotations

from collections import deque
from random import Random
from time import perf_counter

from bench.client import Client, connect, decode, encode
from bench.handwriting import live_part

FRAMES = 64
"""Different frames of a pair; they are sent over and over."""

STROKE_FRAMES = 16
"""Frames of one stroke; the last one says that it has ended."""


class Pair:
    """A writer, who has the turn, and a reader, who must get every frame as it was sent.

    Attributes:
        sent, received: frames of this run.
        wrong: received frames whose bytes were not those sent, or in another order.
    """

    def __init__(self, writer: Client, reader: Client, room: str, random: Random) -> None:
        """They hold the two seats of `room`."""
        self._writer = writer
        self._frames = [_frame(room, index, random) for index in range(FRAMES)]
        self.reset()
        reader.on_message = self._take
        writer.on_message = _ignore

    def reset(self) -> None:
        """Begin a run."""
        self.sent = self.received = self.wrong = 0

    def send_next(self) -> None:
        """Send one frame."""
        self._writer.send(self._frames[self.sent % FRAMES])
        self.sent += 1

    @property
    def frame_bytes(self) -> float:
        """Middling size of a frame."""
        return sum(map(len, self._frames)) / FRAMES

    def _take(self, payload: bytes) -> None:
        if payload == self._frames[self.received % FRAMES]:
            self.received += 1
        elif decode(payload)["t"] == "ink":
            self.received += 1
            self.wrong += 1


class TimedPair(Pair):
    """One that keeps how long each frame was on its way.

    Attributes:
        seconds: of every frame of this run.
    """

    def reset(self) -> None:
        """Begin a run."""
        super().reset()
        self.seconds: list[float] = []
        self._sent_at: deque[float] = deque()

    def send_next(self) -> None:
        """Send one frame."""
        self._sent_at.append(perf_counter())
        super().send_next()

    def _take(self, payload: bytes) -> None:
        before = self.received
        super()._take(payload)
        if self.received > before:
            self.seconds.append(perf_counter() - self._sent_at.popleft())


async def meet_in_service(
    writer_url: str, reader_url: str, random: Random, kind: type[Pair] = Pair
) -> Pair:
    """Friends, by an invite: no stranger comes between, whichever workers they are on."""
    writer, reader = await connect(writer_url), await connect(reader_url)
    for client in (writer, reader):
        client.send_message("hello")
        await client.expect("welcome")
    writer.send_message("join")
    room = (await writer.expect("waiting"))["room"]
    writer.send_message("invite", room=room)
    code = (await writer.expect("invited"))["code"]
    reader.send_message("join", invite=code)
    for client in (writer, reader):
        await client.expect("matched")
    return kind(writer, reader, room, random)


async def meet_in_bare(url: str, number: int, random: Random, kind: type[Pair] = Pair) -> Pair:
    """Partners by the path; the frames are as long as those of the service."""
    path = f"{url}/{number}"
    return kind(await connect(path), await connect(path), f"{number:016}", random)


def _frame(room: str, index: int, random: Random) -> bytes:
    message: dict[str, object] = {
        "t": "ink",
        "room": room,
        "c": 0,
        "s": index // STROKE_FRAMES,
        "p": live_part(random, first=index % STROKE_FRAMES == 0),
    }
    if index % STROKE_FRAMES == STROKE_FRAMES - 1:
        message["end"] = True
    return encode(message)


def _ignore(payload: bytes) -> None:
    """The writer hears only the counters."""
