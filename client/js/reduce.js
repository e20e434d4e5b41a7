/**
 * The reducer: (state, event) to the next state, pure. Events are messages of the server, actions
 * of the user (`user:*`), news of the line (`link`) and timers (`timer:*`).
 */

import { fromServer } from "./from-server.js";
import { fromUser } from "./from-user.js";

/** @import { Event, State } from "./types.js" */

/**
 * @param {State} state
 * @param {Event} event
 * @param {number} at When it happened, in milliseconds of a clock that never goes back.
 * @returns {State} The same object when nothing changed.
 */
export function reduce(state, event, at) {
  if (event.t === "link" || event.t.startsWith("user:"))
    return fromUser(state, /** @type {any} */ (event));
  if (event.t.startsWith("timer:")) return state;
  return fromServer(state, /** @type {any} */ (event), at);
}
