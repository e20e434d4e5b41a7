/**
 * A finished character settles: it fades from the paper while it appears in the row.
 */

import { part } from "./dom.js";
import { InkCanvas } from "./ink-canvas.js";

/** Must be no shorter than the fading in play.css. */
const SETTLING_MS = 700;

export class Settling {
  #canvas = /** @type {HTMLCanvasElement} */ (part("settling"));
  #ink = new InkCanvas(this.#canvas);
  #timer = 0;

  /** @param {number[][]} strokes */
  show(strokes) {
    this.clear();
    this.#ink.draw(strokes);
    requestAnimationFrame(() => (this.#canvas.dataset.fading = "yes"));
    this.#timer = setTimeout(() => this.clear(), SETTLING_MS);
  }

  clear() {
    clearTimeout(this.#timer);
    delete this.#canvas.dataset.fading;
    this.#ink.draw([]);
  }
}
