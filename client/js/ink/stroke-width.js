/**
 * The width of a stroke at each sample: from the pressure of a pen, or else from the speed of the
 * pointer, where slow is wide.
 */

/** @import { Sample } from "../types.js" */

/** Widths in the wire's unit, 1/255 of 20% of the cell. By speed: */
const THINNEST = 30;
const WIDEST = 118;
const FIRST = 92;
/** By pressure: */
const LIGHTEST = 18;
const HEAVIEST = 150;
/** The speed of the thinnest stroke, in cells a millisecond. */
const FAST = 0.0032;
/** The distance, in cells, over which the width follows, so that it does not jump. */
const FOLLOW = 0.07;

export class StrokeWidth {
  /** @type {Sample | null} */
  #last = null;
  #width = 0;
  #speed = 0;

  /** A stroke begins at this sample. @param {Sample} sample @returns {number} The width there. */
  down(sample) {
    this.#last = sample;
    this.#speed = 0;
    this.#width = sample.kind === "pen" ? fromPressure(sample) : FIRST;
    return this.#width;
  }

  /** @param {Sample} sample @returns {number} The width at this sample. */
  move(sample) {
    const last = this.#last ?? sample;
    const distance = Math.hypot(sample.x - last.x, sample.y - last.y);
    const time = Math.max(1, sample.t - last.t);
    this.#last = sample;
    this.#speed += (distance / time - this.#speed) * 0.5;
    const target = sample.kind === "pen" ? fromPressure(sample) : fromSpeed(this.#speed);
    this.#width += (target - this.#width) * (1 - Math.exp(-distance / FOLLOW));
    return this.#width;
  }
}

/** @param {Sample} sample */
function fromPressure({ pressure }) {
  return LIGHTEST + (HEAVIEST - LIGHTEST) * Math.min(1, Math.max(0, pressure)) ** 0.8;
}

/** @param {number} speed */
function fromSpeed(speed) {
  const share = Math.min(1, speed / FAST);
  return WIDEST - (WIDEST - THINNEST) * share * (2 - share);
}
