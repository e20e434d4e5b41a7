/**
 * The time of each point of a work, from the first one on; pure. Strokes keep their own times to
 * the millisecond. Pauses between strokes are shortened.
 */

import { POINT } from "../../../client/js/protocol.js";

/** @typedef {number[][]} Character The strokes of a character. */

/** The longest pause between two strokes. */
const MAX_PAUSE_MS = 1500;
/** The pause between two characters. */
const CHARACTER_PAUSE_MS = 700;

/**
 * @typedef {Object} Progress How much of a work is written at some time.
 * @property {number} c The character being written, or the last one.
 * @property {number} finished How many of its strokes are finished.
 * @property {number[]} open The stroke being written so far; empty between strokes.
 */

export class Timeline {
  /** @type {{c: number, s: number, stroke: number[], start: number, times: number[]}[]} */
  #strokes = [];
  /** In milliseconds. */
  duration = 0;

  /** @param {Character[]} chars */
  constructor(chars) {
    let now = 0;
    chars.forEach((strokes, c) =>
      strokes.forEach((stroke, s) => {
        if (s > 0) now += Math.min(stroke[2], MAX_PAUSE_MS);
        else if (c > 0) now += CHARACTER_PAUSE_MS;
        const start = now;
        const times = [0];
        for (let at = POINT; at + POINT <= stroke.length; at += POINT)
          times.push((times.at(-1) ?? 0) + stroke[at + 2]);
        now += times.at(-1) ?? 0;
        this.#strokes.push({ c, s, stroke, start, times });
      }),
    );
    this.duration = now;
  }

  /** @param {number} time In milliseconds. @returns {Progress} */
  at(time) {
    const { c, s, stroke, start, times } = this.#strokes[this.#indexAt(time)];
    const elapsed = time - start;
    const last = times[times.length - 1];
    if (elapsed >= last) return { c, finished: s + 1, open: [] };
    return { c, finished: s, open: partOf(stroke, times, elapsed) };
  }

  /** The index of the stroke that began last before this time. @param {number} time */
  #indexAt(time) {
    let low = 0;
    let high = this.#strokes.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#strokes[middle].start <= time) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/**
 * A stroke up to a time, with a share of the way to the next point.
 * @param {number[]} stroke
 * @param {number[]} times Of its points.
 * @param {number} elapsed Since its first point.
 */
function partOf(stroke, times, elapsed) {
  let points = 1;
  while (points < times.length && times[points] <= elapsed) points += 1;
  const part = stroke.slice(0, points * POINT);
  const share = (elapsed - times[points - 1]) / Math.max(1, times[points] - times[points - 1]);
  for (const step of stroke.slice(points * POINT, (points + 1) * POINT)) part.push(step * share);
  return part;
}
