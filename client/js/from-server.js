/**
 * What each message from the server does to the state: one small pure function a message.
 * A message about a room that is not ours changes nothing.
 */

import { startsStroke } from "./ink.js";
import { leavesInk } from "./state.js";

/**
 * @import {
 *   Bye, Committed, Completed, Counters, ErrorMessage, Finished, FromServer, Ink, Matched, OwnInk,
 *   Partner, PartnerMessage, PartnerState, Room, State, Turn, TurnMessage, Undo,
 *   Waiting, Welcome
 * } from "./types.js"
 */

/** Stands for the campaign when a server has none to tell of. */
const NO_CAMPAIGN = { id: "", title: "", open: false };

/** What may be refused for the moment without a word to the user. */
const SILENT = new Set(["ink", "undo", "react", "leave", "report"]);

/**
 * @param {State} state
 * @param {FromServer} message
 * @param {number} at When it came.
 * @returns {State}
 */
export function fromServer(state, message, at) {
  switch (message.t) {
    case "welcome": return welcome(state, message, at);
    case "waiting":
    case "matched": return seated(state, message, at);
    case "invited":
      return inRoom(state, message.room, (room) => {
        const invite = { code: message.code, url: message.url };
        return { ...state, room: { ...room, invite } };
      });
    case "turn": return inRoom(state, message.room, (room) => turned(state, room, message, at));
    case "ink": return inRoom(state, message.room, (room) => liveInk(state, room, message));
    case "undo": return inRoom(state, message.room, (room) => liveUndo(state, room, message));
    case "committed": return inRoom(state, message.room, (room) => committed(state, room, message));
    case "partner": return inRoom(state, message.room, (room) => partner(state, room, message, at));
    case "completed": return inRoom(state, message.room, (room) => completed(state, room, message));
    case "react":
      return inRoom(state, message.room, () => ({
        ...state,
        reaction: { e: message.e, n: (state.reaction?.n ?? 0) + 1 },
      }));
    case "counters": return { ...state, counters: countersOf(message) };
    case "error": return error(state, message);
    case "bye": return bye(state, message);
    default: return state;
  }
}

/** @param {State} state @param {string} code @returns {State} The same with something to tell. */
export function withNotice(state, code) {
  return { ...state, notice: { code, n: (state.notice?.n ?? 0) + 1 } };
}

/** @param {State} state @param {string} id @param {(room: Room) => State} change */
function inRoom(state, id, change) {
  return state.room?.id === id ? change(state.room) : state;
}

/** @param {State} state @param {Welcome} message @param {number} at */
function welcome(state, message, at) {
  const { campaign, phrases } = message;
  const counters = countersOf(message.counters);
  const told = [state.done, ...state.finished].map((done) => done?.work);
  const news = message.finished.filter(({ work }) => !told.includes(work));
  const finished = [...state.finished, ...news];
  const greeted = { ...state, greeted: true, campaign, phrases, counters, finished };
  const { resume } = message;
  if (resume && resume.room !== state.leaving?.room) return seated(greeted, resume, at);
  const own = resume ? state.own : null;
  if (!state.room) return { ...greeted, own };
  return roomGone({ ...greeted, own }, news.at(-1));
}

/**
 * The room we were in did not survive our absence: it was finished meanwhile, or is lost.
 * @param {State} state
 * @param {Finished} [last] The last one of `finished`, if it is news.
 * @returns {State}
 */
function roomGone(state, last) {
  const room = /** @type {Room} */ (state.room);
  const gone = { ...state, room: null, own: null };
  if (!last) return withNotice(gone, "room_lost");
  const { phrase, committed: chars, seat } = room;
  return { ...gone, finished: state.finished.slice(0, -1), done: { ...last, phrase, chars, seat } };
}

/**
 * @param {State} state
 * @param {Waiting | Matched} message
 * @param {number} at
 * @returns {State}
 */
function seated(state, message, at) {
  if (message.room === state.leaving?.room) return state;
  const { phrase, seat } = message;
  const same = state.room?.id === message.room ? state.room : null;
  const live = same?.live?.c === message.turn.c ? { ...same.live, stale: true } : null;
  /** @type {Room} */
  const room = {
    id: message.room,
    phrase,
    seat,
    partner: message.t === "matched" ? partnerOf(message.partner) : null,
    committed: phrase.chars.map((_, c) => message.committed[c] ?? null),
    turn: turnOf(message.turn, at),
    live,
    invite: message.t === "waiting" ? (same?.invite ?? null) : null,
    aloneSince: 0,
  };
  room.aloneSince = aloneSince(room, same?.aloneSince ?? 0, at);
  // Another friend's room than the one the link led to: an unfinished one comes first.
  const seatedState = state.joining?.invite && message.t === "waiting" ? withNotice(state, "invite_later") : { ...state, notice: null };
  return { ...seatedState, room, own: ownFor(state, room), joining: null, done: null };
}

/** @param {Pick<Room, "partner">} room @param {number} before @param {number} at */
function aloneSince({ partner }, before, at) {
  return !partner || partner.state === "left" ? before || at : 0;
}

