/**
 * Whether the first screen is seen: also that of a campaign that is not open.
 */

import { screenOf } from "../../../client/js/state/selectors.js";

/** @param {import("../../../client/js/types.js").State} state */
export function isHome(state) {
  const screen = screenOf(state);
  if (screen === "closed") return Boolean(state.campaign?.id);
  return screen === "connecting" || screen === "idle" || screen === "joining";
}
