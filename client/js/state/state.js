/**
 * The initial state of a client, and notices. A state is never modified: reducers return new ones.
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
    pledging: [],
    pledged: [],
    inkMs: 0,
    notice: null,
    reaction: null,
  };
}

/** @param {State} state @param {string} code @returns {State} The state with a notice for the user. */
export function withNotice(state, code) {
  return { ...state, notice: { code, n: (state.notice?.n ?? 0) + 1 } };
}
