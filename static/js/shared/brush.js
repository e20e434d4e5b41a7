/**
 * The shape of a stroke: from the points of the wire to the outline of the ink, pure. The page, the
 * mini-program and the posters all draw with `trace`, so that ink looks the same everywhere.
 */

import { decodeStroke } from "../../../client/js/ink/stroke.js";
import { GRID, MAX_WIDTH } from "../../../client/js/protocol.js";
import { getStroke } from "../../vendor/perfect-freehand/perfect-freehand.js";

/** @import { InkPoint } from "../../../client/js/types.js" */

/** The longer radius of the widest nib, in grid units. */
const WIDEST_RADIUS = GRID * 0.112;
/** The size that perfect-freehand smooths by. The width comes from the points alone. */
const SIZE = GRID * 0.03;

/** The taper at the start, and the longest and shortest taper at the end, in grid units. */
const ENTRY = GRID * 0.035;
const LONGEST_EXIT = GRID * 0.34;
const SHORTEST_EXIT = GRID * 0.025;
/** The speed of the longest taper, in grid units a millisecond, and the time that measures it. */
const FLICK = GRID * 0.0035;
const END_MS = 60;

/** The nib is an ellipse: its angle to the horizontal, and its short axis as a share of the long one. */
const NIB_ANGLE = (38 * Math.PI) / 180;
const FLATNESS = 0.7;
/** The number of corners of a dot. */
const DOT_CORNERS = 12;
const NIB_COS = Math.cos(NIB_ANGLE);
const NIB_SIN = Math.sin(NIB_ANGLE);

const OPTIONS = {
  size: SIZE,
  thinning: 1,
  smoothing: 0.45,
  streamline: 0.38,
  simulatePressure: false,
  easing: (/** @type {number} */ share) => (share * WIDEST_RADIUS) / SIZE,
};

/**
 * Draws the outline onto a path, on a square of 4096 units, to be filled by the nonzero rule.
 * @param {number[]} stroke
 * @param {boolean} open The stroke still grows, so its end has no taper.
 * @param {Pick<CanvasPath, "moveTo" | "quadraticCurveTo" | "closePath">} path
 */
export function trace(stroke, open, path) {
  const points = decodeStroke(stroke);
  if (points.length === 0) return;
  const still = points.every(({ x, y }) => x === points[0].x && y === points[0].y);
  closedCurve(still ? dot(points[0]) : shapeOf(points, open), path);
}

/** @param {InkPoint[]} points @param {boolean} open @returns {[number, number][]} */
function shapeOf(points, open) {
  const input = points.map(({ x, y, w }) => [...scaleAcrossNib(x, y, 1 / FLATNESS), w / MAX_WIDTH]);
  const total = length(points);
  const start = { taper: Math.min(ENTRY, total * 0.4), easing: startTaper };
  const end = open ? {} : { taper: Math.min(exitOf(points), total * 0.5), easing: endTaper };
  const shape = getStroke(input, { ...OPTIONS, start, end, last: !open });
  return shape.map(([x, y]) => scaleAcrossNib(x, y, FLATNESS));
}

/**
 * Scales a point across the nib, a slanted ellipse. perfect-freehand knows only a round nib: points
 * are stretched, shaped with a round nib, and squeezed back.
 * @param {number} x @param {number} y @param {number} squeeze Factor across the nib.
 * @returns {[number, number]}
 */
function scaleAcrossNib(x, y, squeeze) {
  const along = x * NIB_COS + y * NIB_SIN;
  const across = (y * NIB_COS - x * NIB_SIN) * squeeze;
  return [along * NIB_COS - across * NIB_SIN, along * NIB_SIN + across * NIB_COS];
}

/** @param {number} share 0 to 1 of the taper @returns {number} The width, from a half to 1. */
function startTaper(share) {
  return 0.5 + 0.5 * share * (2 - share);
}

/** @param {number} share 1 to 0, towards the tip @returns {number} The width. */
function endTaper(share) {
  return 0.1 + 0.9 * Math.sin((share * Math.PI) / 2);
}

/** The taper at the end: none when the pointer came to rest, long after a flick. @param {InkPoint[]} points */
function exitOf(points) {
  let time = 0;
  let moved = 0;
  for (let i = points.length - 1; i > 0 && time < END_MS; i -= 1) {
    time += points[i].dt;
    moved += distance(points[i], points[i - 1]);
  }
  const share = Math.min(1, moved / Math.max(1, time) / FLICK);
  const exit = LONGEST_EXIT * share * share;
  return exit < SHORTEST_EXIT ? 0 : exit;
}

/** @param {InkPoint[]} points */
function length(points) {
  let sum = 0;
  for (let i = 1; i < points.length; i += 1) sum += distance(points[i], points[i - 1]);
  return sum;
}

/** @param {InkPoint} one @param {InkPoint} other */
function distance(one, other) {
  return Math.hypot(one.x - other.x, one.y - other.y);
}

/** The shape of a stroke that does not move. @param {InkPoint} point @returns {[number, number][]} */
function dot({ x, y, w }) {
  const radius = (w / MAX_WIDTH) * WIDEST_RADIUS;
  return Array.from({ length: DOT_CORNERS }, (_, i) => {
    const angle = (i / DOT_CORNERS) * 2 * Math.PI;
    const [dx, dy] = scaleAcrossNib(radius * Math.cos(angle), radius * Math.sin(angle), FLATNESS);
    return [x + dx, y + dy];
  });
}

/**
 * Draws a smooth curve through the midpoints between the points.
 * @param {[number, number][]} points
 * @param {Pick<CanvasPath, "moveTo" | "quadraticCurveTo" | "closePath">} path
 */
function closedCurve(points, path) {
  if (points.length < 3) return;
  let [x, y] = points[points.length - 1];
  path.moveTo((x + points[0][0]) / 2, (y + points[0][1]) / 2);
  for (let i = 0; i < points.length; i += 1) {
    [x, y] = points[i];
    const [nextX, nextY] = points[i + 1 < points.length ? i + 1 : 0];
    path.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2);
  }
  path.closePath();
}
