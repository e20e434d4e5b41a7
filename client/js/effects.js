/**
 * What is to be sent, and what timers are to be set, when an event has led from one state to the
 * next. Pure, like the reducer; here lies the promise that no ink of one's own gets lost.
 */

/** @import { Effect, ErrorMessage, Event, OwnInk, State, Welcome } from "./types.js" */

/** How long a commit may stay unanswered before it is sent again. */
export const COMMIT_MS = 5000;

/**
 * @param {State} before
 * @param {State} after
 * @param {Event} event
 * @returns {Effect[]}
 */
export function effects(before, after, event) {
  const { own, room } = after;
  switch (event.t) {
    case "user:join": return after.joining !== before.joining ? join(after) : [];
    case "user:ink": return own && own !== before.own ? [ink(own, event.p, event.end)] : [];
    case "user:undo":
    case "user:clear": return own && own !== before.own ? [undo(own, own.strokes.length)] : [];
    case "user:commit": return own && own !== before.own ? commit(own) : [];
    case "user:react": return room ? [{ send: { t: "react", room: room.id, e: event.e } }] : [];
    case "user:invite": return room && !room.partner ? [{ send: { t: "invite", room: room.id } }] : [];
    case "user:report":
    case "user:leave": return before.room ? leave(after) : [];
    case "welcome": return welcomed(after, event);
    case "waiting":
    case "matched":
      return event.room === after.leaving?.room ? leaveFirst(after) : again(after);
    case "partner": return event.state === "back" ? again(after) : [];
    case "error": return retryLater(event);
    case "timer:retry": return retry(after, event.re);
    case "timer:commit":
      return own?.committing && own.room === event.room && own.c === event.c ? commit(own) : [];
    default: return [];
  }
}

/** @param {State} state @param {Welcome} message @returns {Effect[]} */
function welcomed(state, { resume }) {
  if (resume && resume.room === state.leaving?.room) return leaveFirst(state);
  return resume ? again(state) : join(state);
}

/** @param {State} state @returns {Effect[]} */
function join({ joining }) {
  return joining ? [{ send: { t: "join", ...joining } }] : [];
}

/** @param {State} state @returns {Effect[]} */
function leave({ leaving }) {
  if (!leaving) return [];
  const { room, keep, why } = leaving;
  return [{ send: why ? { t: "report", room, why } : { t: "leave", room, keep } }];
}

/** The server still has one in the room given up, and seats one in no other. @param {State} state @returns {Effect[]} */
function leaveFirst(state) {
  return [...leave(state), ...join(state)];
}

/**
 * The partner may have seen none of the unfinished ink, or some: it is taken back and sent whole.
 * @param {State} state
 * @returns {Effect[]}
 */
function again({ own }) {
  if (!own) return [];
  if (own.committing) return commit(own);
  if (own.strokes.length === 0) return [];
  const last = own.strokes.length - 1;
  return [
    undo(own, 0),
    ...own.strokes.map((p, s) => inkOf(own, s, p, !(own.open && s === last))),
  ];
}

/** @param {OwnInk} own @param {number[]} part @param {boolean} end */
function ink(own, part, end) {
  return inkOf(own, own.strokes.length - 1, part, end);
}

/** @param {OwnInk} own @param {number} s @param {number[]} p @param {boolean} end @returns {Effect} */
function inkOf({ room, c }, s, p, end) {
  return { send: end ? { t: "ink", room, c, s, p, end } : { t: "ink", room, c, s, p } };
}

/** @param {OwnInk} own @param {number} s @returns {Effect} */
function undo({ room, c }, s) {
  return { send: { t: "undo", room, c, s } };
}

/** Sent until it is answered; the server answers the same commit the same. @param {OwnInk} own @returns {Effect[]} */
function commit({ room, c, strokes }) {
  return [
    { send: { t: "commit", room, c, strokes } },
    { after: COMMIT_MS, event: { t: "timer:commit", room, c } },
  ];
}

/** @param {ErrorMessage} message @returns {Effect[]} */
function retryLater({ code, re, retry_ms }) {
  if ((code !== "busy" && code !== "slow_down") || !retry_ms || !re) return [];
  return [{ after: retry_ms, event: { t: "timer:retry", re } }];
}

/** @param {State} state @param {string} re @returns {Effect[]} */
function retry(state, re) {
  if (re === "join") return join(state);
  if (re === "leave" || re === "report") return leaveFirst(state);
  if (re === "commit") return state.own?.committing ? again(state) : [];
  return re === "ink" || re === "undo" ? again(state) : [];
}
