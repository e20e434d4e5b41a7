/**
 * Keeps live ink under the server's rate: what comes too fast waits in order, and parts of one
 * stroke that wait together go out as one.
 */

/** @import { Ink, Undo } from "./types.js" */

/** Frames at once, and frames a second after that; together under 60 in any second. */
export const BURST = 15;
export const PER_SECOND = 40;
/** Numbers in one frame, well under the largest frame. */
const LARGEST = 8000;

export class Pacer {
  #send;
  #clock;
  /** @type {(Ink | Undo)[]} */
  #queue = [];
  #tokens = BURST;
  #filledAt;
  /** @type {(() => void) | null} */
  #cancel = null;

  /**
   * @param {(frame: Ink | Undo) => void} send
   * @param {import("./types.js").Clock} clock
   */
  constructor(send, clock) {
    this.#send = send;
    this.#clock = clock;
    this.#filledAt = clock.now();
  }

  /** @param {Ink | Undo} frame */
  push(frame) {
    const last = this.#queue.at(-1);
    if (last && continues(last, frame)) this.#queue[this.#queue.length - 1] = join(last, frame);
    else this.#queue.push(frame);
    this.#drain();
  }

  /** Forget what waits: it will be sent anew, or is of no use any more. */
  clear() {
    this.#queue = [];
    this.#cancel?.();
    this.#cancel = null;
  }

  #drain() {
    const now = this.#clock.now();
    this.#tokens = Math.min(BURST, this.#tokens + ((now - this.#filledAt) * PER_SECOND) / 1000);
    this.#filledAt = now;
    while (this.#queue.length > 0 && this.#tokens >= 1) {
      this.#tokens -= 1;
      this.#send(/** @type {Ink | Undo} */ (this.#queue.shift()));
    }
    if (this.#queue.length > 0)
      this.#cancel ??= this.#clock.after(1000 / PER_SECOND, () => {
        this.#cancel = null;
        this.#drain();
      });
  }
}

/**
 * @param {Ink | Undo} before
 * @param {Ink | Undo} after
 * @returns {boolean}
 */
function continues(before, after) {
  return (
    before.t === "ink" && after.t === "ink" && !before.end &&
    before.room === after.room && before.c === after.c && before.s === after.s &&
    before.p.length + after.p.length <= LARGEST
  );
}

/** @param {Ink | Undo} before @param {Ink | Undo} after @returns {Ink} */
function join(before, after) {
  const [first, second] = /** @type {[Ink, Ink]} */ ([before, after]);
  return { ...second, p: [...first.p, ...second.p] };
}
