/**
 * Plays the partner's live ink as it was written: the parts come in jerks, the stroke flows. A
 * small delay, grown when the line is uneven, takes the jerks up; every point then appears at its
 * own time, which the wire carries. Pure but for what it remembers; the time is handed in.
 */

import { POINT } from "./protocol.js";

/** @import { LiveInk, Stroke, Track } from "./types.js" */

/** The delay to begin with, the longest it grows to, and how much it shrinks with each good stroke. */
export const LEAD_MS = 90;
export const MOST_LEAD_MS = 320;
const EASE_MS = 10;
/** What is further behind than this is played faster, so that it is caught up within this time. */
export const MOST_BEHIND_MS = 700;
/** Taken back and written again within this time is the same ink sent anew; nothing blinks. */
export const AGAIN_MS = 150;

export class Playout {
  #c = -1;
  /** @type {Track[]} */
  #tracks = [];
  #open = false;
  #lead = LEAD_MS;
  /** What was taken back a moment ago and is shown until it comes again or the time is over. */
  #gone = { strokes: /** @type {Stroke[]} */ ([]), until: 0 };

  /** The delay at present, in milliseconds. */
  get lead() {
    return this.#lead;
  }

  /**
   * What has come by now. Cheap when nothing is new.
   * @param {LiveInk | null} live
   * @param {number} now
   */
  feed(live, now) {
    if (!live || live.c !== this.#c) this.#begin(live?.c ?? -1);
    if (!live) return;
    if (live.strokes.length < this.#tracks.length) this.#takeBack(live.strokes.length, now);
    live.strokes.forEach((stroke, s) => this.#take(stroke, s, now));
    this.#open = live.open;
    if (live.strokes.length >= this.#gone.strokes.length) this.#gone.until = 0;
  }

  /**
   * What is to be seen at this moment.
   * @param {number} now
   * @returns {{strokes: Stroke[], open: Stroke, more: boolean}} Finished strokes (the same arrays
   *   as long as they are unchanged), the one that grows, and whether another frame will differ.
   */
  at(now) {
    if (now < this.#gone.until) return { strokes: this.#gone.strokes, open: [], more: true };
    /** @type {Stroke[]} */
    const strokes = [];
    for (const [s, { points, due }] of this.#tracks.entries()) {
      const seen = countUpTo(due, now);
      const last = s === this.#tracks.length - 1;
      if (seen < due.length) return { strokes, open: points.slice(0, seen * POINT), more: true };
      if (last && this.#open) return { strokes, open: points, more: false };
      strokes.push(points);
    }
    return { strokes, open: [], more: false };
  }

  /** @param {number} c */
  #begin(c) {
    this.#c = c;
    this.#tracks = [];
    this.#open = false;
    this.#gone = { strokes: [], until: 0 };
  }

  /** @param {number} count @param {number} now */
  #takeBack(count, now) {
    const { strokes, open } = this.at(now);
    const seen = open.length > 0 ? [...strokes, open] : strokes;
    this.#gone = { strokes: seen, until: now + AGAIN_MS };
    this.#tracks.length = count;
  }

  /** @param {Stroke} stroke @param {number} s @param {number} now */
  #take(stroke, s, now) {
    const old = this.#tracks[s];
    if (old?.points === stroke) return;
    const goesOn = old !== undefined && startsWith(stroke, old.points);
    const due = goesOn ? old.due : [];
    const known = due.length;
    this.#tracks[s] = { points: stroke, due };
    if (!goesOn) this.#tracks.length = s + 1;
    const count = stroke.length / POINT;
    const seenBefore = this.#wasSeen(stroke, s);
    if (known === 0 && count > 0) due.push(seenBefore > 0 ? now : this.#startOf(stroke, s, now));
    let late = 0;
    for (let i = due.length; i < count; i += 1) {
      const time = i < seenBefore ? now : due[i - 1] + stroke[i * POINT + 2];
      late = Math.max(late, i === known ? now - time : 0);
      due.push(Math.max(time, i === known ? now : 0));
    }
    if (late > 0 && known > 0) this.#lead = Math.min(MOST_LEAD_MS, this.#lead + late);
    this.#hurry(now);
  }

  /**
   * When a new stroke begins: after the pause that the hand made, unless that is already over, or
   * so far off that only the line can be to blame.
   * @param {Stroke} stroke @param {number} s @param {number} now
   */
  #startOf(stroke, s, now) {
    const before = this.#tracks[s - 1]?.due.at(-1);
    const soon = now + this.#lead;
    if (before === undefined) return soon;
    this.#lead = Math.max(LEAD_MS, this.#lead - EASE_MS);
    const rhythm = before + stroke[2];
    return rhythm < now || rhythm > soon + this.#lead ? Math.max(soon, before) : rhythm;
  }

  /** How many points of this stroke stood there before it was taken back. @param {Stroke} stroke @param {number} s */
  #wasSeen(stroke, s) {
    const old = this.#gone.until > 0 ? this.#gone.strokes[s] : undefined;
    if (!old) return 0;
    if (startsWith(stroke, old)) return old.length / POINT;
    return startsWith(old, stroke) ? stroke.length / POINT : 0;
  }

  /** Squeezes what waits into the longest time it may take. @param {number} now */
  #hurry(now) {
    const behind = (this.#tracks.at(-1)?.due.at(-1) ?? now) - now;
    if (behind <= MOST_BEHIND_MS) return;
    for (const { due } of this.#tracks)
      for (let i = due.length - 1; i >= 0 && due[i] > now; i -= 1)
        due[i] = now + ((due[i] - now) * MOST_BEHIND_MS) / behind;
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
