/**
 * Turns pointer samples into strokes of the wire, and hands them on in parts, about thirty a
 * second. It rounds before it takes differences, so that no rounding adds up along a stroke.
 */

import { systemClock } from "../clock.js";
import { MAX_BYTES, MAX_POINTS, MAX_STROKES, POINT } from "../protocol.js";
import { toGrid, toPause, toWidth } from "./stroke.js";
import { StrokeWidth } from "./stroke-width.js";

/** @import { InkUsage, Sample } from "../types.js" */

const PART_MS = 33;
/** A sample nearer to the last point than this, in grid units, adds no point. */
const MIN_DISTANCE = 10;

export class Pen {
  #onPart;
  #onFull;
  #leastMs;
  #clock;
  #strokeWidth = new StrokeWidth();
  /** @type {number[]} The whole stroke being written; empty: the pen is up. */
  #stroke = [];
  /** @type {number[]} The part not handed on yet. */
  #part = [];
  /** When each stroke of the character ended, rounded. @type {number[]} */
  #ends = [];
  #last = { x: 0, y: 0, t: 0, w: 0 };
  #usage = { strokes: 0, points: 0, bytes: 0 };
  /** @type {(() => void) | null} */
  #cancelFlush = null;

  /**
   * @param {Object} options
   * @param {(part: number[], end: boolean) => void} options.onPart
   * @param {(what: "strokes" | "points") => void} [options.onFull] The character reached a limit.
   * @param {() => number} [options.leastMs] The least time between two parts that the server asks for.
   * @param {import("../types.js").Clock} [options.clock]
   */
  constructor({ onPart, onFull = () => {}, leastMs = () => 0, clock = systemClock }) {
    this.#onPart = onPart;
    this.#onFull = onFull;
    this.#leastMs = leastMs;
    this.#clock = clock;
  }

  /** The stroke being written, with the part not handed on yet. */
  get stroke() {
    return this.#stroke;
  }

  get isDown() {
    return this.#stroke.length > 0;
  }

  /** @param {Sample} sample @param {InkUsage} usage @returns {boolean} False: the character is full. */
  down(sample, usage) {
    if (this.isDown) this.up();
    if (usage.strokes >= MAX_STROKES || isFull(usage)) {
      this.#onFull(usage.strokes >= MAX_STROKES ? "strokes" : "points");
      return false;
    }
    this.#usage = { ...usage };
    this.#ends.length = Math.min(this.#ends.length, usage.strokes);
    const ended = this.#ends.length === usage.strokes ? this.#ends.at(-1) : undefined;
    const t = Math.round(sample.t);
    this.#last = { x: 0, y: 0, t: ended ?? t, w: 0 };
    this.#add(sample, this.#strokeWidth.down(sample));
    return true;
  }

  /** @param {Sample[]} samples */
  move(samples) {
    for (const sample of samples) {
      if (!this.isDown) return;
      const width = this.#strokeWidth.move(sample);
      const distance = Math.hypot(toGrid(sample.x) - this.#last.x, toGrid(sample.y) - this.#last.y);
      if (distance >= MIN_DISTANCE) this.#add(sample, width);
    }
  }

  /** The stroke with predicted samples, to be shown, never sent. @param {Sample[]} predicted */
  withPredicted(predicted) {
    if (!this.isDown) return this.#stroke;
    let { x, y } = this.#last;
    const more = predicted.flatMap((sample) => {
      const [dx, dy] = [toGrid(sample.x) - x, toGrid(sample.y) - y];
      x += dx;
      y += dy;
      return [dx, dy, 0, 0];
    });
    return [...this.#stroke, ...more];
  }

  /** Ends the stroke where it is. */
  up() {
    if (!this.isDown) return;
    this.#ends[this.#usage.strokes] = this.#last.t;
    this.#stroke = [];
    this.#flush(true);
  }

  /** Drops the stroke being written: the turn is over. */
  drop() {
    this.#stroke = [];
    this.#part = [];
    this.#ends = [];
    this.#cancelFlush?.();
    this.#cancelFlush = null;
  }

  get #partMs() {
    return Math.max(PART_MS, this.#leastMs());
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
    this.#usage.points += 1;
    this.#usage.bytes += numbers.join().length + 1;
    if (isFull(this.#usage)) {
      this.up();
      this.#onFull("points");
    } else this.#cancelFlush ??= this.#clock.after(this.#partMs, () => this.#flush(false));
  }

  /** Keeps the newest point until the end, so that the last part is never empty. @param {boolean} end */
  #flush(end) {
    this.#cancelFlush?.();
    this.#cancelFlush = null;
    const part = this.#part;
    this.#part = end ? [] : part.splice(-POINT);
    if (part.length > 0) this.#onPart(part, end);
  }
}

/** @param {InkUsage} usage */
function isFull({ points, bytes }) {
  return points >= MAX_POINTS || bytes >= MAX_BYTES;
}
