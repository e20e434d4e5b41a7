/**
 * The reducer for messages of the server, with one function for each type. A message about a room
 * that this client is not in changes nothing.
 */

import { startsStroke } from "../ink/stroke.js";
import { canKeepRoom } from "./selectors.js";
import { withNotice } from "./state.js";

/**
 * @import {
 *   Bye, Committed, Completed, Counters, Draft, ErrorMessage, Finished, FromServer, Ink, Matched,
 *   Partner, PartnerMessage, PartnerState, Pledged, Room, RoomReducer, State, Turn, TurnMessage, Undo, Waiting, Welcome
 * } from "../types.js"
 */

/** Before the server has named one. */
const NO_CAMPAIGN = { id: "", title: "", open: false };

/** The user need not know that these were refused as `busy`. */
const SILENT = new Set(["ink", "undo", "react", "leave", "report", "share"]);

/**
 * @param {State} state
 * @param {FromServer} message
 * @param {number} at When it arrived, in milliseconds of a monotonic clock.
 * @returns {State}
 */
export function reduceServer(state, message, at) {
  switch (message.t) {
    case "welcome": return onWelcome(state, message, at);
    case "waiting":
    case "matched": return onSeat(state, message, at);
    case "invited":
      return inRoom(state, message.room, (room) => {
        const invite = { code: message.code, url: message.url };
        return { ...state, room: { ...room, invite } };
      });
    case "offer":
      return inRoom(state, message.room, (room) => ({ ...state, room: { ...room, offer: message.phrase } }));
    case "turn": return inRoom(state, message.room, (room) => onTurn(state, room, message, at));
    case "ink": return inRoom(state, message.room, (room) => onInk(state, room, message, at));
    case "undo": return inRoom(state, message.room, (room) => onUndo(state, room, message, at));
    case "committed": return inRoom(state, message.room, (room) => onCommitted(state, room, message, at));
    case "partner": return inRoom(state, message.room, (room) => onPartner(state, room, message, at));
    case "completed": return inRoom(state, message.room, (room) => onCompleted(state, room, message, at));
    case "react":
      return inRoom(state, message.room, () => ({
        ...state,
        reaction: { e: message.e, n: (state.reaction?.n ?? 0) + 1 },
      }));
    case "counters": return { ...state, counters: countersOf(message) };
    case "pledged": return onPledged(state, message);
    case "pace": return { ...state, inkMs: message.ink_ms };
    case "error": return onError(state, message);
    case "bye": return onBye(state, message);
    default: return state;
  }
}

/** @param {State} state @param {Pledged} message @returns {State} */
function onPledged(state, { pledge, number, certificate, url }) {
  const others = state.pledged.filter((known) => known.pledge !== pledge);
  const pledging = state.pledging.filter((waiting) => waiting !== pledge);
  return { ...state, pledging, pledged: [...others, { pledge, number, certificate, url }] };
}

/** @param {State} state @param {string} id @param {(room: Room) => State} change */
function inRoom(state, id, change) {
  return state.room?.id === id ? change(state.room) : state;
}

/** @param {State} state @param {Welcome} message @param {number} at */
function onWelcome(state, message, at) {
  const { campaign, phrases } = message;
  const counters = countersOf(message.counters);
  const known = [state.done, ...state.finished].map((done) => done?.work);
  const news = message.finished.filter(({ work }) => !known.includes(work));
  const finished = [...state.finished, ...news];
  const inkMs = message.limits?.ink_ms ?? state.inkMs;
  const welcomed = { ...state, welcomed: true, campaign, phrases, counters, finished, inkMs };
  const { resume } = message;
  if (resume && resume.room !== state.leaving?.room) return onSeat(welcomed, resume, at);
  const draft = resume ? state.draft : null;
  if (!state.room) return { ...welcomed, draft };
  return onRoomGone({ ...welcomed, draft }, news.at(-1));
}

/**
 * The server no longer has the room: it was completed meanwhile, its campaign has closed, or it is lost.
 * @param {State} state
 * @param {Finished} [last] The newest of `finished`, when it is new.
 * @returns {State}
 */
function onRoomGone(state, last) {
  const room = /** @type {Room} */ (state.room);
  const gone = { ...state, room: null, draft: null };
  if (!last) return withNotice(gone, state.campaign?.open === false ? "closed" : "room_lost");
  const { phrase, committed: chars, seat } = room;
  return { ...gone, finished: state.finished.slice(0, -1), done: { ...last, phrase, chars, seat } };
}

