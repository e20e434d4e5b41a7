/**
 * The colours of a campaign, on pages that are the same for all campaigns.
 */

import { BASE_PATH } from "./base-path.js";

/** @param {string} campaign The id of one that there is. */
export function useTheme(campaign) {
  const href = `${BASE_PATH}/c/${encodeURIComponent(campaign)}/theme.css`;
  if (document.querySelector(`link[href="${href}"]`)) return;
  document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href }));
}
