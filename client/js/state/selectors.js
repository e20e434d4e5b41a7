/**
 * Selectors: what a page wants to know of a state.
 */

import { countPoints } from "../ink/stroke.js";

/** @import { Draft, InkUsage, Room, Screen, State } from "../types.js" */

/** The screen that the page shows. @param {State} state @returns {Screen} */
export function screenOf(state) {
  const { connection, room } = state;
  if (connection.status === "elsewhere") return "elsewhere";
  if (state.campaign && !state.campaign.open && !room && !state.done) return "closed";
  if (connection.status !== "online") {
    if (!state.welcomed) return connection.status === "offline" ? "offline" : "connecting";
    return state.done && !room ? "done" : "offline";
  }
  if (room) {
    if (!room.partner) return "waiting";
    return room.turn.seat === room.seat ? "my-turn" : "their-turn";
  }
  if (state.done) return "done";
  return state.joining ? "joining" : "idle";
}

/** Whether the user may write. A lost connection does not forbid it. @param {State} state */
export function canWrite(state) {
  return state.draft !== null && state.room !== null && !state.draft.committing;
}

/** Whether there is ink to undo, clear or commit. @param {State} state */
export function hasInk(state) {
  return canWrite(state) && /** @type {Draft} */ (state.draft).strokes.length > 0;
}

/** @param {State} state @returns {InkUsage} */
export function inkUsage(state) {
  const strokes = state.draft?.strokes ?? [];
  return { strokes: strokes.length, points: countPoints(strokes), bytes: JSON.stringify(strokes).length };
}

/**
 * Whether the server keeps the room when this client leaves: it has no partner, and holds a
 * character that this participant committed.
 * @param {State} state
 */
export function canKeepRoom({ room }) {
  if (!room || (room.partner && room.partner.state !== "left")) return false;
  return room.committed.some((strokes, c) => strokes !== null && c % 2 === room.seat);
}

/** Whether the other seat still has a character to write. @param {Room} room */
export function needsPartner(room) {
  return room.committed.some((strokes, c) => strokes === null && c % 2 !== room.seat);
}
