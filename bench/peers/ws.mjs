// Bare `ws`: live ink is known by four bytes and passed on as it came.

import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { Packr } from "msgpackr";
import { WebSocketServer } from "ws";
import { WorkCounter, Pool, connectRedis, port } from "./counters.mjs";

const packr = new Packr({ useRecords: false });
const counter = new WorkCounter(await connectRedis());
const pool = new Pool();
const INK = Buffer.from("\xa3ink", "latin1");

const id = () => randomBytes(12).toString("base64url");
const say = (socket, message) => socket.send(packr.pack(message));

function join(socket) {
  const partner = pool.meet(socket);
  if (partner === null) {
    socket.room = id();
    say(socket, { t: "waiting", room: socket.room });
    return;
  }
  socket.room = partner.room;
  [socket.partner, partner.partner] = [partner, socket];
  [socket.seat, partner.seat] = [1, 0];
  say(partner, { t: "matched", room: socket.room, seat: 0 });
  say(socket, { t: "matched", room: socket.room, seat: 1 });
}

async function commit(socket, { room, c, strokes }) {
  const both = [socket, socket.partner];
  const told = packr.pack({ t: "committed", room, c, seat: socket.seat, strokes });
  const counters = c === 1 ? await counter.count() : null;
  for (const one of both) {
    one.send(told);
    if (counters) {
      const serial = counters.participants - 1 + one.seat;
      say(one, { t: "completed", room, serial, counters });
    }
  }
}

function received(socket, data) {
  if (data.compare(INK, 0, 4, 3, 7) === 0) {
    socket.partner?.send(data);
    return;
  }
  const message = packr.unpack(data);
  if (message.t === "hello") say(socket, { t: "welcome", participant: id() });
  else if (message.t === "join") join(socket);
  else if (message.t === "commit") commit(socket, message);
}

const http = createServer();
const server = new WebSocketServer({ server: http, perMessageDeflate: false, skipUTF8Validation: true });
server.on("connection", (socket) => {
  socket.on("message", (data) => received(socket, data));
  socket.on("close", () => pool.leave(socket));
});
http.listen({ port: Number(port), host: "127.0.0.1", backlog: 4096 });
