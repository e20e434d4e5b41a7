/**
 * Keeps live ink below the server's rate limit: a token bucket. Frames that come too fast wait, and
 * waiting parts of one stroke become one frame.
 */

/** @import { Ink, Undo } from "../types.js" */

/** Size of the bucket, and tokens a second; together below 60 frames in any second. */
export const BURST = 15;
const PER_SECOND = 40;
/** Numbers in one frame, far below the limit of its bytes. */
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
    const joined = join(this.#queue.at(-1), frame);
    if (joined) this.#queue.pop();
    this.#queue.push(joined ?? frame);
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

/** Two parts of one stroke as one, or null. @param {Ink | Undo | undefined} first @param {Ink | Undo} second */
function join(first, second) {
  if (first?.t !== "ink" || second.t !== "ink" || first.end) return null;
  if (first.room !== second.room || first.c !== second.c || first.s !== second.s) return null;
  const p = [...first.p, ...second.p];
  return p.length > MAX_NUMBERS ? null : { ...second, p };
}
