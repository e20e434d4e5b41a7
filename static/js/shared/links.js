/**
 * Adds the campaign of the address to links from page to page.
 */

/** @param {ParentNode} root */
export function keepCampaign(root) {
  const campaign = new URLSearchParams(location.search).get("campaign");
  if (!campaign) return;
  for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (root.querySelectorAll("a[data-keeps-campaign]")))
    link.search = `?${new URLSearchParams({ campaign })}`;
}
