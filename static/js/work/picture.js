/**
 * A finished work as one SVG picture, for the gallery and the wall. Style sheets give the colours.
 */

import { directionOf } from "../../../client/js/direction.js";
import { columnOf } from "../../../client/js/grid.js";
import { GRID } from "../../../client/js/protocol.js";
import { outline } from "../shared/outline.js";

const SVG = "http://www.w3.org/2000/svg";
const CELL = GRID + 1;

/** The number of columns, by the number of characters. */
const COLUMNS = [1, 1, 2, 3, 2, 3, 3, 4, 4];

/** @param {string} name @param {Record<string, string>} attributes */
function shape(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

/** The ink of one character in a picture; a replay can draw on it. */
export class PictureInk {
  #group;
  /** @type {Map<number[], SVGElement>} */
  #shapes = new Map();
  #open = shape("path", { d: "" });

  /** @param {SVGElement} group */
  constructor(group) {
    this.#group = group;
    group.append(this.#open);
  }

  /** @param {number[][]} strokes @param {number[]} [open] A stroke that still grows. */
  draw(strokes, open = []) {
    const wanted = new Set(strokes);
    for (const [stroke, element] of this.#shapes)
      if (!wanted.has(stroke)) {
        element.remove();
        this.#shapes.delete(stroke);
      }
    for (const stroke of strokes)
      if (!this.#shapes.has(stroke)) {
        const element = shape("path", { d: outline(stroke) });
        this.#shapes.set(stroke, element);
        this.#group.insertBefore(element, this.#open);
      }
    this.#open.setAttribute("d", open.length > 0 ? outline(open, true) : "");
  }
}

/**
 * @param {import("../shared/work-api.js").Work} work
 * @returns {{svg: SVGElement, inks: PictureInk[]}} Blank cells, and the ink of each.
 */
export function makePicture({ chars, phrase }) {
  const isSquare = /^(zh|ja|ko)/.test(phrase.locale);
  // The letters of a word stay on one line, unless they would be too small to read.
  const columns = isSquare || chars.length > 5 ? (COLUMNS[chars.length] ?? 4) : chars.length;
  const rows = Math.ceil(chars.length / columns);
  const edge = 24;
  const box = [-edge, -edge, columns * CELL + 2 * edge, rows * CELL + 2 * edge].join(" ");
  const svg = shape("svg", { class: "picture", viewBox: box, "aria-hidden": "true" });
  const inks = chars.map((_, i) => {
    const x = columnOf(i, columns, directionOf(phrase)) * CELL;
    const place = `translate(${x} ${Math.floor(i / columns) * CELL})`;
    const group = shape("g", { transform: place });
    group.append(
      shape("path", { class: "picture-cell", d: `M0 0H${CELL}V${CELL}H0Z` }),
      shape("path", { class: "picture-lines", d: `M${CELL / 2} 0V${CELL}M0 ${CELL / 2}H${CELL}M0 0L${CELL} ${CELL}M${CELL} 0L0 ${CELL}` }),
    );
    svg.append(group);
    return new PictureInk(group);
  });
  return { svg, inks };
}

/** A picture with all its ink. @param {import("../shared/work-api.js").Work} work */
export function drawnPicture(work) {
  const { svg, inks } = makePicture(work);
  inks.forEach((ink, i) => ink.draw(work.chars[i].strokes));
  return svg;
}
