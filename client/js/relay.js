/**
 * The client of one participant: holds the state, reduces every event, and carries out the commands.
 * Listen for `change`, and call `dispatch`.
 */

import { systemClock } from "./clock.js";
import { Connection } from "./connection/connection.js";
import { Emitter } from "./emitter.js";
import { InkRateLimiter } from "./ink/rate-limiter.js";
import { commandsFor } from "./state/commands.js";
import { reduce } from "./state/reduce.js";
import { initialState } from "./state/state.js";

/** @import { Change, Command, Draft, Event, Solver, State, Storage, UserEvent } from "./types.js" */

export const DRAFT_KEY = "jielong.draft";
/** After this a challenge that could not be solved is asked for again; a page loads the solver late. */
const SOLVE_AGAIN_MS = 3000;

/** @extends {Emitter<{change: Change}>} */
export class Relay extends Emitter {
  #clock;
  #storage;
  #connection;
  #rateLimiter;
  #solve;
  /** @type {State} */
  #state;

  /**
   * @param {ConstructorParameters<typeof Connection>[0] & {solve: Solver}} options `solve` is that of
   *   `proof/solve.js`; a page may load it when it is needed.
   */
  constructor(options) {
    super();
    this.#solve = options.solve;
    this.#clock = options.clock ?? systemClock;
    this.#storage = options.storage;
    this.#state = initialState(loadDraft(options.storage));
    this.#connection = new Connection(options);
    this.#rateLimiter = new InkRateLimiter((frame) => void this.#connection.send(frame), this.#clock);
    this.#connection.on("status", (connection) => {
      if (connection.status !== "online") this.#rateLimiter.clear();
      this.#apply({ t: "connection", connection });
    });
    this.#connection.on("message", (message) => this.#apply(message));
  }

  get state() {
    return this.#state;
  }

  /** Milliseconds on the clock of the times in the state. */
  now() {
    return this.#clock.now();
  }

  start() {
    this.#connection.start();
  }

  stop() {
    this.#connection.stop();
  }

  /** Call when the page or the network wakes up. */
  wake() {
    this.#connection.wake();
  }

  /** @param {UserEvent} event */
  dispatch(event) {
    this.#apply(event);
  }

  /** @param {Event} event */
  #apply(event) {
    const before = this.#state;
    const state = reduce(before, event, this.#clock.now());
    this.#state = state;
    for (const command of commandsFor(before, state, event)) this.#run(command);
    if (event.t !== "user:ink" || event.end) this.#saveDraft(before);
    this.emit("change", { state, before, event });
  }

  /** @param {Command} command */
  #run(command) {
    if ("after" in command) {
      this.#clock.after(command.after, () => this.#apply(command.event));
      return;
    }
    if ("probe" in command) {
      this.#connection.probe();
      return;
    }
    if ("solve" in command) {
      const again = () => this.#run({ after: SOLVE_AGAIN_MS, event: { t: "timer:retry", re: "join" } });
      void this.#solve(command.solve).then((proof) => this.#apply({ t: "solved", proof }), again);
      return;
    }
    const { send } = command;
    if (send.t === "ink" || send.t === "undo") {
      if (send.t === "undo" && send.s === 0) this.#rateLimiter.clear();
      if (this.#connection.status === "online") this.#rateLimiter.push(send);
      return;
    }
    if (send.t === "commit" || send.t === "leave") this.#rateLimiter.clear();
    this.#connection.send(send);
  }

  /** A page that is loaded again restores its unfinished character. @param {State} before */
  #saveDraft(before) {
    const { draft } = this.#state;
    if (draft === before.draft) return;
    this.#storage.set(DRAFT_KEY, draft && draft.strokes.length > 0 ? JSON.stringify(draft) : null);
  }
}

/** @param {Storage} storage @returns {Draft | null} */
function loadDraft(storage) {
  try {
    const draft = JSON.parse(storage.get(DRAFT_KEY) ?? "null");
    return draft && Array.isArray(draft.strokes) ? { ...draft, open: false } : null;
  } catch {
    return null;
  }
}
