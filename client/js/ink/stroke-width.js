/**
 * The width of a stroke at each sample: from the pressure of a pen, or else from the speed of the
 * pointer, where slow is wide.
 */

/** @import { Sample } from "../types.js" */

/** Widths in the wire's unit, 1/255 of 20% of the cell. Speed in cells a millisecond. */
const DEFAULTS = {
  thinnest: 30,
  widest: 118,
  first: 92,
  lightest: 18,
  heaviest: 150,
  fast: 0.0032,
  /** The distance, in cells, over which the width follows, so that it does not jump. */
  follow: 0.07,
};

export class StrokeWidth {
  #options;
  /** @type {Sample | null} */
  #last = null;
  #width = 0;
  #speed = 0;

  /** @param {Partial<typeof DEFAULTS>} [options] */
  constructor(options = {}) {
    this.#options = { ...DEFAULTS, ...options };
  }

  /** A stroke begins at this sample. @param {Sample} sample @returns {number} The width there. */
  down(sample) {
    this.#last = sample;
    this.#speed = 0;
    this.#width = sample.kind === "pen" ? this.#fromPressure(sample) : this.#options.first;
    return this.#width;
  }

  /** @param {Sample} sample @returns {number} The width at this sample. */
  move(sample) {
    const last = this.#last ?? sample;
    const distance = Math.hypot(sample.x - last.x, sample.y - last.y);
    const time = Math.max(1, sample.t - last.t);
    this.#last = sample;
    this.#speed += (distance / time - this.#speed) * 0.5;
    const target = sample.kind === "pen" ? this.#fromPressure(sample) : this.#fromSpeed();
    this.#width += (target - this.#width) * (1 - Math.exp(-distance / this.#options.follow));
    return this.#width;
  }

  /** @param {Sample} sample */
  #fromPressure({ pressure }) {
    const { lightest, heaviest } = this.#options;
    return lightest + (heaviest - lightest) * Math.min(1, Math.max(0, pressure)) ** 0.8;
  }

  #fromSpeed() {
    const { thinnest, widest, fast } = this.#options;
    const share = Math.min(1, this.#speed / fast);
    return widest - (widest - thinnest) * share * (2 - share);
  }
}
