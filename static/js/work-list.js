/**
 * Many finished works over HTTP, newest first, a page at a time.
 */

/** @typedef {import("./works-api.js").Work} Work */
/** @typedef {{works: Work[], next: string | null}} Page */

/**
 * @param {{campaign?: string, phrase?: string, cursor?: string | null, limit: number}} wanted
 * @returns {Promise<Page>}
 * @throws {Error} When the service cannot be reached or refuses.
 */
export async function fetchWorks({ campaign = "", phrase = "", cursor = "", limit }) {
  const query = new URLSearchParams({ limit: String(limit) });
  if (campaign) query.set("campaign", campaign);
  if (phrase) query.set("phrase", phrase);
  if (cursor) query.set("cursor", cursor);
  return fetchJson(`/api/works?${query}`);
}

/**
 * @typedef {Object} CampaignNow
 * @property {string} id
 * @property {string} title
 * @property {import("../../client/js/types.js").Counters} counters
 * @property {import("../../client/js/types.js").Phrase[]} phrases
 */

/** @param {string} id @returns {Promise<CampaignNow>} */
export async function fetchCampaign(id) {
  return fetchJson(`/api/campaigns/${encodeURIComponent(id)}`);
}

/** @param {string} address */
async function fetchJson(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  return answer.json();
}
