/**
 * A committed character fades from the writing cell while it appears in the phrase row.
 */

import { part } from "../shared/dom.js";
import { InkCanvas } from "../shared/ink-canvas.js";

/** At least as long as the transition in relay.css. */
const FADING_MS = 700;

export class FadingInk {
  #canvas = /** @type {HTMLCanvasElement} */ (part("fading-ink"));
  #ink = new InkCanvas(this.#canvas);
  #timer = 0;

  /** @param {number[][]} strokes */
  show(strokes) {
    this.clear();
    this.#ink.draw(strokes);
    requestAnimationFrame(() => (this.#canvas.dataset.fading = "yes"));
    this.#timer = setTimeout(() => this.clear(), FADING_MS);
  }

  clear() {
    clearTimeout(this.#timer);
    delete this.#canvas.dataset.fading;
    this.#ink.draw([]);
  }
}
