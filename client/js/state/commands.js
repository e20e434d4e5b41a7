/**
 * Commands: what to do when an event has led from one state to the next, pure. They send ink and
 * commits again until the server has answered, so that no ink gets lost.
 */

/** @import { Command, Draft, ErrorMessage, Event, State, Welcome } from "../types.js" */

/** How long a commit may stay unanswered before it is sent again. */
const COMMIT_MS = 5000;

/** Refusals after which the same is sent again, when the server says so. */
const RETRIED = new Set(["busy", "slow_down", "too_fast"]);

/**
 * @param {State} before
 * @param {State} after
 * @param {Event} event
 * @returns {Command[]}
 */
export function commandsFor(before, after, event) {
  const { draft, room } = after;
  const changed = draft && draft !== before.draft;
  switch (event.t) {
    case "user:join": return after.joining !== before.joining ? join(after) : [];
    case "user:ink": return changed ? [lastInk(draft, event.p, event.end)] : [];
    case "user:undo":
    case "user:clear": return changed ? [undo(draft, draft.strokes.length)] : [];
    case "user:commit": return changed ? commit(draft) : [];
    case "user:react": return room ? [{ send: { t: "react", room: room.id, e: event.e } }] : [];
    case "user:share": return after.done ? [{ send: { t: "share", how: event.how } }] : [];
    case "user:invite": return room && !room.partner ? [{ send: { t: "invite", room: room.id } }] : [];
    case "user:pledge": return after.pledging !== before.pledging ? pledge([event.pledge]) : [];
    case "user:report":
    case "user:leave": return before.room ? leave(after) : [];
    case "welcome": return onWelcome(after, event);
    case "waiting":
    case "matched":
      return event.room === after.leaving?.room ? leaveAndJoin(after) : resend(after);
    case "partner": return event.state === "back" ? resend(after) : [];
    case "error": return scheduleRetry(event);
    case "challenge": return after.joining ? [{ solve: event.altcha }] : [];
    case "solved": return join(after, event.proof);
    case "timer:retry": return retry(after, event.re);
    case "timer:commit":
      return draft?.committing && draft.room === event.room && draft.c === event.c ? commit(draft) : [];
    default: return [];
  }
}

/** @param {State} state @param {Welcome} message @returns {Command[]} */
function onWelcome(state, { resume }) {
  const pledges = pledge(state.pledging);
  if (resume && resume.room === state.leaving?.room) return [...pledges, ...leaveAndJoin(state)];
  return [...pledges, ...(resume ? resend(state) : join(state))];
}

/** @param {string[]} ids @returns {Command[]} */
function pledge(ids) {
  return ids.map((id) => ({ send: { t: "pledge", pledge: id } }));
}

/** @param {State} state @param {string} [proof] @returns {Command[]} */
function join({ joining }, proof) {
  if (!joining) return [];
  return [{ send: proof ? { t: "join", ...joining, proof } : { t: "join", ...joining } }];
}

/** @param {State} state @returns {Command[]} */
function leave({ leaving }) {
  if (!leaving) return [];
  const { room, keep, why } = leaving;
  return [{ send: why ? { t: "report", room, why } : { t: "leave", room, keep } }];
}

/** The server missed the `leave`, and gives another seat only after it. @param {State} state */
function leaveAndJoin(state) {
  return [...leave(state), ...join(state)];
}

/**
 * Sends the unfinished ink again, after taking back what the partner may have seen of it.
 * @param {State} state
 * @returns {Command[]}
 */
function resend({ draft }) {
  if (!draft) return [];
  if (draft.committing) return commit(draft);
  if (draft.strokes.length === 0) return [];
  const last = draft.strokes.length - 1;
  return [
    undo(draft, 0),
    ...draft.strokes.map((p, s) => ink(draft, s, p, !(draft.open && s === last))),
  ];
}

/** @param {Draft} draft @param {number[]} part @param {boolean} end */
function lastInk(draft, part, end) {
  return ink(draft, draft.strokes.length - 1, part, end);
}

/** @param {Draft} draft @param {number} s @param {number[]} p @param {boolean} end @returns {Command} */
function ink({ room, c }, s, p, end) {
  return { send: end ? { t: "ink", room, c, s, p, end } : { t: "ink", room, c, s, p } };
}

/** @param {Draft} draft @param {number} s @returns {Command} */
function undo({ room, c }, s) {
  return { send: { t: "undo", room, c, s } };
}

/**
 * Sends the commit again until it is answered. The probe detects a half-open connection at once.
 * @param {Draft} draft
 * @returns {Command[]}
 */
function commit({ room, c, strokes }) {
  return [
    { send: { t: "commit", room, c, strokes } },
    { probe: true },
    { after: COMMIT_MS, event: { t: "timer:commit", room, c } },
  ];
}

/** @param {ErrorMessage} message @returns {Command[]} */
function scheduleRetry({ code, re, retry_ms }) {
  if (!RETRIED.has(code) || !retry_ms || !re) return [];
  return [{ after: retry_ms, event: { t: "timer:retry", re } }];
}

/** @param {State} state @param {string} re @returns {Command[]} */
function retry(state, re) {
  if (re === "join") return join(state);
  if (re === "pledge") return pledge(state.pledging);
  if (re === "leave" || re === "report") return leaveAndJoin(state);
  if (re === "commit") return state.draft?.committing ? resend(state) : [];
  return re === "ink" || re === "undo" ? resend(state) : [];
}