/** @param {State} state @param {Waiting | Matched} message @param {number} at @returns {State} */
function onSeat(state, message, at) {
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
    offer: message.t === "waiting" ? (same?.offer ?? null) : null,
    aloneSince: 0,
  };
  room.aloneSince = aloneSince(room, same?.aloneSince ?? 0, at);
  // A room of one's own comes first, so the server did not follow the invite.
  const ignoredInvite = state.joining?.invite && message.t === "waiting";
  const noticed = ignoredInvite ? withNotice(state, "invite_later") : { ...state, notice: null };
  return { ...noticed, room, draft: draftFor(state, room), joining: null, done: null };
}

/** @param {Pick<Room, "partner">} room @param {number} before The former value. @param {number} at */
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

/** The draft in this room; the present one when it is of the same turn. @param {State} state @param {Room} room @returns {Draft | null} */
function draftFor({ draft }, { id, turn, seat, committed }) {
  if (turn.seat !== seat || committed[turn.c]) return null;
  if (draft && draft.room === id && draft.c === turn.c) return draft;
  return { room: id, c: turn.c, strokes: [], open: false, committing: false };
}

/** @type {RoomReducer<TurnMessage>} */
function onTurn(state, old, message, at) {
  const live = old.live?.c === message.c ? old.live : null;
  const room = { ...old, turn: turnOf(message, at), live };
  return { ...state, room, draft: draftFor(state, room) };
}

/** @type {RoomReducer<Ink>} */
function onInk(state, room, { c, s, p, end = false }) {
  if (c !== room.turn.c || room.turn.seat === room.seat || room.committed[c]) return state;
  const old = room.live;
  const restarts = !old || old.c !== c || (old.stale && s === 0);
  const before = restarts ? [] : old.strokes;
  const grows = !restarts && old.open && s === before.length - 1;
  if (!grows && !startsStroke(p)) return state; // The first part of this stroke was dropped.
  const strokes = before.slice(0, s);
  while (strokes.length < s) strokes.push([]);
  strokes.push(grows ? [...before[s], ...p] : p);
  return { ...state, room: { ...room, live: { c, strokes, open: !end, stale: false } } };
}

/** @type {RoomReducer<Undo>} */
function onUndo(state, room, { c, s }) {
  if (room.live?.c !== c) return state;
  const strokes = room.live.strokes.slice(0, s);
  return { ...state, room: { ...room, live: { c, strokes, open: false, stale: false } } };
}

/** @type {RoomReducer<Committed>} */
function onCommitted(state, room, { c, strokes }) {
  const committed = room.committed.map((before, i) => (i === c ? strokes : before));
  const live = room.live?.c === c ? null : room.live;
  const draft = state.draft?.c === c ? null : state.draft;
  return { ...state, draft, room: { ...room, committed, live } };
}

/** @type {RoomReducer<PartnerMessage>} */
function onPartner(state, room, message, at) {
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

/** @type {RoomReducer<Completed>} */
function onCompleted(state, room, { work, url, serial, counters }) {
  const { phrase, committed: chars, seat } = room;
  return {
    ...state,
    room: null,
    draft: null,
    counters: countersOf(counters),
    done: { work, url, serial, phrase, chars, seat },
  };
}

/** @param {Counters} counters */
function countersOf({ relays, participants, online, writing }) {
  return { relays, participants, online, writing };
}

/** @param {State} state @param {ErrorMessage} message @returns {State} */
function onError(state, { code, re, retry_ms }) {
  if (re === "pledge") return retry_ms ? state : withNotice({ ...state, pledging: [] }, code);
  const noticed = withNotice(state, code);
  const uncommitted = state.draft && { ...state.draft, committing: false };
  switch (code) {
    case "elsewhere":
    case "too_fast": return state; // The commit is sent again; the user sees that it is being sent.
    case "busy":
    case "slow_down":
      if (re && SILENT.has(re)) return state;
      return retry_ms ? noticed : { ...noticed, joining: null };
    case "closed":
    case "no_such_campaign":
      return { ...noticed, joining: null, campaign: { ...(state.campaign ?? NO_CAMPAIGN), open: false } };
    case "barred":
    case "no_such_phrase": return { ...noticed, joining: null, draft: uncommitted };
    case "no_such_room":
      if (re === "join") return withNotice({ ...state, joining: null }, state.joining?.invite ? "invite_gone" : code);
      if (re === "invite") return state; // The seat was taken at the same moment: `matched` follows.
      return re === "commit" && state.draft?.committing ? { ...noticed, room: null, draft: null } : state;
    case "bad_ink": return { ...noticed, draft: uncommitted };
    case "not_your_turn": return re === "commit" ? { ...state, draft: uncommitted } : state;
    default: return state;
  }
}

/** @param {State} state @param {Bye} message @returns {State} */
function onBye(state, { why }) {
  if (why !== "idle") return state; // The next `welcome` says whether the room is still open.
  const noticed = withNotice(state, canKeepRoom(state) ? "idle_kept" : why);
  return { ...noticed, room: null, draft: null, joining: null };
}
