/**
 * Strokes as the wire carries them, and the points that they encode. All numbers are integers, so
 * that a stroke is the same to the last unit wherever it is drawn, sent or stored.
 */

import { GRID, MAX_PAUSE_MS, MAX_WIDTH, POINT } from "../protocol.js";

/** @import { InkPoint, Stroke } from "../types.js" */

/** @param {Stroke} stroke @returns {InkPoint[]} */
export function decodeStroke(stroke) {
  /** @type {InkPoint[]} */
  const points = [];
  let x = 0;
  let y = 0;
  let w = 0;
  for (let at = 0; at + POINT <= stroke.length; at += POINT) {
    x += stroke[at];
    y += stroke[at + 1];
    w += stroke[at + 3];
    points.push({ x, y, dt: stroke[at + 2], w });
  }
  return points;
}

/** @param {Stroke[]} strokes */
export function countPoints(strokes) {
  return strokes.reduce((sum, stroke) => sum + stroke.length / POINT, 0);
}

/**
 * Whether a part of a stroke can be the first one: its point is on the grid and has a width.
 * @param {number[]} part
 */
export function startsStroke(part) {
  const [x, y, , w] = part;
  return x >= 0 && x <= GRID && y >= 0 && y <= GRID && w >= 1 && w <= MAX_WIDTH;
}

/** @param {number} share A coordinate as a share of the cell, 0..1 inside. @returns {number} On the grid. */
export function toGrid(share) {
  return clamp(Math.round(share * GRID), 0, GRID);
}

/** @param {number} ms @returns {number} As a `dt` of the wire. */
export function toPause(ms) {
  return clamp(Math.round(ms), 0, MAX_PAUSE_MS);
}

/** @param {number} width @returns {number} As a `w` of the wire. */
export function toWidth(width) {
  return clamp(Math.round(width), 1, MAX_WIDTH);
}

/** @param {number} value @param {number} min @param {number} max */
function clamp(value, min, max) {
  return Math.min(max, Math.max(min, value));
}
