/**
 * Strokes as the wire carries them, and the points they stand for. Whole numbers throughout, so
 * that what is drawn, sent, stored and drawn again is the same to the last unit.
 */

import { GRID, LONGEST_PAUSE, POINT, WIDEST } from "./protocol.js";

/** @import { InkPoint, Stroke } from "./types.js" */

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

/** @param {InkPoint[]} points @returns {Stroke} */
export function encodeStroke(points) {
  /** @type {Stroke} */
  const stroke = [];
  let before = { x: 0, y: 0, w: 0 };
  for (const point of points) {
    stroke.push(point.x - before.x, point.y - before.y, point.dt, point.w - before.w);
    before = point;
  }
  return stroke;
}

/** @param {Stroke[]} strokes */
export function countPoints(strokes) {
  return strokes.reduce((sum, stroke) => sum + stroke.length / POINT, 0);
}

/**
 * Whether a part of a stroke can be the first one: its point lies on the grid and has a width.
 * @param {number[]} part
 */
export function startsStroke(part) {
  const [x, y, , w] = part;
  return x >= 0 && x <= GRID && y >= 0 && y <= GRID && w >= 1 && w <= WIDEST;
}

/** @param {number} unit A coordinate in cells, 0..1 inside. @returns {number} On the grid. */
export function toGrid(unit) {
  return clamp(Math.round(unit * GRID), 0, GRID);
}

/** @param {number} ms */
export function toPause(ms) {
  return clamp(Math.round(ms), 0, LONGEST_PAUSE);
}

/** @param {number} width */
export function toWidth(width) {
  return clamp(Math.round(width), 1, WIDEST);
}

/** @param {number} value @param {number} least @param {number} most */
function clamp(value, least, most) {
  return Math.min(most, Math.max(least, value));
}
