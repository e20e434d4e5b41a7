/**
 * What each action of the user, and each word from the connection, does to the state.
 */

import { withNotice } from "./from-server.js";
import { canWrite, hasInk, leavesInk } from "./state.js";

/** @import { LinkEvent, ReportReason, State, UserEvent } from "./types.js" */

/**
 * @param {State} state
 * @param {UserEvent | LinkEvent} event
 * @returns {State}
 */
export function fromUser(state, event) {
  switch (event.t) {
    case "link": return { ...state, link: event.link };
    case "user:join": {
      const { phrase, invite } = event;
      if (state.room || state.joining) return state;
      return { ...state, joining: { phrase, invite }, done: null, notice: null };
    }
    case "user:ink": return ink(state, event.p, event.end);
    case "user:undo": return keepStrokes(state, (state.own?.strokes.length ?? 0) - 1);
    case "user:clear": return keepStrokes(state, 0);
    case "user:commit":
      if (!hasInk(state) || !state.own) return state;
      return { ...state, own: { ...state.own, open: false, committing: true } };
    case "user:leave": return leave(state);
    case "user:report": return state.room ? withNotice(leave(state, event.why), "reported") : state;
    case "user:dismiss": return { ...state, notice: null };
    case "user:home": return { ...state, done: null, finished: [], notice: null };
    case "user:full": return withNotice(state, `full_${event.what}`);
    default: return state;
  }
}

/** @param {State} state @param {number[]} part @param {boolean} end @returns {State} */
function ink(state, part, end) {
  const { own } = state;
  if (!own || !canWrite(state)) return state;
  const strokes = own.open
    ? [...own.strokes.slice(0, -1), [.../** @type {number[]} */ (own.strokes.at(-1)), ...part]]
    : [...own.strokes, part];
  return { ...state, own: { ...own, strokes, open: !end } };
}

/** @param {State} state @param {number} count @returns {State} */
function keepStrokes(state, count) {
  if (!hasInk(state) || !state.own) return state;
  return { ...state, own: { ...state.own, strokes: state.own.strokes.slice(0, count), open: false } };
}

/** @param {State} state @param {ReportReason} [why] @returns {State} */
function leave(state, why) {
  const { room } = state;
  if (!room) return { ...state, joining: null };
  const keep = !why && leavesInk(state);
  const left = { ...state, room: null, own: null, leaving: { room: room.id, keep, why } };
  return keep ? withNotice(left, "kept") : left;
}
