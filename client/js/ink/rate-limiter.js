/**
 * Keeps live ink below the server's rate limit with a token bucket. Frames that come too fast wait
 * in order, and waiting parts of one stroke are joined into one frame.
 */

/** @import { Ink, Undo } from "../types.js" */

/** Size of the bucket, and tokens a second; together below 60 frames in any second. */
export const BURST = 15;
export const PER_SECOND = 40;
/** The most numbers in one joined frame, far below the limit of a frame's bytes. */
const MAX_NUMBERS = 8000;

export class InkRateLimiter {
  #send;
  #clock;
  /** @type {(Ink | Undo)[]} */
  #queue = [];
  #tokens = BURST;
  #filledAt;
  /** @type {(() => void) | null} */
  #cancelTimer = null;

  /**
   * @param {(frame: Ink | Undo) => void} send
   * @param {import("../types.js").Clock} clock
   */
  constructor(send, clock) {
    this.#send = send;
    this.#clock = clock;
    this.#filledAt = clock.now();
  }

  /** @param {Ink | Undo} frame */
  push(frame) {
    const last = this.#queue.at(-1);
    if (last && canJoin(last, frame)) this.#queue[this.#queue.length - 1] = join(last, frame);
    else this.#queue.push(frame);
    this.#drain();
  }

  /** Drops the waiting frames. */
  clear() {
    this.#queue = [];
    this.#cancelTimer?.();
    this.#cancelTimer = null;
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
      this.#cancelTimer ??= this.#clock.after(1000 / PER_SECOND, () => {
        this.#cancelTimer = null;
        this.#drain();
      });
  }
}

/**
 * Whether the second frame continues the stroke of the first one.
 * @param {Ink | Undo} first
 * @param {Ink | Undo} second
 * @returns {boolean}
 */
function canJoin(first, second) {
  return (
    first.t === "ink" && second.t === "ink" && !first.end &&
    first.room === second.room && first.c === second.c && first.s === second.s &&
    first.p.length + second.p.length <= MAX_NUMBERS
  );
}

/** @param {Ink | Undo} first @param {Ink | Undo} second @returns {Ink} */
function join(first, second) {
  const [one, two] = /** @type {[Ink, Ink]} */ ([first, second]);
  return { ...two, p: [...one.p, ...two.p] };
}
