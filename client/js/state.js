/**
 * What a client knows, in one frozen-by-habit value, and the questions a page asks of it.
 * Only the reducer makes new states.
 */

import { countPoints } from "./ink.js";

/** @import { OwnInk, Room, Screen, State, Stroke } from "./types.js" */

/** After so long alone with a finished character, one is offered to leave it for a later stranger. */
export const OFFER_MS = 20_000;

/** @param {OwnInk | null} [draft] An unfinished character kept from before. @returns {State} */
export function initialState(draft = null) {
  return {
    link: { status: "connecting", why: "", retryMs: 0 },
    greeted: false,
    campaign: null,
    phrases: [],
    counters: null,
    finished: [],
    joining: null,
    leaving: null,
    room: null,
    own: draft,
    done: null,
    notice: null,
    reaction: null,
  };
}

/** The one word for what the page shows. @param {State} state @returns {Screen} */
export function screenOf(state) {
  const { link, room } = state;
  if (link.status === "elsewhere") return "elsewhere";
  if (state.campaign && !state.campaign.open && !room && !state.done) return "closed";
  if (link.status !== "online") {
    if (!state.greeted) return link.status === "offline" ? "offline" : "connecting";
    return state.done && !room ? "done" : "offline";
  }
  if (room) {
    if (!room.partner) return "waiting";
    return room.turn.seat === room.seat ? "my-turn" : "their-turn";
  }
  if (state.done) return "done";
  return state.joining ? "joining" : "idle";
}

/** Whether the brush may touch the paper; a lost line does not forbid it. @param {State} state */
export function canWrite(state) {
  return state.own !== null && state.room !== null && !state.own.committing;
}

/** Whether there is ink to undo, clear or commit. @param {State} state */
export function hasInk(state) {
  return canWrite(state) && /** @type {OwnInk} */ (state.own).strokes.length > 0;
}

/** @param {State} state @returns {import("./types.js").Used} */
export function usedInk(state) {
  const strokes = state.own?.strokes ?? [];
  return { strokes: strokes.length, points: countPoints(strokes), bytes: JSON.stringify(strokes).length };
}

/**
 * The strokes to show for a character of the room's phrase: finished, under way, or none.
 * @param {State} state
 * @param {number} c
 * @returns {Stroke[]}
 */
export function strokesOf(state, c) {
  const { room, own } = state;
  if (room?.committed[c]) return /** @type {Stroke[]} */ (room.committed[c]);
  if (own && own.c === c) return own.strokes;
  return room?.live?.c === c ? room.live.strokes : [];
}

/**
 * Whether a character of one's own waits in the room for a stranger to go on: such a room is kept.
 * @param {State} state
 */
export function leavesInk({ room }) {
  if (!room || (room.partner && room.partner.state !== "left")) return false;
  return room.committed.some((strokes, c) => strokes !== null && c % 2 === room.seat);
}

/**
 * Whether it is time to say that one need not wait: the character finished stays on the paper.
 * @param {State} state
 * @param {number} now
 */
export function mayLeaveInk(state, now) {
  const { room } = state;
  if (!room || room.turn.seat === room.seat || !leavesInk(state)) return false;
  return now - room.aloneSince >= OFFER_MS;
}

/** Whether a character of the phrase still waits for the other seat. @param {Room} room */
export function partnerIsNeeded(room) {
  return room.committed.some((strokes, c) => strokes === null && c % 2 !== room.seat);
}
