/**
 * The facts of the wire protocol `jielong.v1`: its limits and the shape of every message.
 * No behaviour lives here; the other modules take their numbers and types from this one.
 */

/** Both coordinates of the writing cell run from 0 to this, y down. */
export const GRID = 4095;
/** Numbers in a point of a stroke: x, y, dt, w. */
export const POINT = 4;
/** The widest nib; it is 20% of the cell. */
export const WIDEST = 255;
/** The longest time between two points that a stroke can tell, in milliseconds. */
export const LONGEST_PAUSE = 60_000;
export const MAX_STROKES = 64;
export const MAX_POINTS = 4096;
/** Bytes of a character's strokes as JSON; with the rest of a `commit` it stays below a frame's 64 KiB. */
export const MAX_BYTES = 65_000;

/** The reactions there are, in the order they are shown. */
export const REACTIONS = /** @type {const} */ (["clap", "heart", "fire", "smile", "fan"]);

/** Why somebody may be reported, in the order it is asked. */
export const REPORT_REASONS = /** @type {const} */ (["obscene", "idle", "other"]);

/** The close code that says: this participant connected again somewhere else. */
export const CLOSED_ELSEWHERE = 4001;
