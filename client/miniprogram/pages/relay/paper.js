/**
 * Draws ink on a 2D canvas, with the brush of the web page.
 */

import { GRID } from "../../jielong/client/js/protocol.js";
import { trace } from "../../jielong/static/js/shared/brush.js";
import { cellsOf } from "./cells.js";

/** @typedef {{ink: string, lines: string}} Colours */

/** @type {Colours} */
const LIGHT = { ink: "#201a15", lines: "rgba(179, 50, 31, 0.3)" };
/** @type {Colours} */
const DARK = { ink: "#f0e6d4", lines: "rgba(234, 115, 96, 0.34)" };
/** The margin of a finished work, as a share of the sheet. */
const MARGIN = 0.04;

/**
 * One character in its 米字格.
 * @param {any} context
 * @param {import("./cells.js").Cell} cell
 * @param {number[][]} strokes Finished strokes.
 * @param {number[]} [open] A stroke that still grows; may be empty.
 * @param {Colours} [colours]
 */
export function drawCharacter(context, { x, y, side }, strokes, open = [], colours = LIGHT) {
  const unit = side / (GRID + 1);
  context.save();
  context.translate(x, y);
  context.scale(unit, unit);
  rule(context, colours.lines);
  context.fillStyle = colours.ink;
  for (const stroke of strokes) fill(context, stroke, false);
  if (open.length > 0) fill(context, open, true);
  context.restore();
}

/** @param {any} context @param {number[]} stroke @param {boolean} open */
function fill(context, stroke, open) {
  context.beginPath();
  trace(stroke, open, context);
  context.fill();
}

/** @param {any} context @param {string} colour */
function rule(context, colour) {
  const [middle, end] = [(GRID + 1) / 2, GRID + 1];
  context.strokeStyle = colour;
  context.lineWidth = 10;
  context.setLineDash([]);
  context.strokeRect(0, 0, end, end);
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

export class Paper {
  #canvas;
  #context;
  #side = 0;
  #colours = LIGHT;

  /** @param {any} canvas A square canvas node of type 2d. */
  constructor(canvas) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d");
  }

  /** @param {string} [theme] Of the phone: "light" or "dark". Paint again after it. */
  wear(theme) {
    this.#colours = theme === "dark" ? DARK : LIGHT;
  }

  /** @param {number} side In pixels of the screen. @returns {boolean} Whether it changed; the paper is blank then. */
  resize(side) {
    if (side === this.#side) return false;
    this.#side = side;
    this.#canvas.width = this.#canvas.height = side;
    return true;
  }

  /** @param {() => void} run */
  nextFrame(run) {
    this.#canvas.requestAnimationFrame(run);
  }

  /** @param {number[][]} strokes Finished strokes. @param {number[]} open A stroke that still grows; may be empty. */
  draw(strokes, open) {
    this.#clear();
    drawCharacter(this.#context, { x: 0, y: 0, side: this.#side }, strokes, open, this.#colours);
  }

  /** @param {(number[][] | null)[]} chars Of a finished work. @param {{text: string, locale: string}} phrase */
  drawWork(chars, phrase) {
    const edge = this.#side * MARGIN;
    const box = { x: edge, y: edge, width: this.#side - 2 * edge, height: this.#side - 2 * edge };
    this.#clear();
    cellsOf(chars.length, phrase, box).forEach((cell, c) =>
      drawCharacter(this.#context, cell, chars[c] ?? [], [], this.#colours));
  }

  #clear() {
    this.#context.clearRect(0, 0, this.#side, this.#side);
  }
}
