/**
 * Ink on a 2D canvas, with the brush of the web page.
 */

import { GRID } from "../../jielong/client/js/protocol.js";
import { trace } from "../../jielong/static/js/brush.js";

const INK = "#201a15";
const LINES = "rgba(179, 50, 31, 0.3)";

export class Paper {
  #canvas;
  #context;
  #side;

  /**
   * @param {any} canvas A canvas node of type 2d.
   * @param {number} side Of the square it fills, in CSS pixels.
   * @param {number} ratio Of the screen's pixels to those.
   */
  constructor(canvas, side, ratio) {
    this.#canvas = canvas;
    this.#side = side * ratio;
    canvas.width = canvas.height = this.#side;
    this.#context = canvas.getContext("2d");
  }

  /** @param {() => void} run */
  nextFrame(run) {
    this.#canvas.requestAnimationFrame(run);
  }

  /** @param {number[][]} strokes Finished ones. @param {number[]} open One that still grows; may be empty. */
  draw(strokes, open) {
    const context = this.#context;
    const unit = this.#side / (GRID + 1);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.#side, this.#side);
    context.setTransform(unit, 0, 0, unit, 0, 0);
    this.#rule(context);
    context.fillStyle = INK;
    for (const stroke of strokes) this.#fill(stroke, false);
    if (open.length > 0) this.#fill(open, true);
  }

  /** @param {number[]} stroke @param {boolean} open */
  #fill(stroke, open) {
    this.#context.beginPath();
    trace(stroke, open, this.#context);
    this.#context.fill();
  }

  /** The 米字格. @param {any} context */
  #rule(context) {
    const [middle, end] = [(GRID + 1) / 2, GRID + 1];
    context.strokeStyle = LINES;
    context.lineWidth = 8;
    context.setLineDash([70, 60]);
    context.beginPath();
    for (const [x1, y1, x2, y2] of [
      [middle, 0, middle, end],
      [0, middle, end, middle],
      [0, 0, end, end],
      [end, 0, 0, end],
    ]) {
      context.moveTo(x1, y1);
      context.lineTo(x2, y2);
    }
    context.stroke();
    context.setLineDash([]);
  }
}
