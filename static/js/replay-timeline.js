/**
 * When each point of a work was written, counted from its first one; pure. The hand's own time is
 * kept to the millisecond. Only the waiting between strokes is shortened, where nothing moves.
 */

import { POINT } from "../../client/js/protocol.js";

/** @typedef {number[][]} Character Its strokes. */

/** The longest rest between two strokes. */
const LONGEST_REST_MS = 1500;
/** Between one hand's last stroke and the other hand's first one. */
const HANDOVER_MS = 700;

/**
 * @typedef {Object} Moment How far a work is written at some time.
 * @property {number} c The character under the brush, or the last one.
 * @property {number} whole How many of its strokes are finished.
 * @property {number[]} open The stroke under way, as far as it goes; empty between strokes.
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
        if (s > 0) now += Math.min(stroke[2], LONGEST_REST_MS);
        else if (c > 0) now += HANDOVER_MS;
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

  /** @param {number} time In milliseconds. @returns {Moment} */
  at(time) {
    const { c, s, stroke, start, times } = this.#strokes[this.#under(time)];
    const gone = time - start;
    const last = times[times.length - 1];
    if (gone >= last) return { c, whole: s + 1, open: [] };
    return { c, whole: s, open: partOf(stroke, times, gone) };
  }

  /** The index of the stroke that began last. @param {number} time */
  #under(time) {
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
 * A stroke up to a time in it, the way to the next point included.
 * @param {number[]} stroke
 * @param {number[]} times Of its points.
 * @param {number} gone
 */
function partOf(stroke, times, gone) {
  let points = 1;
  while (points < times.length && times[points] <= gone) points += 1;
  const part = stroke.slice(0, points * POINT);
  const share = (gone - times[points - 1]) / Math.max(1, times[points] - times[points - 1]);
  for (const step of stroke.slice(points * POINT, (points + 1) * POINT)) part.push(step * share);
  return part;
}
