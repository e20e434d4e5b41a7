/**
 * A finished work as one small SVG picture, for the gallery and the wall: its characters side by
 * side in their cells. Colours come from the style sheet.
 */

import { GRID } from "../../client/js/protocol.js";
import { outline } from "./outline.js";

const SVG = "http://www.w3.org/2000/svg";
const CELL = GRID + 1;

/** How many characters stand side by side, by how many there are. */
const COLUMNS = [1, 1, 2, 3, 2, 3, 3, 4, 4];

/** @param {string} name @param {Record<string, string>} attributes */
function shape(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

/** Ink in a picture; one of the things that a replay can draw on. */
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

  /** @param {number[][]} strokes @param {number[]} [open] One that still grows. */
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
 * @param {import("./works-api.js").Work} work
 * @returns {{svg: SVGElement, inks: PictureInk[]}} Blank cells, and where their ink goes.
 */
export function makePicture({ chars, phrase }) {
  const isSquare = /^(zh|ja|ko)/.test(phrase.locale);
  // A word is not broken, unless its letters would be too small to read.
  const columns = isSquare || chars.length > 5 ? (COLUMNS[chars.length] ?? 4) : chars.length;
  const rows = Math.ceil(chars.length / columns);
  const edge = 24;
  const box = [-edge, -edge, columns * CELL + 2 * edge, rows * CELL + 2 * edge].join(" ");
  const svg = shape("svg", { class: "picture", viewBox: box, "aria-hidden": "true" });
  const inks = chars.map((_, i) => {
    const place = `translate(${(i % columns) * CELL} ${Math.floor(i / columns) * CELL})`;
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

/** A picture with everything drawn. @param {import("./works-api.js").Work} work */
export function drawnPicture(work) {
  const { svg, inks } = makePicture(work);
  inks.forEach((ink, i) => ink.draw(work.chars[i].strokes));
  return svg;
}
