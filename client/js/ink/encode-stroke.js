/**
 * The inverse of `decodeStroke`, for clients that make strokes from points.
 */

/** @import { InkPoint, Stroke } from "../types.js" */

/** @param {InkPoint[]} points @returns {Stroke} */
export function encodeStroke(points) {
  /** @type {Stroke} */
  const stroke = [];
  let last = { x: 0, y: 0, w: 0 };
  for (const point of points) {
    stroke.push(point.x - last.x, point.y - last.y, point.dt, point.w - last.w);
    last = point;
  }
  return stroke;
}
