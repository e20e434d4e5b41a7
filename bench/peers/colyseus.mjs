// Colyseus with its Redis driver and presence. Its own matchmaker brings two clients into a room.
// Its uWebSockets transport is not on the npm registry, so this is its ws transport.

import { createServer } from "node:http";
import { Room, Server } from "@colyseus/core";
import { RedisDriver } from "@colyseus/redis-driver";
import { RedisPresence } from "@colyseus/redis-presence";
import { WebSocketTransport } from "@colyseus/ws-transport";
import { WorkCounter, connectRedis, port, redisUrl } from "./counters.mjs";

const counter = new WorkCounter(await connectRedis());
const redis = redisUrl.startsWith("unix:") ? { path: redisUrl.slice("unix://".length) } : redisUrl;

class Relay extends Room {
  maxClients = 2;
  patchRate = null;
  joined = [];

  onCreate() {
    this.onMessage("hello", (client) => client.send("welcome", { participant: client.sessionId }));
    this.onMessage("join", (client) => this.take(client));
    this.onMessage("ink", (client, ink) => this.other(client)?.send("ink", ink));
    this.onMessage("commit", (client, message) => this.commit(client, message));
  }

  other(client) {
    return this.joined[1 - this.joined.indexOf(client)];
  }

  take(client) {
    this.joined.push(client);
    const room = this.roomId.padEnd(16, "_");
    if (this.joined.length === 1) client.send("waiting", { room });
    else {
      this.lock(); // for good: a room that is only full opens again when somebody leaves
      this.joined.forEach((one, seat) => one.send("matched", { room, seat }));
    }
  }

  async commit(client, { room, c, strokes }) {
    const counters = c === 1 ? await counter.count() : null;
    const seat = this.joined.indexOf(client);
    this.broadcast("committed", { room, c, seat, strokes });
    if (counters) this.broadcast("completed", { room, serial: counters.participants, counters });
  }
}

const http = createServer();
const server = new Server({
  transport: new WebSocketTransport({ server: http, perMessageDeflate: false, pingInterval: 0 }),
  driver: new RedisDriver(redis),
  presence: new RedisPresence(redis),
  greet: false,
});
server.define("relay", Relay);
await server.listen(Number(port), "127.0.0.1", 4096);
