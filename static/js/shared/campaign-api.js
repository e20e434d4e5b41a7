/**
 * Reads a campaign and its finished works over HTTP.
 */

import { BASE_PATH } from "./base-path.js";

/** @typedef {import("./work-api.js").Work} Work */
/** @typedef {{works: Work[], next: string | null}} Page */

/**
 * A page of works, newest first.
 * @param {{campaign?: string, phrase?: string, cursor?: string | null, limit: number}} wanted
 * @returns {Promise<Page>}
 * @throws {Error} When the service cannot be reached or answers with an error.
 */
export async function fetchWorks({ campaign = "", phrase = "", cursor = "", limit }) {
  const query = new URLSearchParams({ limit: String(limit) });
  if (campaign) query.set("campaign", campaign);
  if (phrase) query.set("phrase", phrase);
  if (cursor) query.set("cursor", cursor);
  return fetchJson(`${BASE_PATH}/api/works?${query}`);
}

/**
 * @typedef {Object} Campaign
 * @property {string} id
 * @property {string} title
 * @property {import("../../../client/js/types.js").Counters} counters
 * @property {import("../../../client/js/types.js").Phrase[]} phrases
 */

/** @param {string} id @returns {Promise<Campaign>} */
export async function fetchCampaign(id) {
  return fetchJson(`${BASE_PATH}/api/campaigns/${encodeURIComponent(id)}`);
}

/**
 * A campaign's figures, at most about a second old: the service has them ready.
 * @typedef {Object} TotalsAnswer
 * @property {string} title
 * @property {import("../../../client/js/types.js").Counters} counters
 * @property {{id: string, count: number}[]} pledges
 * @property {{id: string, raised: number, donations: number}[]} funds
 */

/** @param {string} id @returns {Promise<TotalsAnswer>} */
export async function fetchTotals(id) {
  return fetchJson(`${BASE_PATH}/api/campaigns/${encodeURIComponent(id)}/totals`);
}

/** @param {string} address */
async function fetchJson(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  return answer.json();
}
