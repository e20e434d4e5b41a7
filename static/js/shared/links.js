/**
 * Has a page of another campaign than the default one lead to that campaign's pages.
 */

import { BASE_PATH } from "./base-path.js";

/** @param {ParentNode} root */
export function keepCampaign(root) {
  const campaign = new URLSearchParams(location.search).get("campaign");
  if (!campaign) return;
  for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (root.querySelectorAll("a[data-keeps-campaign]")))
    if (link.pathname === `${BASE_PATH}/`) link.pathname += `c/${encodeURIComponent(campaign)}`;
    else link.search = `?${new URLSearchParams({ campaign })}`;
}
