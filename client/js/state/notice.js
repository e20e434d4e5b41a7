/**
 * Notices that the user sees once.
 */

/** @import { State } from "../types.js" */

/** @param {State} state @param {string} code @returns {State} The state with a notice. */
export function withNotice(state, code) {
  return { ...state, notice: { code, n: (state.notice?.n ?? 0) + 1 } };
}
