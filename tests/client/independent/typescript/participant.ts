/**
 * One person's relay, over as many connections as it takes. Written from `/asyncapi.json` alone; it
 * shares nothing with the project's own clients.
 */

import type { FromServer, Refusal, Room, Stroke, ToServer, Turn, Welcome } from "./messages.js";
import { pack, unpack } from "./msgpack.js";

const STROKE: Stroke = [700, 2000, 0, 90, 1300, -10, 120, 0, 1300, -20, 120, -10];
const PAUSE_MS = 1_000;

export type Wire = "msgpack" | "json";

export interface Done {
  readonly work: string;
  readonly serial: number;
}

export class Participant {
  #socket: WebSocket | null = null;
  #token: string | undefined;
  #room: Room | null = null;
  #pauseMs = PAUSE_MS;
  #settle: { resolve: (done: Done) => void; reject: (why: Error) => void } | null = null;

  constructor(
    private readonly address: string,
    private readonly wire: Wire,
    private readonly phrase: string,
    private readonly say: (line: string) => void,
  ) {}

  /** Resolves when the work is finished; rejects with what no other connection would mend. */
  async relay(): Promise<Done> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      this.#connect();
    });
  }

  #connect(): void {
    const socket = new WebSocket(this.address, [`jielong.v1.${this.wire}`]);
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.#hello();
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      try {
        this.#handle(decode(data));
      } catch (error) {
        this.#fail(error as Error);
      }
    };
    // Node 20 tells of a refused handshake with `error` alone.
    socket.onclose = socket.onerror = () => this.#lost(socket);
  }

  #lost(socket: WebSocket): void {
    if (!this.#settle || socket !== this.#socket) return;
    this.#socket = null;
    setTimeout(() => this.#connect(), this.#pauseMs);
    this.#pauseMs = PAUSE_MS;
  }

  #handle(message: FromServer): void {
    switch (message.t) {
      case "welcome": return this.#welcome(message);
      case "waiting":
      case "matched": return this.#enter(message);
      case "invited": return this.say(`invite ${message.code}`);
      case "committed": return this.say(`committed ${message.c}`);
      case "turn": return this.#write(message);
      case "completed": return this.#finish(message);
      case "error": return this.#refused(message);
      case "bye": this.#pauseMs = message.retry_ms;
      // Other types, also those to come, say nothing that matters here.
    }
  }

  #hello(): void {
    this.#send({ t: "hello", client: "typescript", ...(this.#token ? { token: this.#token } : {}) });
  }

  /** Takes up the room that is still open, or opens one. */
  #welcome({ token, resume, finished }: Welcome): void {
    const returned = this.#token !== undefined;
    this.#token = token;
    const [last] = finished;
    if (returned) this.say("back");
    if (resume) this.#enter(resume);
    else if (last) this.#finish(last);
    else if (returned && this.#room) this.#fail(new Error("the seat is lost"));
    else this.#send({ t: "join", phrase: this.phrase });
  }

  #enter(room: Room): void {
    if (!this.#room) this.#send({ t: "invite", room: room.room });
    this.#room = room;
    this.#write(room.turn);
  }

  /** Finishes the character whose turn it is, if that is ours. The same commit may be sent twice. */
  #write(turn: Turn): void {
    if (!this.#room) return;
    const { room, seat } = this.#room = { ...this.#room, turn };
    if (turn.seat !== seat) return;
    this.#send({ t: "ink", room, c: turn.c, s: 0, p: STROKE, end: true });
    this.#send({ t: "commit", room, c: turn.c, strokes: [STROKE] });
  }

  /** Waits and repeats what the server asks to repeat. */
  #refused({ re, code, message, retry_ms }: Refusal): void {
    if (retry_ms === undefined) throw new Error(`${re} refused: ${code}, ${message}`);
    const room = this.#room;
    setTimeout(() => {
      if (re === "hello") this.#hello();
      else if (re === "join") this.#send({ t: "join", phrase: this.phrase });
      else if (re === "invite" && room) this.#send({ t: "invite", room: room.room });
      else if (room) this.#write(room.turn);
    }, retry_ms);
  }

  #finish({ work, serial }: Done): void {
    this.#settle?.resolve({ work, serial });
    this.#settle = null;
    this.#socket?.close(1000);
  }

  #fail(why: Error): void {
    this.#settle?.reject(why);
    this.#settle = null;
    this.#socket?.close(1000);
  }

  #send(message: ToServer): void {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    this.#socket.send(this.wire === "json" ? JSON.stringify(message) : pack(message));
  }
}

function decode(data: string | ArrayBuffer): FromServer {
  return (typeof data === "string" ? JSON.parse(data) : unpack(new Uint8Array(data))) as FromServer;
}
