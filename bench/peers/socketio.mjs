// Socket.IO as its page on performance advises: ws with bufferutil, the MessagePack parser, no
// compression, no polling, the first request forgotten; and its Redis streams adapter, so that any
// server could have the partner.

import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { createAdapter } from "@socket.io/redis-streams-adapter";
import { Server } from "socket.io";
import parser from "socket.io-msgpack-parser";
import { WorkCounter, Pool, connectRedis, port } from "./counters.mjs";

const client = await connectRedis();
const counter = new WorkCounter(client);
const pool = new Pool();
const id = () => randomBytes(12).toString("base64url");

const http = createServer();
const io = new Server(http, {
  adapter: createAdapter(await connectRedis()),
  parser,
  transports: ["websocket"],
  perMessageDeflate: false,
  serveClient: false,
});
io.engine.on("connection", (raw) => {
  raw.request = null;
});

function join(socket) {
  const partner = pool.meet(socket);
  if (partner === null) {
    socket.data.room = id();
    socket.join(socket.data.room);
    socket.emit("waiting", { room: socket.data.room });
    return;
  }
  const { room } = partner.data;
  socket.data.room = room;
  socket.join(room);
  [socket.data.seat, partner.data.seat] = [1, 0];
  partner.emit("matched", { room, seat: 0 });
  socket.emit("matched", { room, seat: 1 });
}

async function commit(socket, { room, c, strokes }) {
  const counters = c === 1 ? await counter.count() : null;
  io.to(room).emit("committed", { room, c, seat: socket.data.seat, strokes });
  if (counters) io.to(room).emit("completed", { room, serial: counters.participants, counters });
}

io.on("connection", (socket) => {
  socket.on("hello", () => socket.emit("welcome", { participant: id() }));
  socket.on("join", () => join(socket));
  socket.on("ink", (ink) => socket.to(socket.data.room).emit("ink", ink));
  socket.on("commit", (message) => commit(socket, message));
  socket.on("disconnect", () => pool.leave(socket));
});
http.listen({ port: Number(port), host: "127.0.0.1", backlog: 4096 });
