/**
 * A jitter buffer for the partner's live ink. Parts of strokes arrive unevenly; the buffer delays
 * them a little and then shows every point at the time at which it was written, which the wire
 * carries. The delay grows when the network is uneven. The caller passes the time.
 */

import { POINT } from "../protocol.js";

/** @import { LiveInk, Stroke, TimedStroke } from "../types.js" */

/** The initial delay, the largest delay, and how much a punctual stroke shortens it. */
export const DELAY_MS = 90;
export const MAX_DELAY_MS = 320;
const DELAY_STEP_MS = 10;
/** Ink that is further behind than this is shown faster, so that it catches up within this time. */
export const MAX_BEHIND_MS = 700;
/** Ink that is taken back and sent again within this time stays visible, so that it does not blink. */
export const RESEND_MS = 150;

export class JitterBuffer {
  #c = -1;
  /** @type {TimedStroke[]} */
  #strokes = [];
  #open = false;
  #delay = DELAY_MS;
  /** Ink taken back a moment ago, shown until it comes again or the time is over. */
  #takenBack = { strokes: /** @type {Stroke[]} */ ([]), until: 0 };

  /** The present delay in milliseconds. */
  get delay() {
    return this.#delay;
  }

  /**
   * Takes the live ink as it is now. Cheap when nothing is new.
   * @param {LiveInk | null} live
   * @param {number} now
   */
  push(live, now) {
    if (!live || live.c !== this.#c) this.#begin(live?.c ?? -1);
    if (!live) return;
    if (live.strokes.length < this.#strokes.length) this.#takeBack(live.strokes.length, now);
    live.strokes.forEach((stroke, s) => this.#schedule(stroke, s, now));
    this.#open = live.open;
    if (live.strokes.length >= this.#takenBack.strokes.length) this.#takenBack.until = 0;
  }

  /**
   * The ink to show now.
   * @param {number} now
   * @returns {{strokes: Stroke[], open: Stroke, more: boolean}} Finished strokes (the same arrays
   *   as long as they are unchanged), the growing one, and whether a later frame will differ.
   */
  at(now) {
    if (now < this.#takenBack.until) return { strokes: this.#takenBack.strokes, open: [], more: true };
    /** @type {Stroke[]} */
    const strokes = [];
    for (const [s, { points, due }] of this.#strokes.entries()) {
      const shown = countUpTo(due, now);
      const last = s === this.#strokes.length - 1;
      if (shown < due.length) return { strokes, open: points.slice(0, shown * POINT), more: true };
      if (last && this.#open) return { strokes, open: points, more: false };
      strokes.push(points);
    }
    return { strokes, open: [], more: false };
  }

  /** @param {number} c */
  #begin(c) {
    this.#c = c;
    this.#strokes = [];
    this.#open = false;
    this.#takenBack = { strokes: [], until: 0 };
  }

  /** @param {number} count @param {number} now */
  #takeBack(count, now) {
    const { strokes, open } = this.at(now);
    const shown = open.length > 0 ? [...strokes, open] : strokes;
    this.#takenBack = { strokes: shown, until: now + RESEND_MS };
    this.#strokes.length = count;
  }

  /** @param {Stroke} stroke @param {number} s @param {number} now */
  #schedule(stroke, s, now) {
    const old = this.#strokes[s];
    if (old?.points === stroke) return;
    const grows = old !== undefined && startsWith(stroke, old.points);
    const due = grows ? old.due : [];
    const known = due.length;
    this.#strokes[s] = { points: stroke, due };
    if (!grows) this.#strokes.length = s + 1;
    const count = stroke.length / POINT;
    const shownBefore = this.#countShownBefore(stroke, s);
    if (known === 0 && count > 0) due.push(shownBefore > 0 ? now : this.#startOf(stroke, s, now));
    let late = 0;
    for (let i = due.length; i < count; i += 1) {
      const time = i < shownBefore ? now : due[i - 1] + stroke[i * POINT + 2];
      late = Math.max(late, i === known ? now - time : 0);
      due.push(Math.max(time, i === known ? now : 0));
    }
    if (late > 0 && known > 0) this.#delay = Math.min(MAX_DELAY_MS, this.#delay + late);
    this.#catchUp(now);
  }

  /**
   * When a new stroke begins: after the pause of the writer, unless that time is over already, or
   * so far off that only the network can be the reason.
   * @param {Stroke} stroke @param {number} s @param {number} now
   */
  #startOf(stroke, s, now) {
    const lastEnd = this.#strokes[s - 1]?.due.at(-1);
    const soon = now + this.#delay;
    if (lastEnd === undefined) return soon;
    this.#delay = Math.max(DELAY_MS, this.#delay - DELAY_STEP_MS);
    const written = lastEnd + stroke[2];
    return written < now || written > soon + this.#delay ? Math.max(soon, lastEnd) : written;
  }

  /** How many points of this stroke were visible before it was taken back. @param {Stroke} stroke @param {number} s */
  #countShownBefore(stroke, s) {
    const old = this.#takenBack.until > 0 ? this.#takenBack.strokes[s] : undefined;
    if (!old) return 0;
    if (startsWith(stroke, old)) return old.length / POINT;
    return startsWith(old, stroke) ? stroke.length / POINT : 0;
  }

  /** Shortens the times of waiting points, so that the last one is at most `MAX_BEHIND_MS` away. @param {number} now */
  #catchUp(now) {
    const behind = (this.#strokes.at(-1)?.due.at(-1) ?? now) - now;
    if (behind <= MAX_BEHIND_MS) return;
    for (const { due } of this.#strokes)
      for (let i = due.length - 1; i >= 0 && due[i] > now; i -= 1)
        due[i] = now + ((due[i] - now) * MAX_BEHIND_MS) / behind;
  }
}

/** @param {number[]} due Ascending. @param {number} now */
function countUpTo(due, now) {
  let count = due.length;
  while (count > 0 && due[count - 1] > now) count -= 1;
  return count;
}

/** @param {Stroke} whole @param {Stroke} start */
function startsWith(whole, start) {
  if (start.length > whole.length) return false;
  for (let i = 0; i < start.length; i += 1) if (whole[i] !== start[i]) return false;
  return true;
}
