/**
 * The initial state of a client. A state is never modified: the reducers return new ones. The
 * type is `State` in `types.js`.
 */

/** @import { Draft, State } from "../types.js" */

/** @param {Draft | null} [draft] An unfinished character from an earlier visit. @returns {State} */
export function initialState(draft = null) {
  return {
    connection: { status: "connecting", reason: "", retryMs: 0 },
    welcomed: false,
    campaign: null,
    phrases: [],
    counters: null,
    finished: [],
    joining: null,
    leaving: null,
    room: null,
    draft,
    done: null,
    notice: null,
    reaction: null,
  };
}
