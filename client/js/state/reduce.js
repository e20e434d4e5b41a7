/**
 * The reducer: (state, event) → next state, pure. An event is a message of the server, an action
 * of the user (`user:*`), a change of the connection (`connection`) or a timer (`timer:*`).
 */

import { reduceServer } from "./reduce-server.js";
import { reduceUser } from "./reduce-user.js";

/** @import { Event, State } from "../types.js" */

/**
 * @param {State} state
 * @param {Event} event
 * @param {number} at Milliseconds of a monotonic clock.
 * @returns {State} The same object when nothing changed.
 */
export function reduce(state, event, at) {
  if (event.t === "connection") return { ...state, connection: event.connection };
  if (event.t.startsWith("user:")) return reduceUser(state, /** @type {any} */ (event));
  if (event.t.startsWith("timer:")) return state;
  return reduceServer(state, /** @type {any} */ (event), at);
}
