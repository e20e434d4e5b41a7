/**
 * How wide the brush writes: a pen's pressure, or else the speed of the hand, slow being wide.
 */

/** @import { Sample } from "./types.js" */

/** All widths in the wire's unit, 1/255 of 20% of the cell; speed in cells a millisecond. */
const DEFAULTS = {
  thinnest: 30,
  widest: 118,
  first: 92,
  lightest: 18,
  heaviest: 150,
  fast: 0.0032,
  /** The way, in cells, over which the width follows; a brush does not jump. */
  follow: 0.07,
};

export class Nib {
  #options;
  /** @type {Sample | null} */
  #last = null;
  #width = 0;
  #speed = 0;

  /** @param {Partial<typeof DEFAULTS>} [options] */
  constructor(options = {}) {
    this.#options = { ...DEFAULTS, ...options };
  }

  /** A new stroke begins at this sample. @param {Sample} sample @returns {number} */
  down(sample) {
    this.#last = sample;
    this.#speed = 0;
    this.#width = sample.kind === "pen" ? this.#pressed(sample) : this.#options.first;
    return this.#width;
  }

  /** @param {Sample} sample @returns {number} The width at this sample. */
  move(sample) {
    const last = this.#last ?? sample;
    const way = Math.hypot(sample.x - last.x, sample.y - last.y);
    const time = Math.max(1, sample.t - last.t);
    this.#last = sample;
    this.#speed += (way / time - this.#speed) * 0.5;
    const wanted = sample.kind === "pen" ? this.#pressed(sample) : this.#slowed();
    this.#width += (wanted - this.#width) * (1 - Math.exp(-way / this.#options.follow));
    return this.#width;
  }

  /** @param {Sample} sample */
  #pressed({ pressure }) {
    const { lightest, heaviest } = this.#options;
    return lightest + (heaviest - lightest) * Math.min(1, Math.max(0, pressure)) ** 0.8;
  }

  #slowed() {
    const { thinnest, widest, fast } = this.#options;
    const share = Math.min(1, this.#speed / fast);
    return widest - (widest - thinnest) * share * (2 - share);
  }
}
