/**
 * The shape of a stroke as SVG path data.
 */

import { trace } from "./brush.js";

/**
 * @param {number[]} stroke As on the wire.
 * @param {boolean} [open] The stroke still grows, so its end has no taper.
 * @returns {string} SVG path data in grid units; empty for a stroke without points.
 */
export function outline(stroke, open = false) {
  /** @type {string[]} */
  const parts = [];
  trace(stroke, open, {
    moveTo: (x, y) => parts.push(`M${round(x)} ${round(y)}`),
    quadraticCurveTo: (cx, cy, x, y) => parts.push(`Q${round(cx)} ${round(cy)} ${round(x)} ${round(y)}`),
    closePath: () => parts.push("Z"),
  });
  return parts.join("");
}

/** @param {number} value */
function round(value) {
  return Math.round(value * 10) / 10;
}
