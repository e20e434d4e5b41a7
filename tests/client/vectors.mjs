// Sends and receives every test vector with the connection of a client core, over a stand-in of a
// socket, and writes the names of those that came out otherwise as a JSON list.
// Usage: node vectors.mjs CORE_FOLDER json|msgpack. JSON goes through WeChat's adapter, without
// TextEncoder and TextDecoder, which mini-programs lack.
import { deepStrictEqual } from "node:assert";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [folder, encoding] = process.argv.slice(2);
const isWeChat = encoding === "json";
const { Buffer: Bytes } = globalThis;
if (isWeChat) globalThis.TextEncoder = globalThis.TextDecoder = undefined;

const core = (module) => import(`${pathToFileURL(folder)}/${module}`);
const { Connection } = await core("connection/connection.js");
const { Relay } = await core("relay.js");
const { wxSocket } = await core("adapters/wx.js");

const load = (name) => JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url)));
const frameOf = (vector) =>
  isWeChat ? JSON.stringify(vector.json) : new Uint8Array(Bytes.from(vector.msgpack, "hex"));
const WELCOME = load("to-client").find((vector) => vector.json.t === "welcome");

// A line to nowhere: `sent` holds what the client sends, `receive` is a frame of the server.
class Line {
  sent = [];
  storage = { get: () => null, set: () => {} };

  get socket() {
    if (isWeChat) return wxSocket({ connectSocket: () => this.#task() });
    return (_url, _offered, handlers) => {
      this.receive = handlers.message;
      queueMicrotask(() => handlers.open("jielong.v1.msgpack"));
      return { send: (frame) => this.sent.push(frame), close: () => {} };
    };
  }

  #task() {
    return {
      onOpen: (open) => queueMicrotask(open),
      onMessage: (run) => (this.receive = (data) => run({ data })),
      onClose: () => {},
      onError: () => {},
      send: ({ data }) => this.sent.push(data),
      close: () => {},
    };
  }

  // A client that was welcomed.
  async open(Client) {
    const client = new Client({ url: "", socket: this.socket, storage: this.storage });
    client.start();
    await Promise.resolve();
    this.receive(frameOf(WELCOME));
    return client;
  }
}

async function send(vector) {
  const line = new Line();
  const connection = await line.open(Connection);
  connection.send(vector.json);
  connection.stop();
  const frame = line.sent.at(-1);
  if (isWeChat) deepStrictEqual(JSON.parse(frame), vector.json);
  else deepStrictEqual(Bytes.from(frame).toString("hex"), vector.msgpack);
}

async function receive(vector) {
  const line = new Line();
  const connection = await line.open(Connection);
  const received = [];
  connection.on("message", (message) => received.push(message));
  line.receive(frameOf(vector));
  connection.stop();
  deepStrictEqual(received, [vector.json]);
  const relayLine = new Line();
  const relay = await relayLine.open(Relay);
  relayLine.receive(frameOf(vector)); // must not throw
  relay.stop();
}

async function refuse(vector) {
  if (vector.encoding !== encoding) return;
  const bytes = Bytes.from(vector.frame, "hex");
  const text = bytes.toString();
  if (isWeChat && !Bytes.from(text).equals(bytes)) return; // the platform refuses bad UTF-8
  const line = new Line();
  const connection = await line.open(Connection);
  line.receive(isWeChat ? text : new Uint8Array(bytes));
  deepStrictEqual(connection.status, "offline");
  connection.stop();
}

const failures = [];
const checks = [
  [send, load("from-client").filter(({ valid }) => valid)],
  [receive, load("to-client").filter(({ valid }) => valid)],
  [refuse, load("ill-formed")],
];
for (const [check, vectors] of checks) {
  for (const vector of vectors) {
    await check(vector).catch((error) => failures.push(`${vector.name}: ${error.message}`));
  }
}
process.stdout.write(JSON.stringify(failures));
