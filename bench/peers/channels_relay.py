"""Django Channels on uvicorn: a consumer for each connection, messages through the channel layer.

`python channels_relay.py PORT REDIS_URL`; it needs the packages of `requirements.txt` and nothing
of this project.
"""

from __future__ import annotations

import random
import secrets
import sys
from typing import Any, ClassVar

import django
import msgspec
import redis.asyncio
import uvicorn
from django.conf import settings

PORT, REDIS_URL = int(sys.argv[1]), sys.argv[2]

settings.configure(
    SECRET_KEY="bench",
    ALLOWED_HOSTS=["*"],
    CHANNEL_LAYERS={
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [REDIS_URL]},
        }
    },
)
django.setup()

from channels.generic.websocket import AsyncWebsocketConsumer  # noqa: E402  (after settings)
from channels.routing import ProtocolTypeRouter  # noqa: E402

pack = msgspec.msgpack.Encoder().encode
unpack = msgspec.msgpack.Decoder().decode
books = redis.asyncio.Redis.from_url(REDIS_URL)


class Relay(AsyncWebsocketConsumer):
    """One connection."""

    waiting: ClassVar[list[Relay]] = []

    async def connect(self) -> None:
        """Take it; the subprotocol is the one that is offered."""
        self.partner = self.room = ""
        self.seat = 0
        await self.accept(self.scope["subprotocols"][0])

    async def disconnect(self, code: int) -> None:
        """No longer wait."""
        if self in self.waiting:
            self.waiting.remove(self)

    async def receive(self, text_data: Any = None, bytes_data: bytes | None = None) -> None:
        """A message of the client."""
        assert bytes_data is not None
        message = unpack(bytes_data)
        match message["t"]:
            case "ink":
                await self.tell(self.partner, [bytes_data])
            case "hello":
                await self.say({"t": "welcome", "participant": secrets.token_urlsafe(12)})
            case "join":
                await self.join()
            case "commit":
                await self.commit(message)

    async def join(self) -> None:
        """Meet any of those who wait, or wait."""
        if not self.waiting:
            self.room = secrets.token_urlsafe(12)
            self.waiting.append(self)
            await self.say({"t": "waiting", "room": self.room})
            return
        other = self.waiting.pop(random.randrange(len(self.waiting)))
        self.room, self.partner, self.seat = other.room, other.channel_name, 1
        other.partner = self.channel_name
        await self.tell(self.partner, [pack({"t": "matched", "room": self.room, "seat": 0})])
        await self.say({"t": "matched", "room": self.room, "seat": 1})

    async def commit(self, message: Any) -> None:
        """Tell both; count the work when it was the last character."""
        room, c, strokes = message["room"], message["c"], message["strokes"]
        told = {"t": "committed", "room": room, "c": c, "seat": self.seat, "strokes": strokes}
        mine, theirs = [pack(told)], [pack(told)]
        if c == 1:
            async with books.pipeline(transaction=True) as both:
                both.hincrby("counters", "relays", 1)
                both.hincrby("counters", "participants", 2)
                relays, hands = await both.execute()
            counters = {"relays": relays, "participants": hands}
            done = {"t": "completed", "room": room, "counters": counters}
            mine.append(pack(done | {"serial": hands - 1 + self.seat}))
            theirs.append(pack(done | {"serial": hands - self.seat}))
        await self.tell(self.partner, theirs)
        for payload in mine:
            await self.send(bytes_data=payload)

    async def tell(self, channel: str, payloads: list[bytes]) -> None:
        """By way of the layer, as if the other were on another server."""
        await self.channel_layer.send(channel, {"type": "pass.on", "payloads": payloads})

    async def pass_on(self, event: dict[str, Any]) -> None:
        """What came by way of the layer."""
        for payload in event["payloads"]:
            await self.send(bytes_data=payload)

    async def say(self, message: dict[str, Any]) -> None:
        """To the client."""
        await self.send(bytes_data=pack(message))


if __name__ == "__main__":
    uvicorn.run(
        ProtocolTypeRouter({"websocket": Relay.as_asgi()}),
        host="127.0.0.1",
        port=PORT,
        loop="uvloop",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        lifespan="off",
        access_log=False,
        log_level="warning",
        backlog=4_096,
    )
