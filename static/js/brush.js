/**
 * The shape of a stroke: from the wire's points to the outline of the ink, pure. One's own ink,
 * the partner's and a finished work all come through here, so they look alike.
 *
 * `trace(stroke, open, path)` is what other modules may count on: the same numbers give the same
 * path, to be filled by the nonzero rule on a square of 4096 units.
 */

import { decodeStroke } from "../../client/js/ink/stroke.js";
import { GRID, MAX_WIDTH } from "../../client/js/protocol.js";
import { getStroke } from "../vendor/perfect-freehand/perfect-freehand.js";

/** @import { InkPoint } from "../../client/js/types.js" */

/** The widest nib's longer radius, in grid units; its two axes are 20% of the cell in the mean. */
const WIDEST_RADIUS = GRID * 0.112;
/** What the geometry smooths by; the width is told by the points alone. */
const SIZE = GRID * 0.03;

/** A stroke enters over this way, and a quick one leaves over up to that; both in grid units. */
const ENTRY = GRID * 0.035;
const LONGEST_EXIT = GRID * 0.34;
/** A shorter tail than this would look cut off: the stroke ends round instead. */
const SHORTEST_EXIT = GRID * 0.025;
/** The speed, in grid units a millisecond, from which a stroke leaves with its longest tail. */
const FLICK = GRID * 0.0035;
/** How long before its end the speed of a stroke's leaving is taken, in milliseconds. */
const LEAVING_MS = 60;

/** How the nib lies: its angle to the horizontal, and its short axis as a share of the long one. */
const NIB_ANGLE = (38 * Math.PI) / 180;
const FLATNESS = 0.7;
/** A dot is drawn through so many points. */
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
 * The same outline, drawn onto a `Path2D` or its like.
 * @param {number[]} stroke
 * @param {boolean} open
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
  const input = points.map(({ x, y, w }) => [...turned(x, y, 1 / FLATNESS), w / MAX_WIDTH]);
  const way = length(points);
  const start = { taper: Math.min(ENTRY, way * 0.4), easing: entering };
  const end = open ? {} : { taper: Math.min(exitOf(points), way * 0.5), easing: leaving };
  const shape = getStroke(input, { ...OPTIONS, start, end, last: !open });
  return shape.map(([x, y]) => turned(x, y, FLATNESS));
}

/**
 * The brush is a slanted ellipse, for cut heads and for falling strokes thicker than lying ones.
 * An ellipse is a circle on squeezed paper: stretch it, shape a round stroke, let it go.
 * @param {number} x @param {number} y @param {number} squeeze Across the nib.
 * @returns {[number, number]}
 */
function turned(x, y, squeeze) {
  const along = x * NIB_COS + y * NIB_SIN;
  const across = (y * NIB_COS - x * NIB_SIN) * squeeze;
  return [along * NIB_COS - across * NIB_SIN, along * NIB_SIN + across * NIB_COS];
}

/** The brush is set down, not stuck in: it begins at some width. @param {number} share 0 to 1 of the entry */
function entering(share) {
  return 0.5 + 0.5 * share * (2 - share);
}

/** @param {number} share 1 to 0, towards the tip */
function leaving(share) {
  return 0.1 + 0.9 * Math.sin((share * Math.PI) / 2);
}

/**
 * How long a tail the stroke has: none when the hand came to rest, a long one after a flick.
 * @param {InkPoint[]} points
 */
function exitOf(points) {
  let time = 0;
  let way = 0;
  for (let i = points.length - 1; i > 0 && time < LEAVING_MS; i -= 1) {
    time += points[i].dt;
    way += distance(points[i], points[i - 1]);
  }
  const share = Math.min(1, way / Math.max(1, time) / FLICK);
  const exit = LONGEST_EXIT * share * share;
  return exit < SHORTEST_EXIT ? 0 : exit;
}

/** @param {InkPoint[]} points */
function length(points) {
  let way = 0;
  for (let i = 1; i < points.length; i += 1) way += distance(points[i], points[i - 1]);
  return way;
}

/** @param {InkPoint} one @param {InkPoint} other */
function distance(one, other) {
  return Math.hypot(one.x - other.x, one.y - other.y);
}

/** The nib set down and lifted. @param {InkPoint} point @returns {[number, number][]} */
function dot({ x, y, w }) {
  const radius = (w / MAX_WIDTH) * WIDEST_RADIUS;
  return Array.from({ length: DOT_CORNERS }, (_, i) => {
    const angle = (i / DOT_CORNERS) * 2 * Math.PI;
    const [dx, dy] = turned(radius * Math.cos(angle), radius * Math.sin(angle), FLATNESS);
    return [x + dx, y + dy];
  });
}

/**
 * A smooth curve through the middles between the points.
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
