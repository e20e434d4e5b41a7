/**
 * Ink on one canvas. While a stroke grows, all but its newest points are painted once onto a layer,
 * so that a frame costs the same for long strokes.
 */

import { GRID, POINT } from "../../../client/js/protocol.js";
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

/** Points in a segment of a growing stroke, and in none because they may be predicted. */
const SEGMENT = 48;
const OVERLAP = 10;
const NEWEST = 12;

/** Points `from` to `to` of a stroke, as a stroke. @param {number[]} stroke @param {number} from @param {number} to */
function segment(stroke, from, to) {
  if (from <= 0) return stroke.slice(0, to * POINT);
  let [x, y, w] = [0, 0, 0];
  for (let at = 0; at <= from * POINT; at += POINT) {
    x += stroke[at];
    y += stroke[at + 1];
    w += stroke[at + 3];
  }
  return [x, y, 0, w, ...stroke.slice((from + 1) * POINT, to * POINT)];
}

/** Called when the colours or the resolution of the screen change. @type {Set<() => void>} */
const onScreenChange = new Set();
const notify = () => onScreenChange.forEach((run) => run());
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", notify);
const watchResolution = () =>
  matchMedia(`(resolution: ${devicePixelRatio}dppx)`).addEventListener("change", () => {
    watchResolution();
    notify();
  }, { once: true });
watchResolution();

export class InkCanvas {
  #canvas;
  #context;
  /** The finished strokes, made when a stroke grows over them. @type {HTMLCanvasElement | null} */
  #layer = null;
  /** @type {number[][]} The strokes on the layer. */
  #layerStrokes = [];
  /** How many segments of the growing stroke are on the layer. */
  #segments = 0;
  /** @type {number[][]} */
  #strokes = [];
  /** @type {number[]} */
  #open = [];
  #side = 0;
  #colour = "";

  /**
   * @param {HTMLCanvasElement} canvas Its CSS colour is the ink's.
   * @param {{live?: boolean}} [options] `live`: the user draws on it, so it skips the compositor's queue.
   */
  constructor(canvas, { live = false } = {}) {
    this.#canvas = canvas;
    this.#context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { desynchronized: live }));
    new ResizeObserver(() => this.#measure()).observe(canvas);
    onScreenChange.add(() => this.#measure());
  }

  /**
   * @param {number[][]} strokes Finished strokes; the same array objects as long as they are unchanged.
   * @param {number[]} [open] A stroke that still grows.
   */
  draw(strokes, open = []) {
    if (sameItems(strokes, this.#strokes) && sameItems(open, this.#open)) return;
    const grows = this.#open.length > 0 && sameItems(this.#open.slice(0, POINT), open.slice(0, POINT));
    if (!grows) this.#layer = null;
    this.#strokes = strokes;
    this.#open = open;
    this.#paint();
  }

  /** Called when size or colour may have changed, because reading them forces a layout. */
  #measure() {
    const canvas = this.#canvas;
    const side = Math.round(canvas.clientWidth * Math.min(devicePixelRatio, 3));
    const colour = getComputedStyle(canvas).color;
    if (side === 0 || (side === this.#side && colour === this.#colour)) return;
    this.#side = side;
    this.#colour = colour;
    canvas.width = canvas.height = side;
    this.#layer = null;
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
    context.drawImage(this.#prepareLayer(), 0, 0);
    this.#setUp(context);
    this.#fillSegment(context, this.#segments, Infinity);
  }

  /** @param {CanvasRenderingContext2D} context @param {number} number @param {number} to */
  #fillSegment(context, number, to) {
    const path = new Path2D();
    trace(segment(this.#open, number * SEGMENT - OVERLAP, to), true, path);
    context.fill(path);
  }

  #prepareLayer() {
    const complete = Math.max(0, Math.floor((this.#open.length / POINT - NEWEST) / SEGMENT));
    const isValid = sameItems(this.#layerStrokes, this.#strokes) && complete >= this.#segments;
    let layer = this.#layer;
    if (!layer || !isValid) {
      layer = this.#layer ??= document.createElement("canvas");
      layer.width = layer.height = this.#side; // Clears it, too.
      this.#layerStrokes = this.#strokes;
      this.#segments = 0;
      this.#fill(contextOf(layer), this.#strokes);
    }
    for (; this.#segments < complete; this.#segments += 1)
      this.#fillSegment(contextOf(layer), this.#segments, (this.#segments + 1) * SEGMENT);
    return layer;
  }

  /** @param {CanvasRenderingContext2D} context @param {number[][]} strokes */
  #fill(context, strokes) {
    this.#setUp(context);
    for (const stroke of strokes) context.fill(shapeOf(stroke));
  }

  /** @param {CanvasRenderingContext2D} context */
  #setUp(context) {
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
