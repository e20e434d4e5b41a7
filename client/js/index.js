/**
 * The core's front door: everything a page or a mini-program needs, without a DOM.
 */

export { Connection } from "./connection.js";
export { Relay } from "./relay.js";
export { Pen } from "./pen.js";
export { reduce } from "./reduce.js";
export { effects } from "./effects.js";
export {
  canWrite, hasInk, initialState, mayLeaveInk, partnerIsNeeded, screenOf, strokesOf, usedInk,
} from "./state.js";
export { Playout } from "./playout.js";
export { decodeStroke, encodeStroke } from "./ink.js";
export { GRID, MAX_POINTS, MAX_STROKES, REACTIONS, REPORT_REASONS, WIDEST } from "./protocol.js";
