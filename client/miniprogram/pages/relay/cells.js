/**
 * Lays out the characters of a work in a box, in the largest square cells that fit; pure.
 */

import { directionOf } from "../../jielong/client/js/direction.js";
import { columnOf } from "../../jielong/client/js/grid.js";

/** @typedef {{x: number, y: number, side: number}} Cell */
/** @typedef {{x: number, y: number, width: number, height: number}} Box */

/**
 * @param {number} count
 * @param {{text: string, locale: string}} phrase The letters of a word stay on one line.
 * @param {Box} box
 * @returns {Cell[]} In the order of writing, row by row, centred in the box.
 */
export function cellsOf(count, phrase, { x, y, width, height }) {
  const isSquare = /^(zh|ja|ko)/.test(phrase.locale);
  const columns = isSquare ? columnsFor(count, width / height) : count;
  const rows = Math.ceil(count / columns);
  const side = Math.min(width / columns, height / rows);
  const left = x + (width - columns * side) / 2;
  const top = y + (height - rows * side) / 2;
  return Array.from({ length: count }, (_, i) => ({
    x: left + columnOf(i, columns, directionOf(phrase)) * side,
    y: top + Math.floor(i / columns) * side,
    side,
  }));
}

/** The number of columns with the largest cells; of two, the larger number. @param {number} count @param {number} shape */
function columnsFor(count, shape) {
  let best = 1;
  for (let columns = 2; columns <= count; columns += 1)
    if (sideOf(count, columns, shape) >= sideOf(count, best, shape)) best = columns;
  return best;
}

/** @param {number} count @param {number} columns @param {number} shape Width by height. */
function sideOf(count, columns, shape) {
  return Math.min(shape / columns, 1 / Math.ceil(count / columns));
}
