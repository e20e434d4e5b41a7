/**
 * One lasting connection: dials, says hello with the kept token, dials again when the line is
 * lost. It knows nothing of rooms, and which WebSocket carries it is the adapter's affair.
 */

import { LONGEST_MS, backoff } from "./backoff.js";
import { systemClock } from "./clock.js";
import { CODECS, codecFor } from "./codec.js";
import { Emitter } from "./events.js";
import { CLOSED_ELSEWHERE } from "./protocol.js";

/** @import { FromServer, Hello, Link, Socket, SocketAdapter, Status, Storage, ToServer, Welcome } from "./types.js" */

export const TOKEN_KEY = "jielong.token";
/** Silence after which the peer is asked for a sign of life, and how long the answer may take. */
export const QUIET_MS = 20_000;
export const ANSWER_MS = 10_000;
/** How long dialling and hello may take together. */
export const HELLO_MS = 10_000;

/** @extends {Emitter<{message: FromServer, link: Link}>} */
export class Connection extends Emitter {
  #options;
  #clock;
  #random;
  /** @type {Socket | null} */
  #socket = null;
  #codec = codecFor("");
  #attempt = 0;
  #pings = 0;
  /** @type {Status} */
  #status = "stopped";
  /** Cancels the one timer that runs: for the answer to hello, for silence, or for the next try. */
  #cancel = () => {};

  /**
   * @param {Object} options
   * @param {string} options.url
   * @param {SocketAdapter} options.socket
   * @param {Storage} options.storage
   * @param {Omit<Hello, "t" | "token">} [options.hello]
   * @param {import("./types.js").Clock} [options.clock]
   * @param {() => number} [options.random]
   */
  constructor(options) {
    super();
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
  }

  get status() {
    return this.#status;
  }

  /** Dial; also the way back after `elsewhere`. Nothing happens while a connection is up or under way. */
  start() {
    if (this.#socket) return;
    this.#cancel();
    this.#dial();
  }

  /** Hang up for good. */
  stop() {
    this.#drop();
    this.#tell("stopped", "", 0);
  }

  /** The network is back: do not wait for the next try. */
  wake() {
    if (this.#status === "offline") this.start();
  }

  /**
   * @param {ToServer} message
   * @returns {boolean} False when there is no one to send it to: the caller keeps it.
   */
  send(message) {
    if (this.#status !== "online") return false;
    this.#write(message);
    return true;
  }

  /** @param {ToServer} message */
  #write(message) {
    this.#socket?.send(this.#codec.encode(message));
  }

  #dial() {
    const { url, socket } = this.#options;
    this.#tell("connecting", "", 0);
    this.#wait(HELLO_MS, () => this.#lost("timeout"));
    const offered = CODECS.map((codec) => codec.subprotocol);
    this.#socket = socket(url, offered, {
      open: (subprotocol) => this.#hello(subprotocol),
      message: (frame) => this.#receive(frame),
      close: (code) => this.#closed(code),
    });
  }

  /** @param {string} subprotocol */
  #hello(subprotocol) {
    this.#codec = codecFor(subprotocol);
    const token = this.#options.storage.get(TOKEN_KEY) ?? undefined;
    this.#write({ t: "hello", token, ...this.#options.hello });
  }

  /** @param {string | Uint8Array} frame */
  #receive(frame) {
    /** @type {FromServer} */
    let message;
    try {
      message = this.#codec.decode(frame);
    } catch {
      this.#lost("garbled");
      return;
    }
    if (message.t === "welcome") this.#welcomed(message);
    if (this.#status === "online") this.#listen();
    this.emit("message", message);
    if (message.t === "bye") this.#lost(message.why, message.retry_ms);
    else if (message.t === "error" && message.code === "elsewhere") this.#closed(CLOSED_ELSEWHERE);
    else if (message.t === "error" && this.#status === "connecting")
      this.#lost(message.code, message.retry_ms ?? LONGEST_MS);
  }

  /** @param {Welcome} message */
  #welcomed(message) {
    this.#attempt = 0;
    this.#options.storage.set(TOKEN_KEY, message.token);
    this.#tell("online", "", 0);
  }

  /** A browser never shows the server's pings, so silence is broken from this side. */
  #listen() {
    this.#wait(QUIET_MS, () => {
      this.#pings += 1;
      this.#write({ t: "ping", n: this.#pings });
      this.#wait(ANSWER_MS, () => this.#lost("timeout"));
    });
  }

  /** @param {number} code */
  #closed(code) {
    if (code !== CLOSED_ELSEWHERE) {
      this.#lost("lost");
      return;
    }
    this.#drop();
    this.#tell("elsewhere", "", 0);
  }

  /** @param {string} why @param {number} [retryMs] What the server asks for; else the backoff. */
  #lost(why, retryMs) {
    this.#drop();
    if (why === "timeout") this.#attempt ||= 1; // no crowd
    const ms = retryMs ?? backoff(this.#attempt, this.#random);
    this.#attempt += 1;
    this.#wait(ms, () => this.#dial());
    this.#tell("offline", why, ms);
  }

  #drop() {
    this.#cancel();
    this.#socket?.close(1000);
    this.#socket = null;
  }

  /** @param {number} ms @param {() => void} run */
  #wait(ms, run) {
    this.#cancel();
    this.#cancel = this.#clock.after(ms, run);
  }

  /** @param {Status} status @param {string} why @param {number} retryMs */
  #tell(status, why, retryMs) {
    this.#status = status;
    this.emit("link", { status, why, retryMs });
  }
}