/** @param {Partner} partner @returns {PartnerState} */
function partnerOf({ alias, region, here }) {
  return { alias, region, state: here ? "here" : "left", until: 0 };
}

/** @param {Turn} turn @param {number} at */
function turnOf({ c, char, seat, ms }, at) {
  return { c, char, seat, until: at + ms };
}

/**
 * One's own ink in this room: kept when it is for the character whose turn it is.
 * @param {State} state
 * @param {Room} room
 * @returns {OwnInk | null}
 */
function ownFor({ own }, { id, turn, seat, committed: written }) {
  if (turn.seat !== seat || written[turn.c]) return null;
  if (own && own.room === id && own.c === turn.c) return own;
  return { room: id, c: turn.c, strokes: [], open: false, committing: false };
}

/** @param {State} state @param {Room} old @param {TurnMessage} message @param {number} at */
function turned(state, old, message, at) {
  const live = old.live?.c === message.c ? old.live : null;
  const room = { ...old, turn: turnOf(message, at), live };
  return { ...state, room, own: ownFor(state, room) };
}

/** @param {State} state @param {Room} room @param {Ink} message @returns {State} */
function liveInk(state, room, { c, s, p, end = false }) {
  if (c !== room.turn.c || room.turn.seat === room.seat || room.committed[c]) return state;
  const old = room.live;
  const restarts = !old || old.c !== c || (old.stale && s === 0);
  const before = restarts ? [] : old.strokes;
  const goesOn = !restarts && old.open && s === before.length - 1;
  if (!goesOn && !startsStroke(p)) return state; // The beginning was lost on the way.
  const strokes = before.slice(0, s);
  while (strokes.length < s) strokes.push([]);
  strokes.push(goesOn ? [...before[s], ...p] : p);
  return { ...state, room: { ...room, live: { c, strokes, open: !end, stale: false } } };
}

/** @param {State} state @param {Room} room @param {Undo} message @returns {State} */
function liveUndo(state, room, { c, s }) {
  if (room.live?.c !== c) return state;
  const strokes = room.live.strokes.slice(0, s);
  return { ...state, room: { ...room, live: { c, strokes, open: false, stale: false } } };
}

/** @param {State} state @param {Room} room @param {Committed} message @returns {State} */
function committed(state, room, { c, strokes }) {
  const written = room.committed.map((before, i) => (i === c ? strokes : before));
  const live = room.live?.c === c ? null : room.live;
  const own = state.own?.c === c ? null : state.own;
  return { ...state, own, room: { ...room, committed: written, live } };
}

/** @param {State} state @param {Room} room @param {PartnerMessage} message @param {number} at @returns {State} */
function partner(state, room, message, at) {
  const known = room.partner ?? { alias: "" };
  const now = message.state === "back" ? "here" : message.state;
  const until = message.ms ? at + message.ms : 0;
  const kept = now === "left" ? null : room.live;
  const live = kept && { ...kept, stale: kept.stale || now === "away" };
  /** @type {Room} */
  const changed = { ...room, live, partner: { ...known, state: now, until } };
  changed.aloneSince = aloneSince(changed, room.aloneSince, at);
  return { ...state, room: changed };
}

/** @param {State} state @param {Room} room @param {Completed} message @returns {State} */
function completed(state, room, { work, url, serial, counters }) {
  const { phrase, committed: chars, seat } = room;
  return {
    ...state,
    room: null,
    own: null,
    counters: countersOf(counters),
    done: { work, url, serial, phrase, chars, seat },
  };
}

/** @param {Counters} counters */
function countersOf({ relays, participants, online, writing }) {
  return { relays, participants, online, writing };
}

/** @param {State} state @param {ErrorMessage} message @returns {State} */
function error(state, { code, re, retry_ms }) {
  const told = withNotice(state, code);
  const uncommitted = state.own && { ...state.own, committing: false };
  switch (code) {
    case "elsewhere": return state;
    case "busy":
    case "slow_down":
      // Of what is sent again in silence, and of a reaction, the user need not know.
      if (re && SILENT.has(re)) return state;
      return retry_ms ? told : { ...told, joining: null };
    case "closed":
    case "no_such_campaign":
      return { ...told, joining: null, campaign: { ...(state.campaign ?? NO_CAMPAIGN), open: false } };
    case "no_such_phrase": return { ...told, joining: null };
    case "no_such_room":
      if (re === "join") return withNotice({ ...state, joining: null }, state.joining?.invite ? "invite_gone" : code);
      if (re === "invite") return state; // Somebody came in that moment: `matched` is on its way.
      return re === "commit" && state.own?.committing ? { ...told, room: null, own: null } : state;
    case "bad_ink": return { ...told, own: uncommitted };
    case "not_your_turn": return re === "commit" ? { ...state, own: uncommitted } : state;
    default: return state;
  }
}

/** @param {State} state @param {Bye} message @returns {State} */
function bye(state, { why }) {
  if (why !== "idle") return state; // `welcome` will say what has become of the room.
  const told = withNotice(state, leavesInk(state) ? "idle_kept" : why);
  return { ...told, room: null, own: null, joining: null };
}
