/**
 * When to offer a waiting participant to leave the finished character for a later partner.
 */

import { canKeepRoom } from "./selectors.js";

/** @import { State } from "../types.js" */

/** After so long alone. */
export const KEEP_OFFER_MS = 20_000;

/** @param {State} state @param {number} now */
export function shouldOfferToKeep(state, now) {
  const { room } = state;
  if (!room || room.turn.seat === room.seat || !canKeepRoom(state)) return false;
  return now - room.aloneSince >= KEEP_OFFER_MS;
}
