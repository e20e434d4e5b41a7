/**
 * The reducer for actions of the user.
 */

import { canKeepRoom, canWrite, hasInk } from "./selectors.js";
import { withNotice } from "./state.js";

/** @import { ReportReason, State, UserEvent } from "../types.js" */

/**
 * @param {State} state
 * @param {UserEvent} event
 * @returns {State}
 */
export function reduceUser(state, event) {
  switch (event.t) {
    case "user:join": {
      const { phrase, invite, locales } = event;
      if (state.room || state.joining) return state;
      return { ...state, joining: { phrase, invite, locales }, done: null, notice: null };
    }
    case "user:ink": return addInk(state, event.p, event.end);
    case "user:undo": return keepStrokes(state, (state.draft?.strokes.length ?? 0) - 1);
    case "user:clear": return keepStrokes(state, 0);
    case "user:commit":
      if (!hasInk(state) || !state.draft) return state;
      return { ...state, draft: { ...state.draft, open: false, committing: true } };
    case "user:leave": return leave(state);
    case "user:report": return state.room ? withNotice(leave(state, event.why), "reported") : state;
    case "user:pledge":
      if (state.pledging.includes(event.pledge)) return state;
      return { ...state, pledging: [...state.pledging, event.pledge], notice: null };
    case "user:dismiss": return { ...state, notice: null };
    case "user:home": return { ...state, done: null, finished: [], notice: null };
    case "user:full": return withNotice(state, `full_${event.what}`);
    default: return state;
  }
}

/** @param {State} state @param {number[]} part @param {boolean} end @returns {State} */
function addInk(state, part, end) {
  const { draft } = state;
  if (!draft || !canWrite(state)) return state;
  const strokes = draft.open
    ? [...draft.strokes.slice(0, -1), [.../** @type {number[]} */ (draft.strokes.at(-1)), ...part]]
    : [...draft.strokes, part];
  return { ...state, draft: { ...draft, strokes, open: !end } };
}

/** @param {State} state @param {number} count @returns {State} */
function keepStrokes(state, count) {
  if (!hasInk(state) || !state.draft) return state;
  return { ...state, draft: { ...state.draft, strokes: state.draft.strokes.slice(0, count), open: false } };
}

/** @param {State} state @param {ReportReason} [why] @returns {State} */
function leave(state, why) {
  const { room } = state;
  if (!room) return { ...state, joining: null };
  const keep = !why && canKeepRoom(state);
  const left = { ...state, room: null, draft: null, leaving: { room: room.id, keep, why } };
  return keep ? withNotice(left, "kept") : left;
}
