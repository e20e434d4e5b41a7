/**
 * Decides what becomes of a stroke that the browser interrupted, which may have been a palm. Android
 * asks apps to roll such a gesture back. But palms move little, and about 250 ms tell them from a pen
 * (Schwarz et al., doi.org/10.1145/2556288.2557056).
 */

import { GRID } from "../protocol.js";
import { decodeStroke } from "./stroke.js";

/** A younger stroke may still be a palm. */
const MIN_WRITING_MS = 250;
/** A smaller stroke is a contact that rests. In cells; about 6 mm on a phone. */
const MIN_WRITING_EXTENT = 0.12;

/** False: take the stroke back. @param {import("../types.js").Stroke} stroke */
export function isWriting(stroke) {
  const points = decodeStroke(stroke);
  const ms = points.slice(1).reduce((sum, { dt }) => sum + dt, 0);
  /** @param {number[]} values */
  const extent = (values) => (Math.max(...values) - Math.min(...values)) / GRID;
  const size = Math.max(extent(points.map(({ x }) => x)), extent(points.map(({ y }) => y)));
  return ms >= MIN_WRITING_MS && size >= MIN_WRITING_EXTENT;
}
