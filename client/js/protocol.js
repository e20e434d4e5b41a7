/**
 * Constants of the wire protocol `jielong.v1`.
 */

/** Both coordinates of the writing cell run from 0 to this, y down. */
export const GRID = 4095;
/** Numbers in a point of a stroke: x, y, dt, w. */
export const POINT = 4;
/** The largest width of a stroke; it is 20% of the cell. */
export const MAX_WIDTH = 255;
/** The longest time between two points. */
export const MAX_PAUSE_MS = 60_000;
export const MAX_STROKES = 64;
export const MAX_POINTS = 4096;
/** Bytes of a character's strokes as JSON, so that a `commit` fits into a frame of 64 KiB. */
export const MAX_BYTES = 65_000;

/** The reactions, in the order in which a page shows them. */
export const REACTIONS = /** @type {const} */ (["clap", "heart", "fire", "smile", "fan"]);

/** The reasons of a report, in the order in which a page shows them. */
export const REPORT_REASONS = /** @type {const} */ (["obscene", "idle", "other"]);

/** The close code when this participant connected again from somewhere else. */
export const CLOSED_ELSEWHERE = 4001;
