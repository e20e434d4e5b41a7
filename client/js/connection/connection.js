/**
 * A connection that sends `hello` with the token, checks liveness, and reconnects after a loss. It
 * knows nothing of rooms; an adapter supplies the socket.
 */

import { systemClock } from "../clock.js";
import { Emitter } from "../emitter.js";
import { CLOSED_ELSEWHERE } from "../protocol.js";
import { CODECS, codecFor } from "../wire/codec.js";
import { MAX_DELAY_MS, backoff } from "./backoff.js";

/**
 * @import {
 *   ConnectionState, FromServer, Hello, Socket, SocketAdapter, Status, Storage, ToServer, Welcome
 * } from "../types.js"
 */

export const TOKEN_KEY = "jielong.token";
/** The silence before a ping, and the time for its answer. */
const SILENCE_MS = 20_000;
const PONG_MS = 10_000;
/** The time for the answer to a probe, doubled up to `PONG_MS` on a slow network. */
const PROBE_MS = 2_000;
/** Limit from opening the socket to `welcome`. */
const WELCOME_MS = 10_000;

/** @extends {Emitter<{message: FromServer, status: ConnectionState}>} */
export class Connection extends Emitter {
  #options;
  #clock;
  #random;
  /** @type {Socket | null} */
  #socket = null;
  #codec = codecFor("");
  #attempt = 0;
  /** When the connection was lost; null while there is one. @type {number | null} */
  #lostAt = null;
  /** The storage, which may lose it, is for the next visit only. @type {string | null} */
  #token;
  #pings = 0;
  #probeMs = PROBE_MS;
  #isProbing = false;
  /** @type {Status} */
  #status = "stopped";
  /** Cancels the only timer: for `welcome`, silence, an answer or a retry. */
  #cancelTimer = () => {};

  /**
   * @param {Object} options
   * @param {string} options.url
   * @param {SocketAdapter} options.socket
   * @param {Storage} options.storage
   * @param {Omit<Hello, "t" | "token">} [options.hello]
   * @param {number} [options.resumeMs] How long after a loss it tries again; until `stop` if not given.
   * @param {import("../types.js").Clock} [options.clock]
   * @param {() => number} [options.random]
   */
  constructor(options) {
    super();
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    this.#token = options.storage.get(TOKEN_KEY);
  }

  get status() {
    return this.#status;
  }

  /** Connects, also after `elsewhere`. Does nothing while a socket is open or opening. */
  start() {
    if (this.#socket) return;
    this.#cancelTimer();
    if (this.#status === "stopped") this.#lostAt = null;
    this.#open();
  }

  /** Closes the connection and does not connect again. */
  stop() {
    this.#close();
    this.#setStatus("stopped", "", 0);
  }

  /** Call when the page or the network wakes up: connects at once, or probes the connection. */
  wake() {
    if (this.#status === "offline") this.start();
    else this.probe();
  }

  /** Replaces the connection when no frame comes within a short time: it is half-open. */
  probe() {
    if (!this.#socket || this.#isProbing) return;
    if (this.#status === "online") this.#ping();
    this.#setTimer(this.#probeMs, () => {
      this.#probeMs = Math.min(PONG_MS, 2 * this.#probeMs);
      this.#lose("timeout", 0);
      this.start();
    });
    this.#isProbing = true;
  }

  /**
   * @param {ToServer} message
   * @returns {boolean} False when the connection is not online; the message was not sent.
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

  #open() {
    const { url, socket } = this.#options;
    this.#setStatus("connecting", "", 0);
    this.#setTimer(WELCOME_MS, () => this.#lose("timeout"));
    const offered = CODECS.map((codec) => codec.subprotocol);
    this.#socket = socket(url, offered, {
      open: (subprotocol) => this.#onOpen(subprotocol),
      message: (frame) => this.#onFrame(frame),
      close: (code) => this.#onClose(code),
    });
  }

  /** @param {string} subprotocol */
  #onOpen(subprotocol) {
    this.#codec = codecFor(subprotocol);
    this.#write({ t: "hello", token: this.#token ?? undefined, ...this.#options.hello });
  }

  /** @param {string | Uint8Array} frame */
  #onFrame(frame) {
    /** @type {FromServer} */
    let message;
    try {
      message = this.#codec.decode(frame);
    } catch {
      this.#lose("garbled");
      return;
    }
    if (message.t === "welcome") this.#onWelcome(message);
    if (this.#status === "online") this.#watchLiveness();
    if (message.t === "pong") this.#probeMs = PROBE_MS;
    this.emit("message", message);
    if (message.t === "bye") this.#lose(message.why, message.retry_ms);
    else if (message.t === "error" && message.code === "elsewhere") this.#onClose(CLOSED_ELSEWHERE);
    else if (message.t === "error" && this.#status === "connecting")
      this.#lose(message.code, message.retry_ms ?? MAX_DELAY_MS);
  }

  /** @param {Welcome} message */
  #onWelcome(message) {
    this.#attempt = 0;
    this.#lostAt = null;
    this.#token = message.token;
    this.#options.storage.set(TOKEN_KEY, message.token);
    this.#setStatus("online", "", 0);
  }

  /** A browser hides the server's WebSocket pings, so the client sends its own `ping`. */
  #watchLiveness() {
    this.#setTimer(SILENCE_MS, () => {
      this.#ping();
      this.#setTimer(PONG_MS, () => this.#lose("timeout"));
    });
  }

  #ping() {
    this.#pings += 1;
    this.#write({ t: "ping", n: this.#pings });
  }

  /** @param {number} code */
  #onClose(code) {
    if (code !== CLOSED_ELSEWHERE) {
      this.#lose("lost");
      return;
    }
    this.#close();
    this.#setStatus("elsewhere", "", 0);
  }

  /** @param {string} reason @param {number} [retryMs] The delay that the server asks for, or the backoff. */
  #lose(reason, retryMs) {
    this.#close();
    // A timeout concerns this client alone, so it need not spread its return.
    if (reason === "timeout") this.#attempt ||= 1;
    const ms = retryMs ?? backoff(this.#attempt, this.#random);
    this.#attempt += 1;
    const now = this.#clock.now();
    this.#lostAt ??= now;
    if (now + ms - this.#lostAt > (this.#options.resumeMs ?? Infinity)) {
      this.#setStatus("stopped", reason, 0);
      return;
    }
    this.#setTimer(ms, () => this.#open());
    this.#setStatus("offline", reason, ms);
  }

  #close() {
    this.#cancelTimer();
    this.#socket?.close(1000);
    this.#socket = null;
  }

  /** @param {number} ms @param {() => void} run */
  #setTimer(ms, run) {
    this.#cancelTimer();
    this.#isProbing = false;
    this.#cancelTimer = this.#clock.after(ms, run);
  }

  /** @param {Status} status @param {string} reason @param {number} retryMs */
  #setStatus(status, reason, retryMs) {
    this.#status = status;
    this.emit("status", { status, reason, retryMs });
  }
}
