/**
 * The participant: holds the state, feeds it with what the server and the user do, and carries
 * out the effects. A page or a mini-program listens for `change` and calls the verbs.
 */

import { systemClock } from "./clock.js";
import { Connection } from "./connection.js";
import { effects } from "./effects.js";
import { Emitter } from "./events.js";
import { Pacer } from "./pacer.js";
import { reduce } from "./reduce.js";
import { initialState } from "./state.js";
import { WORKS_KEY, addWorks, readWorks, worksGained } from "./works.js";

/** @import { Change, Event, OwnInk, State } from "./types.js" */

export const DRAFT_KEY = "jielong.draft";

/** @extends {Emitter<{change: Change}>} */
export class Relay extends Emitter {
  #clock;
  #storage;
  #connection;
  #pacer;
  /** @type {State} */
  #state;

  /** @param {ConstructorParameters<typeof Connection>[0]} options */
  constructor(options) {
    super();
    this.#clock = options.clock ?? systemClock;
    this.#storage = options.storage;
    this.#state = initialState(readDraft(options.storage));
    this.#connection = new Connection(options);
    this.#pacer = new Pacer((frame) => void this.#connection.send(frame), this.#clock);
    this.#connection.on("link", (link) => {
      if (link.status !== "online") this.#pacer.clear();
      this.#happen({ t: "link", link });
    });
    this.#connection.on("message", (message) => this.#happen(message));
  }

  get state() {
    return this.#state;
  }

  /** The works of this participant that this device remembers, newest first. */
  get works() {
    return readWorks(this.#storage.get(WORKS_KEY));
  }

  /** Remember more of a work than the service told, e.g. its text. @param {import("./types.js").KeptWork} work */
  remember(work) {
    this.#storage.set(WORKS_KEY, JSON.stringify(this.works.map((old) => (old.work === work.work ? work : old))));
  }

  /** Milliseconds on the clock that the times in the state are of. */
  now() {
    return this.#clock.now();
  }

  start() {
    this.#connection.start();
  }

  stop() {
    this.#connection.stop();
  }

  /** The network seems to be back. */
  wake() {
    this.#connection.wake();
  }

  /** @param {import("./types.js").UserEvent} event */
  act(event) {
    this.#happen(event);
  }

  /** @param {Event} event */
  #happen(event) {
    const before = this.#state;
    const state = reduce(before, event, this.#clock.now());
    this.#state = state;
    for (const effect of effects(before, state, event)) this.#carryOut(effect);
    if (event.t !== "user:ink" || event.end) this.#keepDraft(before);
    const gained = worksGained(before, state, Date.now());
    if (gained.length > 0) this.#storage.set(WORKS_KEY, JSON.stringify(addWorks(this.works, gained)));
    this.emit("change", { state, before, event });
  }

  /** @param {import("./types.js").Effect} effect */
  #carryOut(effect) {
    if ("after" in effect) {
      this.#clock.after(effect.after, () => this.#happen(effect.event));
      return;
    }
    const { send } = effect;
    if (send.t === "ink" || send.t === "undo") {
      if (send.t === "undo" && send.s === 0) this.#pacer.clear();
      if (this.#connection.status === "online") this.#pacer.push(send);
      return;
    }
    if (send.t === "commit" || send.t === "leave") this.#pacer.clear();
    this.#connection.send(send);
  }

  /** A reloaded page finds its unfinished character again. @param {State} before */
  #keepDraft(before) {
    const { own } = this.#state;
    if (own === before.own) return;
    this.#storage.set(DRAFT_KEY, own && own.strokes.length > 0 ? JSON.stringify(own) : null);
  }
}

/** @param {import("./types.js").Storage} storage @returns {OwnInk | null} */
function readDraft(storage) {
  try {
    const own = JSON.parse(storage.get(DRAFT_KEY) ?? "null");
    return own && Array.isArray(own.strokes) ? { ...own, open: false } : null;
  } catch {
    return null;
  }
}
