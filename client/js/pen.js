/**
 * Turns the samples of a pointer into strokes of the wire, and hands them on in parts, about
 * thirty a second. Positions and times are rounded before differences are taken, so no rounding
 * adds up along a stroke.
 */

import { systemClock } from "./clock.js";
import { toGrid, toPause, toWidth } from "./ink.js";
import { Nib } from "./nib.js";
import { MAX_BYTES, MAX_POINTS, MAX_STROKES, POINT } from "./protocol.js";

/** @import { Sample, Used } from "./types.js" */

export const PART_MS = 33;
/** A sample nearer than this to the one before it, in grid units, says nothing new. */
const NEAREST = 10;

export class Pen {
  #onPart;
  #onFull;
  #clock;
  #nib = new Nib();
  /** @type {number[]} The whole stroke being written; empty: the pen is up. */
  #stroke = [];
  /** @type {number[]} The part not handed on yet. */
  #part = [];
  /** When each stroke of the character ended, rounded. @type {number[]} */
  #ends = [];
  #last = { x: 0, y: 0, t: 0, w: 0 };
  #used = { strokes: 0, points: 0, bytes: 0 };
  /** @type {(() => void) | null} */
  #cancelFlush = null;

  /**
   * @param {Object} options
   * @param {(part: number[], end: boolean) => void} options.onPart
   * @param {(what: "strokes" | "points") => void} [options.onFull] The character holds no more.
   * @param {import("./types.js").Clock} [options.clock]
   */
  constructor({ onPart, onFull = () => {}, clock = systemClock }) {
    this.#onPart = onPart;
    this.#onFull = onFull;
    this.#clock = clock;
  }

  /** The stroke being written, the parts not handed on included. */
  get stroke() {
    return this.#stroke;
  }

  get isDown() {
    return this.#stroke.length > 0;
  }

  /** @param {Sample} sample @param {Used} used @returns {boolean} False: there is no room for a stroke. */
  down(sample, used) {
    if (this.isDown) this.up();
    if (used.strokes >= MAX_STROKES || isFull(used)) {
      this.#onFull(used.strokes >= MAX_STROKES ? "strokes" : "points");
      return false;
    }
    this.#used = { ...used };
    this.#ends.length = Math.min(this.#ends.length, used.strokes);
    const ended = this.#ends.length === used.strokes ? this.#ends.at(-1) : undefined;
    const t = Math.round(sample.t);
    this.#last = { x: 0, y: 0, t: ended ?? t, w: 0 };
    this.#add(sample, this.#nib.down(sample));
    return true;
  }

  /** @param {Sample[]} samples */
  move(samples) {
    for (const sample of samples) {
      if (!this.isDown) return;
      const width = this.#nib.move(sample);
      const way = Math.hypot(toGrid(sample.x) - this.#last.x, toGrid(sample.y) - this.#last.y);
      if (way >= NEAREST) this.#add(sample, width);
    }
  }

  /**
   * The stroke with points that are not there yet but likely will be: to be shown, never sent.
   * @param {Sample[]} samples What the browser foresees.
   */
  ahead(samples) {
    if (!this.isDown) return this.#stroke;
    let { x, y } = this.#last;
    const more = samples.flatMap((sample) => {
      const [dx, dy] = [toGrid(sample.x) - x, toGrid(sample.y) - y];
      x += dx;
      y += dy;
      return [dx, dy, 0, 0];
    });
    return [...this.#stroke, ...more];
  }

  /** The pointer is lifted, or the pen is taken away: the stroke ends where it is. */
  up() {
    if (!this.isDown) return;
    this.#ends[this.#used.strokes] = this.#last.t;
    this.#stroke = [];
    this.#flush(true);
  }

  /** Nothing of the stroke under way is handed on any more: the turn is over. */
  drop() {
    this.#stroke = [];
    this.#part = [];
    this.#ends = [];
    this.#cancelFlush?.();
    this.#cancelFlush = null;
  }

  /** @param {Sample} sample @param {number} width */
  #add(sample, width) {
    const point = {
      x: toGrid(sample.x),
      y: toGrid(sample.y),
      t: Math.max(this.#last.t, Math.round(sample.t)),
      w: toWidth(width),
    };
    const numbers = [
      point.x - this.#last.x,
      point.y - this.#last.y,
      toPause(point.t - this.#last.t),
      point.w - this.#last.w,
    ];
    this.#last = point;
    this.#stroke.push(...numbers);
    this.#part.push(...numbers);
    this.#used.points += 1;
    this.#used.bytes += numbers.join().length + 1;
    if (isFull(this.#used)) {
      this.up();
      this.#onFull("points");
    } else this.#cancelFlush ??= this.#clock.after(PART_MS, () => this.#flush(false));
  }

  /**
   * The last point stays behind until the stroke ends, so that the last part is never empty.
   * @param {boolean} end
   */
  #flush(end) {
    this.#cancelFlush?.();
    this.#cancelFlush = null;
    const part = this.#part;
    this.#part = end ? [] : part.splice(-POINT);
    if (part.length > 0) this.#onPart(part, end);
  }
}

/** Whether the ink is used up. @param {Used} used */
function isFull({ points, bytes }) {
  return points >= MAX_POINTS || bytes >= MAX_BYTES;
}
