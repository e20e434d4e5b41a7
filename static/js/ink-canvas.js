/**
 * Ink on one canvas, as sharp as the screen is. While a stroke grows, all but its newest stretch is
 * painted once, on a sheet of its own, so that a frame costs little however long the stroke.
 */

import { GRID, POINT } from "../../client/js/protocol.js";
import { trace } from "./brush.js";

/** @type {WeakMap<number[], Path2D>} */
const shapes = new WeakMap();

/** @param {number[]} stroke */
function shapeOf(stroke) {
  let shape = shapes.get(stroke);
  if (!shape) {
    shape = new Path2D();
    trace(stroke, false, shape);
    shapes.set(stroke, shape);
  }
  return shape;
}

/**
 * A growing stroke is painted in stretches of so many points, each begun within the ink of the one
 * before. None holds the newest points, which may only be predicted.
 */
const STRETCH = 48;
const OVERLAP = 10;
const NEWEST = 12;

/** Points `from` to `to` of a stroke, as a stroke. @param {number[]} stroke @param {number} from @param {number} to */
function stretch(stroke, from, to) {
  if (from <= 0) return stroke.slice(0, to * POINT);
  let [x, y, w] = [0, 0, 0];
  for (let at = 0; at <= from * POINT; at += POINT) {
    x += stroke[at];
    y += stroke[at + 1];
    w += stroke[at + 3];
  }
  return [x, y, 0, w, ...stroke.slice((from + 1) * POINT, to * POINT)];
}

const darkness = matchMedia("(prefers-color-scheme: dark)");

export class InkCanvas {
  #canvas;
  #context;
  /** The finished strokes, baked; made when there is something that grows over them. @type {HTMLCanvasElement | null} */
  #sheet = null;
  /** @type {number[][]} What the sheet shows. */
  #baked = [];
  /** How many stretches of the growing stroke it shows, too. */
  #stretches = 0;
  /** @type {number[][]} */
  #strokes = [];
  /** @type {number[]} */
  #open = [];
  #side = 0;
  #colour = "";

  /**
   * @param {HTMLCanvasElement} canvas Its CSS colour is the ink's.
   * @param {{live?: boolean}} [options] `live`: somebody draws on it now, so it may skip the queue.
   */
  constructor(canvas, { live = false } = {}) {
    this.#canvas = canvas;
    this.#context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { desynchronized: live }));
    new ResizeObserver(() => this.#measure()).observe(canvas);
    darkness.addEventListener("change", () => this.#measure());
  }

  /**
   * @param {number[][]} strokes Finished ones; the same array objects as long as they are unchanged.
   * @param {number[]} [open] One that still grows.
   */
  draw(strokes, open = []) {
    if (sameItems(strokes, this.#strokes) && sameItems(open, this.#open)) return;
    const goesOn = this.#open.length > 0 && sameItems(this.#open.slice(0, POINT), open.slice(0, POINT));
    if (!goesOn) this.#sheet = null;
    this.#strokes = strokes;
    this.#open = open;
    this.#paint();
  }

  /** Size and colour are asked for only when they may have changed: both make the browser lay out. */
  #measure() {
    const canvas = this.#canvas;
    const side = Math.round(canvas.clientWidth * Math.min(devicePixelRatio, 3));
    const colour = getComputedStyle(canvas).color;
    if (side === 0 || (side === this.#side && colour === this.#colour)) return;
    this.#side = side;
    this.#colour = colour;
    canvas.width = canvas.height = side;
    this.#sheet = null;
    this.#paint();
  }

  #paint() {
    const side = this.#side;
    if (side === 0) return;
    const context = this.#context;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, side, side);
    if (this.#open.length === 0) {
      this.#fill(context, this.#strokes);
      return;
    }
    context.drawImage(this.#bake(), 0, 0);
    this.#prepare(context);
    this.#fillStretch(context, this.#stretches, Infinity);
  }

  /** @param {CanvasRenderingContext2D} context @param {number} number @param {number} to */
  #fillStretch(context, number, to) {
    const path = new Path2D();
    trace(stretch(this.#open, number * STRETCH - OVERLAP, to), true, path);
    context.fill(path);
  }

  #bake() {
    const settled = Math.max(0, Math.floor((this.#open.length / POINT - NEWEST) / STRETCH));
    const kept = sameItems(this.#baked, this.#strokes) && settled >= this.#stretches;
    let sheet = this.#sheet;
    if (!sheet || !kept) {
      sheet = this.#sheet ??= document.createElement("canvas");
      sheet.width = sheet.height = this.#side; // Wipes it, too.
      this.#baked = this.#strokes;
      this.#stretches = 0;
      this.#fill(contextOf(sheet), this.#strokes);
    }
    for (; this.#stretches < settled; this.#stretches += 1)
      this.#fillStretch(contextOf(sheet), this.#stretches, (this.#stretches + 1) * STRETCH);
    return sheet;
  }

  /** @param {CanvasRenderingContext2D} context @param {number[][]} strokes */
  #fill(context, strokes) {
    this.#prepare(context);
    for (const stroke of strokes) context.fill(shapeOf(stroke));
  }

  /** @param {CanvasRenderingContext2D} context */
  #prepare(context) {
    const unit = this.#side / (GRID + 1);
    context.setTransform(unit, 0, 0, unit, 0, 0);
    context.fillStyle = this.#colour;
  }
}

/** @param {HTMLCanvasElement} canvas */
function contextOf(canvas) {
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
}

/** @param {unknown[]} some @param {unknown[]} others */
function sameItems(some, others) {
  return some.length === others.length && some.every((item, i) => item === others[i]);
}
